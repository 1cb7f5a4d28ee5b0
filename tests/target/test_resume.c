/* An exception that a handler mends: the program goes on as if nothing had been. */
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static uint64_t page_va, page_pa;
static volatile unsigned mended;
static volatile double disturbed = 1;

/* Maps the page, and uses registers of every kind on the way. */
static bool mend(const struct port_abort *abort)
{
    struct mmu_range range = {page_va, page_pa, PAGE, MMU_WRITEBACK | MMU_WRITE};

    if (!abort->translation || (abort->va & ~(PAGE - 1)) != page_va)
        return false;
    disturbed = disturbed * 1.5 + 1;
    mended++;
    return mmu_map(mmu_kernel_space(), &range) == MMU_OK;
}

static void unmap(void)
{
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), page_va, PAGE), MMU_OK);
}

static void load__is_tried_again(void)
{
    struct touch touch = touch_read(page_va + 5);

    CHECK(touch.done);
    CHECK_EQ(touch.value, 0x5a);
    CHECK_EQ(mended, 1);
    unmap();
}

static void store__is_tried_again(void)
{
    CHECK(touch_write(page_va + 7, 0xa5).done);
    CHECK_EQ(((volatile uint8_t *)port_linear(page_pa))[7], 0xa5);
    CHECK_EQ(mended, 2);
    unmap();
}

static void registers__are_as_they_were(void)
{
    for (unsigned i = 0; i < 100; i++) {
        if (!CHECK_EQ(touch_changed_registers((uintptr_t)page_va), 0))
            break;
        unmap();
    }
    CHECK_EQ(mended, 102);
}

static void refusal__ends_in_the_fault(void)
{
    CHECK_REFUSED(touch_read(page_va + PAGE), FAULT_UNMAPPED);
    CHECK_EQ(mended, 102);
}

int main(void)
{
    page_va = machine_corner();
    page_pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
    for (unsigned i = 0; i < PAGE; i++)
        ((volatile uint8_t *)port_linear(page_pa))[i] = 0x5a;
    port_set_abort_handler(mend);
    TAP_RUN(load__is_tried_again);
    TAP_RUN(store__is_tried_again);
    TAP_RUN(registers__are_as_they_were);
    TAP_RUN(refusal__ends_in_the_fault);
    port_set_abort_handler(NULL);
    return tap_done();
}
