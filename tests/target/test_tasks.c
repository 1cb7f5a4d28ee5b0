/* Address spaces as a program meets them: the low half, maps into it, and the end with maps alive. */
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/address_space.h"
#include "mmu/mmu.h"
#include "mmu/tlb.h"
#include "startup/spaces.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define LOW  UINT64_C(0x10000000)
#define HIGH UINT64_C(0x20000000)

static IOMemoryMapRef map_into(task_t task, uint64_t va, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(four_pages, task, va, options, 0, 0);
}

static IOMemoryMapRef map_anywhere(task_t task)
{
    return map_into(task, 0, kIOMapAnywhere);
}

static void bounds__are_whole_pages_of_the_low_half(void)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    uint64_t min, max;

    CHECK(task != NULL);
    IOAddressSpaceGetBounds(task, &min, &max);
    CHECK_EQ(min, LOW);
    CHECK_EQ(max, HIGH);
    IOAddressSpaceDestroy(task);
    CHECK(IOAddressSpaceCreate(LOW + 1, HIGH) == NULL);
    CHECK(IOAddressSpaceCreate(LOW, HIGH - 1) == NULL);
    CHECK(IOAddressSpaceCreate(LOW, LOW) == NULL);
    CHECK(IOAddressSpaceCreate(HIGH, LOW) == NULL);
    CHECK(IOAddressSpaceCreate(0, PAGE) == NULL);
    CHECK(IOAddressSpaceCreate(LOW, (uintptr_t)&min & ~(PAGE - 1)) == NULL);
    IOAddressSpaceDestroy(NULL);
    IOAddressSpaceDestroy(kernel_task);
}

static void map__is_for_el0_and_only_while_the_space_is_active(void)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef map = map_anywhere(task);
    uint64_t va = address(map), segment, length;
    struct IOPageInfo info;

    CHECK(va >= LOW && va + 4 * PAGE <= HIGH);
    CHECK(IOMemoryMapGetAddressTask(map) == task);
    CHECK_EQ(IOAddressSpaceQuery(task, va + PAGE, &info), kIOReturnSuccess);
    CHECK_EQ(info.pa, four_pages_pa + PAGE);
    CHECK_EQ(info.protection, 3);
    segment = IOMemoryMapGetPhysicalSegment(map, 0, &length, 0);
    CHECK_EQ(segment, four_pages_pa);
    CHECK_EQ(length, 4 * PAGE);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    IOAddressSpaceActivate(task);
    CHECK_EQ(touch_read_el0(va).value, 0x20);
    CHECK_EQ(touch_read_el0(va + 3 * PAGE).value, 0x23);
    CHECK_REFUSED(touch_execute(va), FAULT_PERMISSION);
    IOAddressSpaceActivate(kernel_task);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    release(map);
    IOAddressSpaceDestroy(task);
}

static void spaces__do_not_see_each_other(void)
{
    task_t one = IOAddressSpaceCreate(LOW, HIGH), other = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef here = map_into(one, LOW, 0);
    IOMemoryMapRef there =
        IOMemoryDescriptorCreateMappingInTask(four_pages, other, LOW, kIOMapReadOnly, 2 * PAGE, PAGE);

    CHECK_EQ(address(here), LOW);
    CHECK_EQ(address(there), LOW);
    for (int i = 0; i < 3; i++) {
        IOAddressSpaceActivate(one);
        CHECK_EQ(touch_read_el0(LOW).value, 0x20);
        CHECK_EQ(touch_read_el0(LOW + PAGE).value, 0x21);
        IOAddressSpaceActivate(other);
        CHECK_EQ(touch_read_el0(LOW).value, 0x22);
        CHECK_REFUSED(touch_write_el0(LOW, 1), FAULT_PERMISSION);
        CHECK_REFUSED(touch_read_el0(LOW + PAGE), FAULT_UNMAPPED);
    }
    CHECK(map_into(one, LOW, kIOMapUnique) == NULL);
    CHECK(map_into(one, HIGH, 0) == NULL);
    CHECK(map_into(one, HIGH - PAGE, 0) == NULL);
    CHECK(map_into(one, LOW - PAGE, 0) == NULL);
    CHECK(map_into(one, 0, 0) == NULL);
    release(here);
    release(there);
    IOAddressSpaceDestroy(one);
    IOAddressSpaceDestroy(other);
    CHECK_REFUSED(touch_read(LOW), FAULT_UNMAPPED);
}

static void destroy__tells_every_map_and_leaves_nothing(void)
{
    struct machine_use before = machine_use(), after;
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef base = map_anywhere(task), window, fixed, settled;

    window = IOMemoryDescriptorCreateMappingInTask(four_pages, task, 0, kIOMapAnywhere, PAGE, PAGE);
    fixed = map_into(task, LOW + 64 * PAGE, kIOMapUnique);
    settled = IOMemoryDescriptorSetMapping(four_pages, task, LOW + 128 * PAGE, 0);
    CHECK(window && fixed && settled && base);
    IOMemoryMapUserClientUnmap(fixed);
    CHECK_EQ(IOMemoryMapUnmap(base), kIOReturnSuccess);
    IOAddressSpaceActivate(task);
    CHECK_EQ(touch_read_el0(LOW + 64 * PAGE).value, 0x20);
    IOAddressSpaceDestroy(task);
    CHECK_REFUSED(touch_read(LOW + 64 * PAGE), FAULT_UNMAPPED);
    IOMemoryMapRef maps[] = {base, window, fixed, settled};

    for (unsigned i = 0; i < 4; i++) {
        CHECK(IOMemoryMapGetAddressTask(maps[i]) == NULL);
        CHECK_EQ(address(maps[i]), 0);
        release(maps[i]);
    }
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

static void descriptor__of_a_dead_tasks_memory_finds_nothing(void)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef map = map_into(task, LOW, 0);
    IOMemoryDescriptorRef memory = IOMemoryDescriptorCreateWithAddressRange(LOW, PAGE, kIODirectionInOut, task);
    uint8_t byte;

    CHECK_EQ(IOMemoryDescriptorPrepare(memory, 0), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorReadBytes(memory, 0, &byte, 1), 1);
    CHECK_EQ(byte, 0x20);
    CHECK_EQ(IOMemoryDescriptorComplete(memory, 0), kIOReturnSuccess);
    IOAddressSpaceDestroy(task);
    CHECK(IOMemoryDescriptorPrepare(memory, 0) != kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorReadBytes(memory, 0, &byte, 1), 0);
    CHECK(IOMemoryDescriptorMap(memory, 0) == NULL);
    release(memory);
    release(map);
}

