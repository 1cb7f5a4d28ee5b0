/*
 * A hostile program at EL0 tries all that it should not: the kernel's memory of every kind, another task's, pages that
 * are its own with other rights, mappings that have gone. Each attempt is refused with the right verdict, and
 * afterwards all is as it was. Registers and instructions: test_isolation_a64.c and test_isolation_v7.c. Pointers in
 * calls: test_el0_pointers.c.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "mmu/space.h"
#include "startup/boot.h"
#include "startup/core.h"
#include "tests/target/four_pages.h"
#include "tests/target/hostile.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define CANARY 0x5a
#define AWAY   (EL0_DATA + 0x1000000)

static struct el0_task hostile, victim;
static struct el0_exit out;
static uint8_t initialised[64] __attribute__((aligned(64))) = {CANARY, CANARY, CANARY};
static uint8_t cleared[64] __attribute__((aligned(64)));
static const uint8_t constant[64] __attribute__((aligned(64))) = {CANARY, CANARY, CANARY};

static uint64_t number(const volatile void *pointer)
{
    return (uintptr_t)pointer;
}

/* Text is read-only data for the kernel; it is what a jump would run. */
static void kernel__its_image_cannot_be_touched(void)
{
    uint64_t sum = hostile_image_sum();

    memset(cleared, CANARY, sizeof cleared);
    CHECK(hostile_cannot_touch(&hostile, number((void *)(uintptr_t)el0_run) & ~UINT64_C(63), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(image_start), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(hostile_code), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(constant), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(initialised), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(cleared), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(core_this()) & ~UINT64_C(63), FAULT_PERMISSION));
    CHECK(initialised[0] == CANARY && initialised[2] == CANARY && initialised[3] == 0 && cleared[63] == CANARY);
    CHECK_EQ(hostile_image_sum(), sum);
}

static bool is_filled(const volatile uint8_t *bytes, size_t size, uint8_t byte)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != byte)
            return false;
    return true;
}

static void kernel__its_heap_stacks_and_linear_map_cannot_be_touched(void)
{
    uint8_t *heap = memalign(64, PAGE);
    volatile uint8_t stack[128];
    uint64_t on_stack = (number(stack) + 63) & ~UINT64_C(63), tables = mmu_space_root(mmu_kernel_space());
    volatile uint8_t *linear = four_pages_linear(PAGE);

    memset(heap, CANARY, PAGE);
    for (unsigned i = 0; i < sizeof stack; i++)
        stack[i] = CANARY;
    CHECK(hostile_cannot_touch(&hostile, number(heap), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, on_stack, FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, core_this()->exception_stack_top - 64, FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(linear), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, number(port_linear(hostile.data_pa)), FAULT_PERMISSION)); /* its own page */
    CHECK(hostile_cannot_touch(&hostile, number(port_linear(tables)), FAULT_PERMISSION));
    CHECK(is_filled(heap, PAGE, CANARY));
    CHECK(is_filled(stack, sizeof stack, CANARY));
    CHECK(is_filled(linear, PAGE, 0x21));
    free(heap);
}

static void kernel__the_window_and_its_devices_cannot_be_touched(void)
{
    IOMemoryDescriptorRef uart = IODeviceMemoryCreateWithRange(UART_PA, PAGE);
    IOMemoryMapRef device = IOMemoryDescriptorMap(uart, 0), ram = four_pages_map(0, 0, FOUR_PAGES);
    volatile uint32_t *registers = (volatile uint32_t *)(uintptr_t)address(device);
    uint32_t before[16];

    for (unsigned i = 0; i < 16; i++)
        before[i] = registers[9 + i % 6]; /* UARTIBRD to UARTIMSC */
    CHECK(hostile_cannot_touch(&hostile, address(ram) + PAGE, FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, address(device), FAULT_PERMISSION));
    CHECK(hostile_cannot_touch(&hostile, DEVICES_VA, FAULT_PERMISSION)); /* the console's own */
    for (unsigned i = 0; i < 16; i++)
        CHECK_EQ(registers[9 + i % 6], before[i]);
    CHECK(is_filled(four_pages_linear(PAGE), PAGE, 0x21));
    release(ram);
    release(device);
    release(uart);
    if (runtime_device_tree())
        CHECK(hostile_cannot_touch(&hostile, number(runtime_device_tree()) & ~UINT64_C(63), FAULT_PERMISSION));
}

