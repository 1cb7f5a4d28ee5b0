/*
 * Pointers that system calls bring: el0_copy_in and el0_copy_out take what EL0 may touch itself and refuse the rest,
 * whatever the address, and the kernel never faults by one. Waits: test_el0_waits_a64.c; pages that go meanwhile:
 * test_el0_cores_a64.c.
 */
#include <string.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "startup/boot.h"
#include "startup/layout.h"
#include "tests/target/el0.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define OWN   (EL0_DATA + 0x1000000)
#define FIXED (EL0_DATA + 0x2000000)

static struct el0_task task, other;
static uint8_t bytes[2 * PAGE] __attribute__((aligned(4096)));

static uint64_t number(const volatile void *pointer)
{
    return (uintptr_t)pointer;
}

static void set(uint8_t byte, size_t size)
{
    memset(bytes, byte, size);
}

static int in(uint64_t from, size_t size)
{
    return el0_copy_in(task.task, bytes, from, size);
}

static int out(uint64_t to, size_t size)
{
    return el0_copy_out(task.task, to, bytes, size);
}

static IOMemoryMapRef map_there(IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(four_pages, task.task, 0, options | kIOMapAnywhere | kIOMapUnique, 0,
                                                 0);
}

static void copy__takes_every_alignment_and_size(void)
{
    static uint8_t back[64];
    bool good = true;

    for (size_t user = 0; user < 9; user++)
        for (size_t kernel = 0; kernel < 9; kernel++)
            for (size_t size = 0; size < 40; size++) {
                for (size_t i = 0; i < size; i++)
                    bytes[kernel + i] = (uint8_t)(i * 7 + size);
                memset(back, 0, sizeof back);
                good &= el0_copy_out(task.task, EL0_DATA + PAGE - 9 - 40 + user, bytes + kernel, size) == 0;
                good &= el0_copy_in(task.task, back + kernel, EL0_DATA + PAGE - 9 - 40 + user, size) == 0;
                good &= memcmp(back + kernel, bytes + kernel, size) == 0 && back[kernel + size] == 0;
            }
    CHECK(good);
}

static void kernel__addresses_are_refused(void)
{
    static uint8_t data[64];
    volatile uint8_t stack[64];
    IOMemoryMapRef window = four_pages_map(0, 0, FOUR_PAGES);
    const uint64_t kernel[] = {number((void *)(uintptr_t)el0_run),
                               number(image_rodata_start),
                               number(data),
                               number(stack),
                               number(port_linear(task.data_pa)),
                               address(window),
                               DEVICES_VA,
                               number(runtime_device_tree())};

    memset(data, 0x5a, sizeof data);
    stack[0] = stack[63] = 0x5a;
    set(0xee, 64);
    for (unsigned i = 0; i < sizeof kernel / sizeof kernel[0]; i++)
        for (size_t size = 1; size <= 64; size *= 8) {
            CHECK_EQ(in(kernel[i], size), EL0_POINTER);
            CHECK_EQ(out(kernel[i], size), EL0_POINTER);
        }
    CHECK(data[0] == 0x5a && data[63] == 0x5a && stack[0] == 0x5a && stack[63] == 0x5a);
    CHECK(four_pages_linear(0)[0] == 0x20 && bytes[0] == 0xee && bytes[63] == 0xee);
    release(window);
}

static void wrapping__and_empty_addresses_are_refused(void)
{
    static const struct {
        uint64_t va;
        size_t size;
    } ranges[] = {{0, 1},
                  {1, 8},
                  {UINT64_MAX, 1},
                  {UINT64_MAX - 3, 8},
                  {UINT64_MAX, SIZE_MAX},
                  {EL0_DATA, SIZE_MAX},
                  {EL0_DATA, SIZE_MAX - EL0_DATA + 1},
                  {EL0_SPACE_END, 1},
                  {(UINT64_C(1) << TASK_VA_BITS) - 4, 8},
                  {UINT64_C(1) << TASK_VA_BITS, 8},
                  {UINT64_C(1) << 63, 8},
                  {EL0_DATA | UINT64_C(0x5a) << 56, 8}};

    for (unsigned i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        CHECK_EQ(in(ranges[i].va, ranges[i].size), EL0_POINTER);
        CHECK_EQ(out(ranges[i].va, ranges[i].size), EL0_POINTER);
    }
    CHECK_EQ(el0_copy_in(NULL, bytes, EL0_DATA, 1), EL0_BAD);
    CHECK_EQ(el0_copy_in(kernel_task, bytes, EL0_DATA, 1), EL0_BAD);
    CHECK_EQ(el0_copy_in(task.task, NULL, EL0_DATA, 1), EL0_BAD);
    CHECK_EQ(el0_copy_in(task.task, (void *)(uintptr_t)EL0_SPACE_END, EL0_DATA, 1), EL0_BAD); /* the caller's own */
}

