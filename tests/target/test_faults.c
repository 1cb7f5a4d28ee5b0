/* What the machine refuses, by real accesses: rights, guards, holes, the bus. */
#include <stdlib.h>
#include <string.h>

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"
#include "tests/target/boot_state.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static const char constant[] = "constant";
static char variable[32] __attribute__((aligned(32)));

/* ---- one page of RAM, mapped as a test asks ---- */

static uint64_t page_pa, page_va;

static bool map_page(uint64_t pa, uint32_t attr)
{
    struct mmu_range range = {page_va = machine_corner(), pa, PAGE, attr};

    return CHECK_EQ(mmu_map(mmu_kernel_space(), &range), MMU_OK);
}

static bool map_ram(uint32_t attr)
{
    page_pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
    if (!CHECK(page_pa != PORT_NO_FRAME))
        return false;
    uint32_t *code = port_linear(page_pa);
    for (unsigned i = 0; i < PAGE / 4; i++)
        code[i] = touch_return;
    cache_sync_instructions(code, PAGE);
    return map_page(page_pa, attr);
}

static void unmap_page(void)
{
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), page_va, PAGE), MMU_OK);
}

static void unmap_ram(void)
{
    unmap_page();
    port_frame_free(page_pa, PAGE);
}

/* ---- EL1 ---- */

static void data__is_not_executed(void)
{
    uint32_t on_stack = touch_return;
    uint32_t *on_heap = malloc(4);

    *on_heap = touch_return;
    memcpy(variable, &on_stack, 4);
    CHECK_REFUSED(touch_execute((uintptr_t)&on_stack), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute((uintptr_t)on_heap), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute((uintptr_t)variable & ~3ull), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute((uintptr_t)constant & ~3ull), FAULT_PERMISSION);
    free(on_heap);
    if (map_ram(MMU_WRITEBACK | MMU_WRITE)) {
        CHECK_REFUSED(touch_execute(page_va), FAULT_PERMISSION);
        CHECK_REFUSED(touch_execute((uintptr_t)port_linear(page_pa)), FAULT_PERMISSION);
        unmap_ram();
    }
}

static void text_and_constants__are_not_written(void)
{
    CHECK_REFUSED(touch_write((uintptr_t)data__is_not_executed, 0), FAULT_PERMISSION);
    CHECK_REFUSED(touch_write((uintptr_t)constant, 'C'), FAULT_PERMISSION);
    CHECK(strcmp(constant, "constant") == 0);
    CHECK(touch_read((uintptr_t)data__is_not_executed).done);
    CHECK(touch_write((uintptr_t)variable, 7).done);
    CHECK_EQ(variable[0], 7);
}

static void read_only_page__is_read_and_not_written(void)
{
    if (!map_ram(MMU_WRITEBACK))
        return;
    CHECK_EQ(touch_read(page_va).value, touch_return & 0xff);
    CHECK_REFUSED(touch_write(page_va, 1), FAULT_PERMISSION);
    CHECK_REFUSED(touch_write(page_va + PAGE - 1, 1), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute(page_va), FAULT_PERMISSION);
    CHECK_EQ(touch_read(page_va).value, touch_return & 0xff);
    unmap_ram();
}

static void executable_page__runs_and_is_not_written(void)
{
    if (!map_ram(MMU_WRITEBACK | MMU_EXEC))
        return;
    CHECK(touch_execute(page_va).done);
    CHECK(touch_execute(page_va + PAGE - 4).done);
    CHECK_REFUSED(touch_write(page_va, 1), FAULT_PERMISSION);
    unmap_ram();
}

static void device_page__is_not_executed(void)
{
    for (uint32_t type = MMU_DEVICE_nGnRnE; type <= MMU_DEVICE_GRE; type++) {
        if (!map_ram(type | MMU_WRITE))
            return;
        CHECK_REFUSED(touch_execute(page_va), FAULT_PERMISSION);
        unmap_ram();
    }
}

