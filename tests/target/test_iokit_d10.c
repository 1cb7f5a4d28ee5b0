/* Maps by IOKit's rules, D10 to D15 (D12, which needs two cores, is in test_redirect_a64.c): guards, modes, redirect.
 */
#include "tests/target/at.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

/* ---- D10 ---- */

static void check_guards(IOOptionBits option, uint64_t size)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, option);
    uint64_t va = address(map), end = va + FOUR_PAGES;

    CHECK_EQ(IOMemoryMapGetLength(map), FOUR_PAGES);
    CHECK_EQ(page_at(kernel_task, va - size).tag, 1);
    CHECK_EQ(page_at(kernel_task, end + size - 1).tag, 1);
    CHECK_REFUSED(touch_write(va - 1, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(end, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(va - size), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(end + size - 1), FAULT_UNMAPPED);
    CHECK_EQ(shown(map, 0), 0x20);
    CHECK_EQ(shown(map, FOUR_PAGES - 1), 0x23);
    CHECK(four_pages_map_at(va - size, kIOMapUnique) == NULL);
    release(map);
    map = four_pages_map_at(va - size, kIOMapUnique); /* the guards' addresses are free again */
    CHECK_EQ(address(map), va - size);
    CHECK_EQ(shown(map, 0), 0x20);
    release(map);
}

static void guards(void)
{
    check_guards(kIOMapGuardedSmall, PAGE);
    check_guards(kIOMapGuardedLarge, 65536);
    check_guards(kIOMapGuardedSmall | kIOMapGuardedLarge, PAGE);
    CHECK(four_pages_map_at(free_address(), kIOMapGuardedSmall) == NULL);
    CHECK(four_pages_map_at(free_address(), kIOMapGuardedLarge) == NULL);
    CHECK_EQ(page_at(kernel_task, free_address()).tag, 0);
}

/* ---- D11 ---- */

/* MAIR_EL1 by its index; what each mode is, in RAM and on a device's address. NO_MAP: a cacheable one there. */
static const uint8_t mair[] = {0xff, 0x44, 0xbb, 0x00, 0xff, 0x04, 0x08, 0x0c};
#define NO_MAP 8
static const uint8_t index_in_ram[] = {0, 7, 2, 0, 1, 0, 7, 1, 7, 7};
static const uint8_t index_on_device[] = {3, 3, NO_MAP, NO_MAP, 1, NO_MAP, 5, 1, 6, 7};

static void check_entry(IOMemoryMapRef map, uint8_t wanted)
{
    struct IOPageInfo info = page_at(kernel_task, address(map) + IOMemoryMapGetLength(map) - 1);

    CHECK(info.attr_index < 8 && info.attr_index != 4);
    CHECK_EQ(at_mair_here(mair[info.attr_index & 7]), at_mair_here(mair[wanted])); /* ARMv7 has fewer types */
    CHECK_EQ(info.shareability, mair[wanted] == 0xff || mair[wanted] == 0xbb ? 3 : 2);
    CHECK_EQ(info.protection, 3);
}

static void mode_of_ram(void)
{
    IOMemoryDescriptorRef buffer = filled_buffer(2 * PAGE, 0x5a);
    IOMemoryMapRef first = IOMemoryDescriptorMap(buffer, kIOMapUnique);

    check_entry(first, 0);
    for (unsigned mode = 9; mode > 0; mode--) {
        IOMemoryMapRef last = IOMemoryDescriptorMap(buffer, kIOMapUnique | mode << kIOMapCacheShift);

        check_entry(last, index_in_ram[mode]);
        check_entry(first, index_in_ram[mode]);
        CHECK_EQ(shown(first, PAGE), 0x5a);
        release(last);
    }
    release(first);
    release(buffer);
}

static void mode_of_a_device(void)
{
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    IOMemoryMapRef first = IOMemoryDescriptorMap(device, kIOMapGuardedSmall);

    check_entry(first, 3);
    for (unsigned mode = 9; mode > 0; mode--) {
        IOMemoryMapRef last = IOMemoryDescriptorMap(device, mode << kIOMapCacheShift);

        CHECK_EQ(last == NULL, index_on_device[mode] == NO_MAP);
        if (!last)
            continue;
        check_entry(last, index_on_device[mode]);
        check_entry(first, index_on_device[mode]);
        release(last);
    }
    release(first);
    release(device);
}

/* ---- D13 ---- */

static void check_not_redirected(IOMemoryMapRef map, IOMemoryDescriptorRef md, IOReturn result)
{
    uint8_t before = shown(map, PAGE);
    uint64_t va = address(map), offset = IOMemoryMapGetOffset(map);
    IOMemoryDescriptorRef was = IOMemoryMapGetMemoryDescriptor(map);

    CHECK_EQ(IOMemoryMapRedirect(map, md, 0, 0), result);
    CHECK_EQ(shown(map, PAGE), before);
    CHECK_EQ(address(map), va);
    CHECK_EQ(IOMemoryMapGetOffset(map), offset);
    CHECK(IOMemoryMapGetMemoryDescriptor(map) == was);
}

static void redirect_codes(void)
{
    IOMemoryDescriptorRef one = filled_buffer(2 * PAGE, 0x11), two = filled_buffer(2 * PAGE, 0x22);
    IOMemoryDescriptorRef little = filled_buffer(PAGE, 0x33);
    IOMemoryMapRef map = IOMemoryDescriptorMap(one, kIOMapUnique);
    IOMemoryMapRef shared = IOMemoryDescriptorMap(one, kIOMapGuardedSmall), fixed = IOMemoryDescriptorMap(one, 0);

    check_not_redirected(map, one, kIOReturnSuccess);
    check_not_redirected(map, little, kIOReturnError);
    check_not_redirected(shared, two, kIOReturnBadArgument);
    check_not_redirected(shared, NULL, kIOReturnBadArgument);
    check_not_redirected(fixed, two, kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapRedirect(map, two, 0, PAGE), kIOReturnError);
    CHECK_EQ(shown(map, 0), 0x11);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapRedirect(map, two, 0, 0), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK(IOMemoryMapGetMemoryDescriptor(map) == one);
    CHECK_EQ(references(map), 2);
    release(fixed);
    release(shared);
    release(map);
    release(little);
    release(two);
    release(one);
}

/* ---- D14 ---- */

static void wire_codes(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0);
    IOMemoryMapRef fixed = IOMemoryDescriptorMap(four_pages, kIOMapReadOnly);

    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionOut, 0, FOUR_PAGES), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, PAGE, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, FOUR_PAGES), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, FOUR_PAGES), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(fixed, kIODirectionIn, 0, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(fixed, 0, 0, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(fixed, kIODirectionOut, 0, PAGE), KERN_PROTECTION_FAILURE);
    CHECK_EQ(IOMemoryMapWireRange(fixed, 0, 0, PAGE), kIOReturnBadArgument); /* a failure wires nothing */
    IOMemoryMapUnmap(map);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, 0, PAGE), kIOReturnNotReady);
    release(fixed);
    release(map);
}