static void rights__are_el0s(void)
{
    IOMemoryMapRef map = map_there(kIOMapReadOnly | kIOMapGuardedSmall);
    uint64_t va = address(map);

    CHECK_EQ(in(va + 2 * PAGE - 4, 8), 0);
    CHECK(bytes[3] == 0x21 && bytes[4] == 0x22);
    CHECK_EQ(out(va, 1), EL0_POINTER);
    CHECK_EQ(out(EL0_CODE, 1), EL0_POINTER);
    CHECK_EQ(in(EL0_CODE, 64), 0);
    CHECK(memcmp(bytes, el0_code, 64) == 0);
    CHECK_EQ(in(va - 1, 1), EL0_POINTER);
    CHECK_EQ(in(va + FOUR_PAGES, 1), EL0_POINTER);
    release(map);
    CHECK_EQ(in(va, 1), EL0_POINTER);
    CHECK_EQ(four_pages_linear(0)[0], 0x20);
}

/* What lies before the bad page has been copied; nothing after it. */
static void crossing__stops_at_the_first_bad_page(void)
{
    IOMemoryMapRef map = map_there(kIOMapGuardedSmall);
    uint64_t end = address(map) + FOUR_PAGES;

    set(0xee, 64);
    CHECK_EQ(in(end - 8, 64), EL0_POINTER);
    CHECK(bytes[7] == 0x23 && bytes[8] == 0xee);
    CHECK_EQ(out(end - 3, 64), EL0_POINTER);
    CHECK_EQ(in(address(map) - 4, 64), EL0_POINTER);
    CHECK_EQ(in(address(map) + PAGE - 3, 6), 0);
    CHECK(bytes[2] == 0x20 && bytes[3] == 0x21);
    release(map);
    memset((void *)(uintptr_t)four_pages_linear(3 * PAGE), 0x23, PAGE);
}

static void pages__that_come_on_demand_do(void)
{
    uint64_t va = OWN, share;
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;
    uint8_t byte = 1;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, 4 * PAGE, 0, 3), kIOReturnSuccess);
    CHECK_EQ(in(va + PAGE - 4, 8), 0);
    CHECK(bytes[0] == 0 && bytes[7] == 0);
    set(0x77, 2 * PAGE);
    CHECK_EQ(out(va + 2 * PAGE - 100, PAGE + 200), 0);
    md = IOMemoryDescriptorCreateWithAddressRange(va, 4 * PAGE, kIODirectionInOut | kIOMemoryMapCopyOnWrite, task.task);
    map = IOMemoryDescriptorMap(md, kIOMapUnique);
    share = address(map) + 2 * PAGE;
    set(0x78, 8);
    CHECK_EQ(out(va + 2 * PAGE, 8), 0); /* EL0's page is its own again */
    CHECK_EQ(*(volatile uint8_t *)(uintptr_t)share, 0x77);
    CHECK_EQ(el0_copy_in(task.task, &byte, va + 2 * PAGE + 7, 1), 0);
    CHECK_EQ(byte, 0x78);
    release(map);
    release(md);
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, 4 * PAGE), kIOReturnSuccess);
    CHECK_EQ(in(va, 1), EL0_POINTER);
}

static void another_task__is_out_of_reach(void)
{
    uint64_t va = OWN;

    CHECK_EQ(IOAddressSpaceAllocate(other.task, &va, PAGE, 0, 3), kIOReturnSuccess);
    IOAddressSpaceActivate(other.task); /* whoever is active: the pointer is the task's */
    CHECK_EQ(el0_copy_out(other.task, va, "", 1), 0);
    CHECK_EQ(in(va, 1), EL0_POINTER);
    CHECK_EQ(out(va, 1), EL0_POINTER);
    CHECK_EQ(el0_copy_out(other.task, va, "a", 1), 0);
    CHECK_EQ(*(volatile uint8_t *)(uintptr_t)va, 'a');
    IOAddressSpaceActivate(NULL);
    CHECK_EQ(IOAddressSpaceDeallocate(other.task, va, PAGE), kIOReturnSuccess);
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&task) || !el0_task_make(&other))
        return 1;
    TAP_RUN(copy__takes_every_alignment_and_size);
    TAP_RUN(kernel__addresses_are_refused);
    TAP_RUN(wrapping__and_empty_addresses_are_refused);
    TAP_RUN(rights__are_el0s);
    TAP_RUN(crossing__stops_at_the_first_bad_page);
    TAP_RUN(pages__that_come_on_demand_do);
    TAP_RUN(another_task__is_out_of_reach);
    return tap_done();
}
