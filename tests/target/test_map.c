/* IOMemoryMap as a program meets it: references, sharing, windows, unmapping, by real accesses. */
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "tests/target/at.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static bool mapped(uint64_t va)
{
    return at_translate(va, AT_EL1_READ).result == AT_OK;
}

static void map__has_two_references_and_is_shared(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0);
    uint64_t va = address(map);

    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)map), 2);
    CHECK(IOMemoryDescriptorMap(four_pages, 0) == map);
    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)map), 3);
    CHECK_EQ(touch_read(va + 3 * PAGE).value, 0x23);
    release(map);
    CHECK_EQ(touch_read(va + 3 * PAGE).value, 0x23);
    release(map);
    CHECK_REFUSED(touch_read(va + 3 * PAGE), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
}

static void window__stands_on_the_larger_map(void)
{
    IOMemoryMapRef base = IOMemoryDescriptorMap(four_pages, 0);
    IOMemoryMapRef window = four_pages_map(0, PAGE, PAGE);

    CHECK(window && window != base);
    CHECK_EQ(address(window), address(base) + PAGE);
    CHECK_EQ(IOMemoryMapGetLength(window), PAGE);
    CHECK_EQ(IOMemoryMapGetOffset(window), PAGE);
    CHECK(IOMemoryMapGetAddressTask(window) == kernel_task);
    CHECK_EQ(IOMemoryMapGetPhysicalAddress(window), four_pages_pa + PAGE);
    CHECK_EQ(touch_read(address(window)).value, 0x21);
    CHECK_EQ(IOMemoryMapUnmap(window), kIOReturnSuccess);
    CHECK_EQ(touch_read(address(base) + PAGE).value, 0x21);
    release(window);
    CHECK_EQ(touch_read(address(base) + PAGE).value, 0x21);

    window = four_pages_map(0, 2 * PAGE, PAGE);
    uint64_t va = address(window), length = 1;
    CHECK_EQ(IOMemoryMapUnmap(base), kIOReturnSuccess);
    CHECK_EQ(address(window), 0);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(window, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    release(window);
    release(base);
}

static void window__holds_its_base(void)
{
    IOMemoryMapRef base = IOMemoryDescriptorMap(four_pages, 0);
    IOMemoryMapRef window = four_pages_map(0, 3 * PAGE, PAGE);
    uint64_t va = address(window);

    release(base);
    CHECK_EQ(touch_read(va).value, 0x23);
    release(window);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
}

static void check_shared(IOOptionBits first, IOOptionBits second, bool shared)
{
    IOMemoryMapRef a = IOMemoryDescriptorMap(four_pages, first);
    IOMemoryMapRef b = IOMemoryDescriptorMap(four_pages, second);

    if (!CHECK(a && b) || !CHECK_EQ(a == b, shared))
        tap_note("  options 0x%x, then 0x%x", first, second);
    if (!shared)
        CHECK(address(a) != address(b));
    release(b);
    release(a);
}

static void sharing__follows_the_options(void)
{
    check_shared(0, kIOMapReadOnly, false);
    check_shared(kIOMapReadOnly, 0, false);
    check_shared(kIOMapReadOnly, kIOMapReadOnly, true);
    check_shared(0, kIOMapGuardedSmall, false);
    check_shared(kIOMapGuardedSmall, kIOMapGuardedLarge, false);
    check_shared(kIOMapGuardedSmall, kIOMapGuardedSmall, true);
    check_shared(0, kIOMapInhibitCache, false);
    check_shared(kIOMapInhibitCache, 0, true);
    check_shared(kIOMapInhibitCache, kIOMapWriteCombineCache, false);
    check_shared(kIOMapUnique, kIOMapUnique, false);
    check_shared(0, kIOMapUnique, false);
    check_shared(kIOMapUnique, 0, false);
    check_shared(0, kIOMapReference, true);
}

static void reference__only_looks(void)
{
    uint32_t before = OSMetaClassGetInstanceCount(OSMetaClassGetWithName("IOMemoryMap"));

    CHECK(IOMemoryDescriptorMap(four_pages, kIOMapReference) == NULL);
    CHECK_EQ(OSMetaClassGetInstanceCount(OSMetaClassGetWithName("IOMemoryMap")), before);
    CHECK(IOMemoryDescriptorMap(four_pages, kIOMapReference | kIOMapUnique) == NULL);
    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)four_pages), 1);
}