/* Two maps and memory of its own, both alive when it goes: a record that stayed would make the heap take frames. */
static bool live_and_die(int asids)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef map = map_into(task, LOW, 0), other = map_into(task, 0, kIOMapAnywhere | kIOMapUnique);
    uint64_t own = LOW + 64 * PAGE;

    if (!CHECK(map && other) || !CHECK_EQ(IOAddressSpaceAllocate(task, &own, 2 * PAGE, 0, 3), kIOReturnSuccess))
        return false;
    IOAddressSpaceActivate(task);
    if (!CHECK_EQ(touch_read_el0(LOW + PAGE).value, 0x21) || !CHECK(touch_write_el0(own + PAGE, 1).done) ||
        !CHECK_EQ(spaces_asid_count(), asids + 1))
        return false;
    IOAddressSpaceDestroy(task);
    release(map);
    release(other);
    return true;
}

/* What is large begins a table, with a hole if its first page does not; what lies over that goes with the place. */
static void place__goes_with_what_lies_over_its_hole(void)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(UINT64_C(0x10001000), 515 * PAGE, 3);
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(md, task, 0, kIOMapAnywhere, 0, 0);
    uint64_t hole = IOMemoryMapGetVirtualAddress(map) - PAGE;
    IOMemoryMapRef over = map_into(task, hole, kIOMapOverwrite);
    struct IOPageInfo info;

    CHECK_EQ(IOAddressSpaceQuery(task, hole, &info), kIOReturnSuccess);
    OSObjectRelease((OSObjectRef)map);
    CHECK_EQ(IOAddressSpaceQuery(task, hole, &info), KERN_INVALID_ADDRESS);
    OSObjectRelease((OSObjectRef)over);
    OSObjectRelease((OSObjectRef)md);
    IOAddressSpaceDestroy(task);
}

static void thousand_spaces__come_and_go_with_maps_alive(void)
{
    struct machine_use before, after;
    size_t regions = kernel_task->regions.count;
    uint32_t maps = instances("IOMemoryMap");
    int asids = spaces_asid_count();

    live_and_die(asids);
    before = machine_use();
    for (int i = 0; i < 1000; i++)
        if (!live_and_die(asids))
            return;
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.largest_run, before.largest_run);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(kernel_task->regions.count, regions);
    CHECK_EQ(instances("IOMemoryMap"), maps);
    CHECK_EQ(spaces_asid_count(), asids);
}

enum { MANY = 300 };

static task_t many[MANY];
static IOMemoryMapRef shown_there[MANY];

/* Page i % 4 of the four is what task i has. How many: until there is no memory for tables. */
static unsigned make_many(void)
{
    for (unsigned i = 0; i < MANY; i++) {
        many[i] = IOAddressSpaceCreate(LOW, HIGH);
        if (!many[i]) {
            tap_note("there is no room for the tables of more than %u spaces", i);
            return i;
        }
        shown_there[i] = IOMemoryDescriptorCreateMappingInTask(four_pages, many[i], LOW, 0, i % 4 * PAGE, PAGE);
    }
    return MANY;
}

/* Where ASIDs have 8 bits, numbers are taken away and given to others. */
static void many_spaces__see_their_own_though_asids_run_out(void)
{
    unsigned count = make_many();
    bool good = true;

    for (unsigned turn = 0; turn < 3 * count; turn++) {
        IOAddressSpaceActivate(many[turn % count]);
        good &= touch_read_el0(LOW).value == 0x20 + turn % count % 4;
    }
    CHECK(good);
    CHECK(spaces_asid_count() == (int)count || (tlb_asid_bits() == 8 && spaces_asid_count() < 256));
    for (unsigned i = 0; i < count; i++) {
        IOAddressSpaceDestroy(many[i]);
        release(shown_there[i]);
    }
    CHECK_EQ(spaces_asid_count(), 0);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    TAP_RUN(bounds__are_whole_pages_of_the_low_half);
    TAP_RUN(map__is_for_el0_and_only_while_the_space_is_active);
    TAP_RUN(spaces__do_not_see_each_other);
    TAP_RUN(destroy__tells_every_map_and_leaves_nothing);
    TAP_RUN(descriptor__of_a_dead_tasks_memory_finds_nothing);
    TAP_RUN(place__goes_with_what_lies_over_its_hole);
    TAP_RUN(thousand_spaces__come_and_go_with_maps_alive);
    TAP_RUN(many_spaces__see_their_own_though_asids_run_out);
    return tap_done();
}