/* Nothing is served or waited for on EL0's behalf in the kernel's half. */
static void kernel__pages_that_are_not_there_do_not_come_for_el0(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 4 * PAGE, 1);
    uint64_t demand = number(IOBufferMemoryDescriptorGetBytesNoCopy(buffer));
    IOMemoryMapRef guarded = four_pages_map(kIOMapGuardedSmall | kIOMapUnique, 0, FOUR_PAGES);
    uint64_t va = address(guarded);
    struct IOPageInfo info;

    CHECK(hostile_cannot_touch(&hostile, demand + PAGE, FAULT_UNMAPPED));
    IOAddressSpaceQuery(kernel_task, demand + PAGE, &info);
    CHECK_EQ(info.tag, 3);
    CHECK(hostile_cannot_touch(&hostile, va + FOUR_PAGES, FAULT_UNMAPPED));
    CHECK_EQ(IOMemoryMapRedirect(guarded, NULL, 0, 0), kIOReturnSuccess);
    CHECK(hostile_cannot_touch(&hostile, va, FAULT_UNMAPPED));
    release(guarded);
    CHECK(hostile_cannot_touch(&hostile, va, FAULT_UNMAPPED));
    CHECK(hostile_cannot_touch(&hostile, core_this()->main_stack_top, FAULT_UNMAPPED)); /* the guard after it */
    release(buffer);
}

static void nowhere__is_refused(void)
{
    static const uint64_t nowhere[] = {0, 64, EL0_SPACE - 64, EL0_SPACE_END, (UINT64_C(1) << TASK_VA_BITS) - 64};

    for (unsigned i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        if (nowhere[i]) /* as an entry it says: go on */
            CHECK(hostile_cannot_touch(&hostile, nowhere[i], FAULT_UNMAPPED));
        CHECK(hostile_all_refused(&hostile, hostile_writes, hostile_writes_names, nowhere[i], FAULT_UNMAPPED));
    }
}

/* Both have EL0_DATA; AWAY is the victim's alone, and in the TLB when the other one tries. */
static void task__cannot_touch_another_tasks_pages(void)
{
    uint64_t va = AWAY;

    CHECK_EQ(IOAddressSpaceAllocate(victim.task, &va, 4 * PAGE, 0, 3), kIOReturnSuccess);
    *el0_data(&victim) = CANARY;
    for (int i = 0; i < 3; i++) {
        uint8_t byte = 0;

        CHECK_EQ(el0_begin(&victim, el0_store, va + PAGE, &out), 0);
        CHECK_EQ(out.kind, EL0_SYSCALL);
        CHECK(hostile_cannot_touch(&hostile, va + PAGE, FAULT_UNMAPPED));
        CHECK(hostile_all_done(&hostile, hostile_writes, hostile_writes_names, EL0_DATA));
        CHECK_EQ(el0_begin(&victim, el0_load, va + PAGE, &out), 0);
        CHECK_EQ(out.args[0], (va + PAGE) & 0xff);
        CHECK_EQ(el0_copy_in(victim.task, &byte, EL0_DATA, 1), 0);
        CHECK_EQ(byte, CANARY);
    }
    CHECK_EQ(IOAddressSpaceDeallocate(victim.task, va, 4 * PAGE), kIOReturnSuccess);
}

