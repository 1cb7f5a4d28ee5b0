/* Attributes and addresses as the CPU sees them (AT and PAR_EL1), for the ten cache modes through IOMemoryMap. */
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "tests/target/at.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define NO_MAP (-1)

/* What each mode is: in RAM, and on a device's address. The default of RAM is write-back, of a device Inhibit. */
static const struct {
    int ram, device;
} modes[16] = {
    [kIODefaultCache] = {0xff, 0x00},
    [kIOInhibitCache] = {0x0c, 0x00},
    [kIOWriteThruCache] = {0xbb, NO_MAP},
    [kIOCopybackCache] = {0xff, NO_MAP},
    [kIOWriteCombineCache] = {0x44, 0x44},
    [kIOCopybackInnerCache] = {0xff, NO_MAP},
    [kIOPostedWrite] = {0x0c, 0x04},
    [kIORealTimeCache] = {0x44, 0x44},
    [kIOPostedReordered] = {0x0c, 0x08},
    [kIOPostedCombinedReordered] = {0x0c, 0x0c},
    [10] = {0xff, 0x00}, /* no such mode: the default */
    [11] = {0xff, 0x00},
    [12] = {0xff, 0x00},
    [13] = {0xff, 0x00},
    [14] = {0xff, 0x00},
    [15] = {0xff, 0x00},
};

static void release(void *object)
{
    OSObjectRelease(object);
}

/* Each page of the map: the address that the map tells, the mode's memory type, kernel rights only. */
static void check_map(IOMemoryMapRef map, uint8_t mair, bool writable)
{
    uint64_t va = IOMemoryMapGetVirtualAddress(map), size = IOMemoryMapGetLength(map);

    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        uint64_t length = 0;
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &length, kIOMemoryMapperNone);
        struct live_leaf leaf = {0};

        CHECK(length > 0 && length <= size - offset);
        CHECK(at_agrees(at_translate(va + offset, AT_EL1_READ), pa, at_mair_here(mair)));
        CHECK_EQ(at_translate(va + offset, AT_EL1_WRITE).result, writable ? AT_OK : AT_PERMISSION);
        CHECK_EQ(at_translate(va + offset, AT_EL0_READ).result, AT_PERMISSION);
        CHECK_EQ(at_translate(va + offset, AT_EL0_WRITE).result, AT_PERMISSION);
        CHECK(live_find(va + offset, &leaf) && !((leaf.el1 | leaf.el0) & LIVE_X));
    }
}

static void check_ram_mode(unsigned mode, IOOptionBits options)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(5 * PAGE, kIODirectionInOut, false);
    uint8_t mair = at_mair_here((uint8_t)modes[mode].ram);
    IOMemoryMapRef map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, options | mode << kIOMapCacheShift);

    if (CHECK(map != NULL)) {
        uint64_t pa = IOMemoryMapGetPhysicalAddress(map);

        CHECK_EQ(IOMemoryMapGetMapOptions(map) & kIOMapCacheMask, mode << kIOMapCacheShift);
        check_map(map, mair, !(options & kIOMapReadOnly));
        CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa), AT_EL1_READ), pa, mair));
        release(map);
    }
    release(buffer);
}

static void ram__has_the_type_of_every_mode(void)
{
    for (unsigned mode = 0; mode < 16; mode++)
        check_ram_mode(mode, kIOMapUnique);
}

static void read_only_ram__has_the_type_of_every_mode(void)
{
    for (unsigned mode = 0; mode < 16; mode++)
        check_ram_mode(mode, kIOMapUnique | kIOMapReadOnly);
}

static void check_device_mode(unsigned mode, IOOptionBits options)
{
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(device, options | mode << kIOMapCacheShift);
    int mair = modes[mode].device;

    if (!CHECK_EQ(map != NULL, mair != NO_MAP))
        tap_note("  cache mode %u", mode);
    if (map) {
        CHECK_EQ(IOMemoryMapGetPhysicalAddress(map), CLOCK_PA);
        check_map(map, (uint8_t)mair, !(options & kIOMapReadOnly));
        release(map);
    }
    release(device);
}