static void unique_aliases__see_each_others_writes(void)
{
    IOMemoryMapRef a = IOMemoryDescriptorMap(four_pages, kIOMapUnique);
    IOMemoryMapRef b = IOMemoryDescriptorMap(four_pages, kIOMapUnique);

    CHECK(address(a) != address(b));
    CHECK(IOMemoryMapGetMemoryDescriptor(a) != four_pages); /* a private one, as IOKit does for physical memory */
    CHECK(touch_write(address(a) + PAGE + 5, 0x77).done);
    CHECK_EQ(touch_read(address(b) + PAGE + 5).value, 0x77);
    CHECK_EQ(*four_pages_linear(PAGE + 5), 0x77);
    *four_pages_linear(PAGE + 5) = 0x21;
    CHECK_EQ(touch_read(address(a) + PAGE + 5).value, 0x21);
    release(a);
    CHECK_EQ(touch_read(address(b) + PAGE + 5).value, 0x21);
    release(b);
}

static void read_only_map__refuses_stores(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, kIOMapReadOnly);

    CHECK_EQ(touch_read(address(map)).value, 0x20);
    CHECK_REFUSED(touch_write(address(map), 1), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute(address(map)), FAULT_PERMISSION);
    CHECK_REFUSED(touch_read_el0(address(map)), FAULT_PERMISSION);
    CHECK_EQ(*four_pages_linear(0), 0x20);
    release(map);
}

static void kernel_memory__maps_to_itself(void)
{
    static uint8_t bytes[100];
    IOMemoryDescriptorRef own = IOMemoryDescriptorCreateWithAddress(bytes, sizeof bytes, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(own, kIOMapReadOnly);

    CHECK_EQ(address(map), (uintptr_t)bytes);
    CHECK_EQ(IOMemoryMapGetMapOptions(map) & kIOMapStatic, kIOMapStatic);
    CHECK_EQ(IOMemoryMapGetPhysicalAddress(map), at_translate((uintptr_t)bytes, AT_EL1_READ).pa);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_EQ(address(map), 0);
    CHECK(touch_write((uintptr_t)bytes, 3).done);
    release(map);
    CHECK(touch_write((uintptr_t)bytes, 4).done);

    map = IOMemoryDescriptorMap(own, kIOMapUnique);
    CHECK(address(map) != (uintptr_t)bytes);
    CHECK_EQ(address(map) % PAGE, (uintptr_t)bytes % PAGE);
    CHECK_EQ(touch_read(address(map)).value, 4);
    CHECK(touch_write(address(map) + 99, 9).done);
    CHECK_EQ(*(volatile uint8_t *)&bytes[99], 9);
    release(map);
    release(own);
}

static void unmap__leaves_the_object_and_takes_the_pages(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0);
    uint64_t va = address(map), length = 1;

    OSObjectRetain((OSObjectRef)map);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_EQ(address(map), 0);
    CHECK_EQ(IOMemoryMapGetAddress(map), 0);
    CHECK_EQ(IOMemoryMapGetLength(map), FOUR_PAGES);
    CHECK_EQ(IOMemoryMapGetSize(map), FOUR_PAGES);
    CHECK(IOMemoryMapGetAddressTask(map) == kernel_task);
    CHECK(IOMemoryMapGetMemoryDescriptor(map) == four_pages);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    IOMemoryMapRef fresh = IOMemoryDescriptorMap(four_pages, 0);
    CHECK(fresh && fresh != map); /* an unmapped map is never shared */
    release(fresh);
    release(map);
    release(map);
    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)four_pages), 1);
}

