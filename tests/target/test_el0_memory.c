/*
 * An EL0 task that touches what is not there yet: pages that come, are copied, are blocked and nobody could end that.
 * It goes on with the right values, or is told the reason: no memory, no end of the wait.
 */
#include "iomem/iomem.h"
#include "iomem/port.h"
#include "tests/target/el0.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define OWN        (EL0_DATA + 0x1000000)
#define EIGHT      (8 * PAGE)
#define SUM_1_TO_8 36

static struct el0_task task;
static struct el0_exit out;
static IOMemoryMapRef map;

static void demand__pages_come_as_el0_goes_on(void)
{
    uint64_t va = OWN, free = machine_use().free;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    for (unsigned turn = 0; turn < 2; turn++) {
        CHECK_EQ(el0_begin(&task, el0_pages, va, &out), 0);
        CHECK(out.kind == EL0_SYSCALL && out.number == 7);
        CHECK_EQ(out.args[0], turn ? SUM_1_TO_8 : 0);
        CHECK_EQ(out.args[1], SUM_1_TO_8);
    }
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
    CHECK(free - machine_use().free <= PAGE); /* one for the table */
}

/* EL0 writes while a copy-on-write map shows its memory: each page is copied for it, the map keeps what was there. */
static void copy_on_write__serves_el0_and_keeps_the_maps(void)
{
    uint64_t va = OWN;
    IOMemoryDescriptorRef md;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(el0_copy_out(task.task, va + i * PAGE, "\1", 1), 0);
    md = IOMemoryDescriptorCreateWithAddressRange(va, EIGHT, kIODirectionOut | kIOMemoryMapCopyOnWrite, task.task);
    map = IOMemoryDescriptorMap(md, kIOMapReadOnly);
    CHECK_EQ(el0_begin(&task, el0_pages, va, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 8 && out.args[1] == SUM_1_TO_8);
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(address(map) + i * PAGE), 1);
    release(map);
    release(md);
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
}

/* All free frames, a list through them. */
static uint64_t taken = PORT_NO_FRAME;

static void take_all_memory(void)
{
    uint64_t pa;

    for (uint64_t size = UINT64_C(1) << 26; size >= PAGE; size /= 2)
        while ((pa = port_frame_alloc(size, PAGE, UINT64_MAX)) != PORT_NO_FRAME) {
            uint64_t *frame = port_linear(pa);

            frame[0] = taken;
            frame[1] = size;
            taken = pa;
        }
}

static void give_memory_back(void)
{
    while (taken != PORT_NO_FRAME) {
        const uint64_t *frame = port_linear(taken);
        uint64_t next = frame[0];

        port_frame_free(taken, frame[1]);
        taken = next;
    }
}

static void no_memory__is_the_verdict_at_el0_and_in_the_kernel(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 2 * PAGE, 1);
    uint64_t va = OWN, kernel = (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    struct el0_exit at_el0;
    struct touch at_el1;
    int copied;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    CHECK_EQ(el0_copy_out(task.task, va, "", 1), 0); /* all but frames is there */
    CHECK_EQ(*(volatile uint8_t *)(uintptr_t)kernel, 0);
    take_all_memory();
    el0_begin(&task, el0_pages, va, &at_el0);
    at_el1 = touch_read(kernel + PAGE);
    copied = el0_copy_out(task.task, va + PAGE, "", 1);
    give_memory_back();
    CHECK(at_el0.kind == EL0_FAULT && at_el0.fault.verdict == FAULT_NO_MEMORY && at_el0.fault.va == va + PAGE);
    CHECK_REFUSED(at_el1, FAULT_NO_MEMORY);
    CHECK_EQ(copied, EL0_POINTER);
    CHECK_EQ(el0_go_on(&task, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[1] == SUM_1_TO_8);
    CHECK_EQ(touch_read(kernel + PAGE).value, 0);
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
    release(buffer);
}

/* One core and no interrupt: EL0's fault is its own; it can be given memory and go on. */
static void blocked__is_refused_where_nobody_could_end_the_wait(void)
{
    uint64_t va;
    uint8_t byte;

    map = IOMemoryDescriptorCreateMappingInTask(four_pages, task.task, 0, kIOMapAnywhere | kIOMapUnique, 0, 0);
    va = address(map) + PAGE;
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_BLOCKED && out.fault.va == va);
    CHECK_EQ(el0_copy_in(task.task, &byte, va, 1), EL0_POINTER);
    CHECK_EQ(el0_copy_out(task.task, va, &byte, 1), EL0_POINTER);
    CHECK_EQ(IOMemoryMapRedirect(map, four_pages, 0, 0), kIOReturnSuccess);
    CHECK_EQ(el0_go_on(&task, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 0x21);
    release(map);
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&task))
        return 1;
    TAP_RUN(demand__pages_come_as_el0_goes_on);
    TAP_RUN(copy_on_write__serves_el0_and_keeps_the_maps);
    TAP_RUN(no_memory__is_the_verdict_at_el0_and_in_the_kernel);
    TAP_RUN(blocked__is_refused_where_nobody_could_end_the_wait);
    return tap_done();
}