static void device__has_the_type_of_every_mode_that_fits(void)
{
    for (unsigned mode = 0; mode < 16; mode++) {
        check_device_mode(mode, 0);
        check_device_mode(mode, kIOMapUnique);
        check_device_mode(mode, kIOMapReadOnly);
    }
}

static void device__says_its_resolved_mode(void)
{
    IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(device, 0);

    CHECK_EQ(IOMemoryMapGetMapOptions(map) & kIOMapCacheMask, kIOMapInhibitCache);
    release(map);
    release(device);
}

/* The last mode asked for wins, in every map of the memory and in the linear map; freed RAM is write-back again. */
static void mode__is_a_property_of_the_memory(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(2 * PAGE, kIODirectionInOut, true);
    IOMemoryDescriptorRef memory = (IOMemoryDescriptorRef)buffer;
    volatile uint32_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    IOMemoryMapRef first = IOMemoryDescriptorMap(memory, kIOMapUnique);
    uint64_t pa = IOMemoryMapGetPhysicalAddress(first);

    bytes[0] = 0x12345678;
    for (unsigned mode = 1; mode < 10; mode++) {
        IOMemoryMapRef last = IOMemoryDescriptorMap(memory, kIOMapUnique | mode << kIOMapCacheShift);
        uint8_t mair = at_mair_here((uint8_t)modes[mode].ram);

        if (!CHECK(last != NULL))
            continue;
        check_map(first, mair, true);
        check_map(last, mair, true);
        CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa + PAGE), AT_EL1_WRITE), pa + PAGE, mair));
        CHECK_EQ(*(volatile uint32_t *)(uintptr_t)IOMemoryMapGetVirtualAddress(first), 0x12345678);
        release(last);
        check_map(first, mair, true);
    }
    release(first);
    release(buffer);
    CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa), AT_EL1_WRITE), pa, 0xff));
    CHECK(at_agrees(at_translate((uintptr_t)port_linear(pa + PAGE), AT_EL1_WRITE), pa + PAGE, 0xff));
}

/* Blocked and unblocked, when the map that it shared the page with has gone. */
static void device__comes_back_in_the_mode_that_the_map_gave_it(void)
{
    IOMemoryDescriptorRef devices[] = {IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE),
                                       IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE)};
    IOMemoryMapRef other = IOMemoryDescriptorMap(devices[0], 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(devices[1], kIOMapUnique | kIOMapWriteCombineCache);
    const uint8_t mair = (uint8_t)modes[kIOWriteCombineCache].device;

    check_map(map, mair, true);
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    release(other);
    CHECK_EQ(IOMemoryMapRedirect(map, IOMemoryMapGetMemoryDescriptor(map), 0, 0), kIOReturnSuccess);
    check_map(map, mair, true);
    release(map);
    release(devices[0]);
    release(devices[1]);
}

static void everything__is_given_back(void)
{
    struct machine_use before, after;

    ram__has_the_type_of_every_mode(); /* once to fill the pools, once to compare */
    before = machine_use();
    ram__has_the_type_of_every_mode();
    device__has_the_type_of_every_mode_that_fits();
    mode__is_a_property_of_the_memory();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

int main(void)
{
    TAP_RUN(ram__has_the_type_of_every_mode);
    TAP_RUN(read_only_ram__has_the_type_of_every_mode);
    TAP_RUN(device__has_the_type_of_every_mode_that_fits);
    TAP_RUN(device__says_its_resolved_mode);
    TAP_RUN(mode__is_a_property_of_the_memory);
    TAP_RUN(device__comes_back_in_the_mode_that_the_map_gave_it);
    TAP_RUN(everything__is_given_back);
    return tap_done();
}