/* A page, a fence, a page: the fence is a hole, and the pages beside it stay as they were. */
static void wire_over_a_hole(void)
{
    IOMemoryDescriptorRef page = filled_buffer(PAGE, 1);
    IOMemoryDescriptorRef fence = (IOMemoryDescriptorRef)IOGuardPageMemoryDescriptorCreateWithSize(PAGE);
    IOMemoryDescriptorRef children[] = {page, fence, page};
    IOMemoryDescriptorRef multi =
        (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(children, 3, kIODirectionInOut, false);
    IOMemoryMapRef map = IOMemoryDescriptorMap(multi, 0);

    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, 0, 3 * PAGE), KERN_INVALID_ADDRESS);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, PAGE), KERN_INVALID_ADDRESS);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, 0, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnSuccess);
    release(map);
    release(multi);
    release(fence);
    release(page);
}

static void wired_page_is_not_purged(void)
{
    IOOptionBits options = kIODirectionInOut | kIOMemoryPageable | kIOMemoryPurgeable, old = 0;
    IOMemoryDescriptorRef buffer = make_buffer(kernel_task, options, 2 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(buffer, kIOMapUnique);
    uint64_t resident = 0;

    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionOut, 0, PAGE), kIOReturnSuccess);
    CHECK(touch_write(address(map), 0x41).done);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(buffer, kIOMemoryPurgeableEmpty, &old), kIOReturnSuccess);
    CHECK_EQ(shown(map, 0), 0x41);
    CHECK_EQ(IOMemoryDescriptorGetPageCounts(buffer, &resident, NULL), kIOReturnSuccess);
    CHECK(resident >= 1);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    release(map);
    release(buffer);
}

/* ---- D15 ---- */

static void task_died(void)
{
    struct machine_use before = machine_use();
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    IOMemoryMapRef asked = map_in_task(task, four_pages, kIOMapUnique);
    IOMemoryMapRef not_asked = map_in_task(task, four_pages, kIOMapUnique);
    IOMemoryMapRef last = map_in_task(task, four_pages, 0);
    uint64_t va = address(asked), other = address(not_asked);

    CHECK_EQ(IOMemoryMapUserClientUnmap(asked), kIOReturnSuccess);
    CHECK_EQ(page_at(task, va).pa, four_pages_pa);
    IOMemoryMapTaskDied(asked);
    IOMemoryMapTaskDied(not_asked);
    CHECK_EQ(page_at(task, va).protection, 0);
    CHECK_EQ(page_at(task, other).pa, four_pages_pa); /* goes with the task */
    IOAddressSpaceDestroy(task);
    IOMemoryMapRef maps[] = {asked, not_asked, last};
    for (unsigned i = 0; i < 3; i++) {
        CHECK(IOMemoryMapGetAddressTask(maps[i]) == NULL);
        CHECK_EQ(IOMemoryMapGetAddress(maps[i]), 0);
        CHECK_EQ(IOMemoryMapGetLength(maps[i]), FOUR_PAGES);
        IOMemoryMapTaskDied(maps[i]); /* once more changes nothing */
        release(maps[i]);
    }
    CHECK_EQ(references(four_pages), 1);
    CHECK_EQ(machine_use().free, before.free);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    warm_up();
    tap_run("D10 guards: small, large, both bits; no fixed address; they go with the map", guards);
    tap_run("D11 every cache mode of RAM, in every map of it", mode_of_ram);
    tap_run("D11 every cache mode of a device, in every map of it", mode_of_a_device);
    tap_run("D13 redirect: unmapped, the same memory, too little memory, no unique map", redirect_codes);
    tap_run("D14 wireRange: rights, balance, bounds", wire_codes);
    tap_run("D14 wireRange: a hole", wire_over_a_hole);
    tap_run("D14 wireRange: what is wired is not purged", wired_page_is_not_purged);
    tap_run("D15 a task's end, with and without userClientUnmap", task_died);
    four_pages_release();
    return tap_done();
}