static void unmapped_addresses__are_refused(void)
{
    if (!map_ram(MMU_WRITEBACK | MMU_WRITE))
        return;
    CHECK(touch_write(page_va, 1).done);
    CHECK_REFUSED(touch_read(page_va - 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(page_va + PAGE, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_execute(page_va + PAGE), FAULT_UNMAPPED);
    unmap_ram();
    CHECK_REFUSED(touch_read(page_va), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(page_va, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_execute(page_va), FAULT_UNMAPPED);
    if (UINTPTR_MAX > UINT32_MAX) {
        CHECK_REFUSED(touch_read(0x0000800000000000), FAULT_UNMAPPED); /* in neither half */
        CHECK_REFUSED(touch_read(0xffff000000000000), FAULT_UNMAPPED);
    }
}

/* ---- EL0's rights ---- */

static void kernel_memory__is_closed_to_el0(void)
{
    CHECK_REFUSED(touch_read_el0((uintptr_t)variable), FAULT_PERMISSION);
    CHECK_REFUSED(touch_write_el0((uintptr_t)variable, 1), FAULT_PERMISSION);
    CHECK_REFUSED(touch_read_el0((uintptr_t)constant), FAULT_PERMISSION);
    CHECK_REFUSED(touch_read_el0((uintptr_t)data__is_not_executed), FAULT_PERMISSION);
    if (map_ram(MMU_WRITEBACK | MMU_WRITE)) {
        CHECK_REFUSED(touch_read_el0(page_va), FAULT_PERMISSION);
        CHECK_REFUSED(touch_write_el0(page_va, 1), FAULT_PERMISSION);
        CHECK_REFUSED(touch_read_el0((uintptr_t)port_linear(page_pa)), FAULT_PERMISSION);
        unmap_ram();
    }
}

static void user_memory__is_open_to_el0_as_its_rights_say(void)
{
    if (map_ram(MMU_WRITEBACK | MMU_USER | MMU_WRITE)) {
        CHECK(touch_write_el0(page_va, 0x5a).done);
        CHECK_EQ(touch_read_el0(page_va).value, 0x5a);
        CHECK_REFUSED(touch_execute(page_va), FAULT_PERMISSION);
        unmap_ram();
    }
    if (map_ram(MMU_WRITEBACK | MMU_USER)) {
        CHECK(touch_read_el0(page_va).done);
        CHECK_REFUSED(touch_write_el0(page_va, 1), FAULT_PERMISSION);
        CHECK_REFUSED(touch_write(page_va, 1), FAULT_PERMISSION);
        unmap_ram();
    }
    if (map_ram(MMU_WRITEBACK | MMU_USER | MMU_EXEC)) {
        CHECK(touch_read_el0(page_va).done);
        if (boot_state_keeps_el0_code_from_el1(PAGE))
            CHECK_REFUSED(touch_execute(page_va), FAULT_PERMISSION); /* EL0's code is not EL1's */
        else
            CHECK(touch_execute(page_va).done);
        unmap_ram();
    }
}

/* ---- entries spoilt by hand ---- */

/* Change the page's live descriptor as only a bug could, and let the TLB forget it. */
static void set_access_flag(bool set)
{
    struct live_leaf leaf;

    if (!CHECK(live_find(page_va, &leaf)))
        return;
    live_set_access_flag(&leaf, set);
    touch_forget_translations();
}

static void flip(uint64_t bit)
{
    struct live_leaf leaf;

    if (!CHECK(live_find(page_va, &leaf)))
        return;
    live_write(&leaf, leaf.descriptor ^ bit);
    touch_forget_translations();
}

static void access_flag__is_named(void)
{
    if (!map_ram(MMU_WRITEBACK | MMU_WRITE))
        return;
    set_access_flag(false);
    CHECK_REFUSED(touch_read(page_va), FAULT_ACCESS_FLAG);
    CHECK_REFUSED(touch_write(page_va, 1), FAULT_ACCESS_FLAG);
    set_access_flag(true);
    CHECK(touch_read(page_va).done);
    unmap_ram();
}

static void address_size__is_named(void)
{
    if (!boot_state_has_address_size_faults()) {
        tap_skip("this CPU refuses no bit that an entry holds");
        return;
    }
    if (!map_ram(MMU_WRITEBACK | MMU_WRITE))
        return;
    flip((uint64_t)1 << 47);
    CHECK_REFUSED(touch_read(page_va), FAULT_ADDRESS_SIZE);
    flip((uint64_t)1 << 47);
    CHECK(touch_read(page_va).done);
    unmap_ram();
}

/* ---- the bus, alignment, instructions ---- */

static void external_abort__is_named(void)
{
    if (!map_page(NOBODY_PA, MMU_DEVICE_nGnRnE | MMU_WRITE))
        return;
    CHECK_REFUSED(touch_read(page_va), FAULT_EXTERNAL);
    CHECK_REFUSED(touch_write(page_va + 8, 1), FAULT_EXTERNAL);
    unmap_page();
    if (map_page(CLOCK_PA, MMU_DEVICE_nGnRnE)) {
        CHECK(touch_read(page_va).done);
        unmap_page();
    }
}

static void load_exclusive(void *va)
{
    touch_load_exclusive((uintptr_t)va);
}

/* An exclusive must be aligned on any memory, or with FEAT_LSE2 stay within 16 bytes (Arm ARM B2.9). */
static void alignment__is_named(void)
{
    struct fault fault = {0};

    char *odd = variable + 13;

    CHECK(fault_try(load_exclusive, variable + 4, NULL));
    CHECK(!fault_try(load_exclusive, odd, &fault));
    CHECK_EQ(fault.verdict, FAULT_ALIGNMENT);
    CHECK_EQ(fault.va, (uintptr_t)odd);
    CHECK_EQ(touch_status(&fault), 0x21);
}

static void load_word(void *va)
{
    touch_load_word((uintptr_t)va);
}

static void alignment__on_device_memory_is_named(void)
{
    struct fault fault = {0};

    if (!map_ram(MMU_DEVICE_nGnRnE | MMU_WRITE))
        return;
    if (fault_try(load_word, (void *)(uintptr_t)(page_va + 1), &fault)) {
        tap_skip("this model lets unaligned accesses to Device memory pass");
    } else {
        CHECK_EQ(fault.verdict, FAULT_ALIGNMENT);
        CHECK_EQ(fault.va, page_va + 1);
    }
    unmap_ram();
}

static void run_unknown(void *unused)
{
    (void)unused;
    __asm__ volatile(".global unknown_instruction\nunknown_instruction:\n\tudf #0");
}

static void unknown_instruction__is_caught(void)
{
    extern char place[] __asm__("unknown_instruction");
    struct fault fault = {0};

    CHECK(!fault_try(run_unknown, NULL, &fault));
    CHECK_EQ(fault.verdict, FAULT_OTHER);
    CHECK_EQ(fault.pc, (uintptr_t)place);
    CHECK_EQ(touch_class(&fault), TOUCH_UNKNOWN);
}

/* ---- guards of maps ---- */

static void check_guards(IOOptionBits guard, uint64_t width)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(3 * PAGE, kIODirectionInOut, false);
    IOMemoryMapRef map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, guard);

    if (CHECK(map != NULL)) {
        uint64_t va = IOMemoryMapGetVirtualAddress(map), end = va + IOMemoryMapGetLength(map);

        CHECK_EQ(end - va, 3 * PAGE);
        CHECK(touch_write(va, 1).done && touch_write(end - 1, 2).done);
        CHECK_REFUSED(touch_write(va - 1, 0), FAULT_UNMAPPED);
        CHECK_REFUSED(touch_read(va - width), FAULT_UNMAPPED);
        CHECK_REFUSED(touch_write(end, 0), FAULT_UNMAPPED);
        CHECK_REFUSED(touch_read(end + width - 1), FAULT_UNMAPPED);
        for (uint64_t at = PAGE; at <= width; at += PAGE) {
            struct mmu_leaf low = {0}, high = {0};

            CHECK_EQ(mmu_walk(mmu_kernel_space(), va - at, &low), MMU_NOT_MAPPED);
            CHECK_EQ(mmu_walk(mmu_kernel_space(), end + at - 1, &high), MMU_NOT_MAPPED);
            CHECK(low.tag == MMU_TAG_GUARD && high.tag == MMU_TAG_GUARD);
        }
        OSObjectRelease((OSObjectRef)map);
        struct mmu_leaf gone = {.tag = 0xff};
        CHECK_EQ(mmu_walk(mmu_kernel_space(), va - PAGE, &gone), MMU_NOT_MAPPED);
        CHECK_EQ(gone.tag, MMU_TAG_NONE);
    }
    OSObjectRelease((OSObjectRef)buffer);
}

static void guards__of_maps_fault_on_both_sides(void)
{
    check_guards(kIOMapGuardedSmall, PAGE);
    check_guards(kIOMapGuardedLarge, 16 * PAGE);
    check_guards(kIOMapGuardedMask, PAGE); /* both bits mean small */
}

int main(void)
{
    TAP_RUN(data__is_not_executed);
    TAP_RUN(text_and_constants__are_not_written);
    TAP_RUN(read_only_page__is_read_and_not_written);
    TAP_RUN(executable_page__runs_and_is_not_written);
    TAP_RUN(device_page__is_not_executed);
    TAP_RUN(unmapped_addresses__are_refused);
    TAP_RUN(kernel_memory__is_closed_to_el0);
    TAP_RUN(user_memory__is_open_to_el0_as_its_rights_say);
    TAP_RUN(access_flag__is_named);
    TAP_RUN(address_size__is_named);
    TAP_RUN(external_abort__is_named);
    TAP_RUN(alignment__is_named);
    TAP_RUN(alignment__on_device_memory_is_named);
    TAP_RUN(unknown_instruction__is_caught);
    TAP_RUN(guards__of_maps_fault_on_both_sides);
    return tap_done();
}