static void task_died__forgets_and_unmaps_when_asked(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, kIOMapUnique);
    uint64_t va = address(map);

    CHECK_EQ(IOMemoryMapUserClientUnmap(map), kIOReturnSuccess);
    CHECK(mapped(va));
    IOMemoryMapTaskDied(map);
    CHECK(!mapped(va));
    CHECK_EQ(address(map), 0);
    CHECK(IOMemoryMapGetAddressTask(map) == NULL);
    IOMemoryMapTaskDied(map);
    CHECK_EQ(IOMemoryMapGetLength(map), FOUR_PAGES);
    release(map);
}

static void wire_range__tells_what_cannot_be(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0),
                   fixed = IOMemoryDescriptorMap(four_pages, kIOMapReadOnly);

    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionOut, 0, FOUR_PAGES), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, PAGE, PAGE), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, FOUR_PAGES), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, FOUR_PAGES), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(fixed, kIODirectionOut, 0, PAGE), KERN_PROTECTION_FAILURE);
    IOMemoryMapUnmap(map);
    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionIn, 0, PAGE), kIOReturnNotReady);
    release(fixed);
    release(map);
}

static void state__is_told_to_driverkit(void)
{
    IOMemoryMapRef map = four_pages_map(0, PAGE, PAGE);
    IOMemoryMapPrivateState state = {0}, again = {0};

    CHECK_EQ(IOMemoryMapCopyState(map, &state), kIOReturnSuccess);
    CHECK(state.length == PAGE && state.offset == IOMemoryMapGetOffset(map) && state.address == address(map));
    CHECK_EQ(state.options, IOMemoryMapGetMapOptions(map));
    CHECK_EQ(IOMemoryMapDispatch(map, 1, NULL, 0, &again, sizeof again), kIOReturnSuccess);
    CHECK(memcmp(&state, &again, sizeof state) == 0);
    CHECK_EQ(IOMemoryMapDispatch(map, 1, NULL, 0, &again, 31), kIOReturnUnderrun);
    CHECK_EQ(IOMemoryMapDispatch(map, 1, NULL, 0, NULL, 32), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapDispatch(map, 2, NULL, 0, &again, 32), kIOReturnUnsupported);
    CHECK_EQ(IOMemoryMapDispatch(NULL, 1, NULL, 0, &again, 32), kIOReturnBadArgument);
    release(map);
}

static void nothing__is_lost(void)
{
    OSMetaClassRef class = OSMetaClassGetWithName("IOMemoryMap");
    uint32_t maps = OSMetaClassGetInstanceCount(class);
    struct machine_use before = machine_use(), after;

    map__has_two_references_and_is_shared();
    window__stands_on_the_larger_map();
    sharing__follows_the_options();
    unique_aliases__see_each_others_writes();
    kernel_memory__maps_to_itself();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(OSMetaClassGetInstanceCount(class), maps);
    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)four_pages), 1);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    TAP_RUN(map__has_two_references_and_is_shared);
    TAP_RUN(window__stands_on_the_larger_map);
    TAP_RUN(window__holds_its_base);
    TAP_RUN(sharing__follows_the_options);
    TAP_RUN(reference__only_looks);
    TAP_RUN(unique_aliases__see_each_others_writes);
    TAP_RUN(read_only_map__refuses_stores);
    TAP_RUN(kernel_memory__maps_to_itself);
    TAP_RUN(unmap__leaves_the_object_and_takes_the_pages);
    TAP_RUN(task_died__forgets_and_unmaps_when_asked);
    TAP_RUN(wire_range__tells_what_cannot_be);
    TAP_RUN(state__is_told_to_driverkit);
    TAP_RUN(nothing__is_lost);
    four_pages_release();
    return tap_done();
}