static void map__has_its_guards_and_its_rights_at_el0(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(
        four_pages, hostile.task, 0, kIOMapAnywhere | kIOMapGuardedSmall | kIOMapReadOnly, 0, 0);
    uint64_t va = address(map);

    CHECK(hostile_cannot_touch(&hostile, va - 64, FAULT_UNMAPPED));
    CHECK(hostile_cannot_touch(&hostile, va + FOUR_PAGES, FAULT_UNMAPPED));
    CHECK(hostile_all_done(&hostile, hostile_reads, hostile_reads_names, va + PAGE));
    CHECK(hostile_all_refused(&hostile, hostile_writes, hostile_writes_names, va + PAGE, FAULT_PERMISSION));
    CHECK_EQ(el0_run(hostile.task, va, 0, 0, &out), 0); /* no data is executed */
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_PERMISSION && out.fault.va == va);
    CHECK_EQ(el0_run(hostile.task, EL0_DATA, 0, 0, &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_PERMISSION && out.fault.pc == EL0_DATA);
    CHECK(hostile_all_refused(&hostile, hostile_writes, hostile_writes_names, EL0_CODE, FAULT_PERMISSION));
    CHECK(is_filled(four_pages_linear(0), PAGE, 0x20));
    release(map);
}

static void device__is_el0s_only_as_far_as_it_is_mapped(void)
{
    IOMemoryDescriptorRef clock = IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    IOMemoryMapRef map =
        IOMemoryDescriptorCreateMappingInTask(clock, hostile.task, 0, kIOMapAnywhere | kIOMapReadOnly, 0, 0);

    CHECK_EQ(el0_begin(&hostile, el0_load, address(map), &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(el0_begin(&hostile, el0_store, address(map), &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_PERMISSION);
    CHECK_EQ(el0_run(hostile.task, address(map), 0, 0, &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_PERMISSION);
    release(map);
    release(clock);
}

/* The TLB has seen each before it goes. */
static void stale__nothing_is_left_of_what_has_gone(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(four_pages, hostile.task, 0, kIOMapAnywhere, 0, 0);
    uint64_t va = address(map), own = AWAY;

    CHECK(hostile_all_done(&hostile, hostile_reads, hostile_reads_names, va));
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK(hostile_cannot_touch(&hostile, va, FAULT_UNMAPPED));
    release(map);
    CHECK_EQ(IOAddressSpaceAllocate(hostile.task, &own, PAGE, 0, 3), kIOReturnSuccess);
    CHECK(hostile_all_done(&hostile, hostile_writes, hostile_writes_names, own));
    CHECK_EQ(IOAddressSpaceProtect(hostile.task, own, PAGE, 1), kIOReturnSuccess);
    CHECK(hostile_all_refused(&hostile, hostile_writes, hostile_writes_names, own, FAULT_PERMISSION));
    CHECK(hostile_all_done(&hostile, hostile_reads, hostile_reads_names, own));
    CHECK_EQ(IOAddressSpaceDeallocate(hostile.task, own, PAGE), kIOReturnSuccess);
    CHECK(hostile_cannot_touch(&hostile, own, FAULT_UNMAPPED));
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&hostile) || !el0_task_make(&victim) || !hostile_enter(&hostile))
        return 1;
    TAP_RUN(kernel__its_image_cannot_be_touched);
    TAP_RUN(kernel__its_heap_stacks_and_linear_map_cannot_be_touched);
    TAP_RUN(kernel__the_window_and_its_devices_cannot_be_touched);
    TAP_RUN(kernel__pages_that_are_not_there_do_not_come_for_el0);
    TAP_RUN(nowhere__is_refused);
    TAP_RUN(task__cannot_touch_another_tasks_pages);
    TAP_RUN(map__has_its_guards_and_its_rights_at_el0);
    TAP_RUN(device__is_el0s_only_as_far_as_it_is_mapped);
    TAP_RUN(stale__nothing_is_left_of_what_has_gone);
    return tap_done();
}
