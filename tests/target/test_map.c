/* IOMemoryMap as a program meets it: windows, rights, addresses, segments, a thousand at a time, by real accesses. */
#include <string.h>

#include "iomem/iomem.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

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

static void fixed_address__outside_the_window_is_refused(void)
{
    static uint8_t bytes[2 * 4096];
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    CHECK(four_pages_map_at(0, 0) == NULL);
    CHECK(four_pages_map_at(0x2000, 0) == NULL);
    CHECK(four_pages_map_at(min - PAGE, 0) == NULL);
    CHECK(four_pages_map_at(max, 0) == NULL);
    CHECK(four_pages_map_at(max - PAGE, 0) == NULL);
    CHECK(four_pages_map_at((uintptr_t)bytes & ~(PAGE - 1), 0) == NULL);
    CHECK(four_pages_map_at((uintptr_t)bytes & ~(PAGE - 1), kIOMapOverwrite) == NULL);
    CHECK(four_pages_map_at(free_address() + 1, 0) == NULL); /* not at the memory's offset in its page */
    CHECK(four_pages_map_at(free_address(), kIOMapGuardedSmall) == NULL);
    CHECK(IOMemoryDescriptorMap(four_pages, kIOMapOverwrite) == NULL);
    CHECK(touch_write((uintptr_t)bytes, 1).done);
}

static void page_offset__is_the_memorys(void)
{
    uint64_t length = 0;
    IOMemoryDescriptorRef part =
        IOMemoryDescriptorCreateWithPhysicalAddress(four_pages_pa + 0x123, PAGE, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(part, 0);
    uint64_t va = address(map);

    CHECK_EQ(va % PAGE, 0x123);
    CHECK_EQ(IOMemoryMapGetLength(map), PAGE);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &length, 0), four_pages_pa + 0x123);
    CHECK_EQ(length, PAGE);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0xfff, &length, 0), four_pages_pa + 0x1122);
    CHECK_EQ(length, 1);
    CHECK_EQ(touch_read(va).value, 0x20);
    CHECK_EQ(touch_read(va + PAGE - 1).value, 0x21);
    CHECK(translates(va & ~(PAGE - 1)) && translates(va + 2 * PAGE - 0x124)); /* whole pages */
    CHECK(!translates((va & ~(PAGE - 1)) - 1) && !translates((va & ~(PAGE - 1)) + 2 * PAGE));
    release(map);
    release(part);
}

static void segment__is_clipped_to_the_map(void)
{
    IOMemoryMapRef map = four_pages_map(kIOMapUnique, PAGE, 2 * PAGE - 10);
    uint64_t length = 0;

    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone), four_pages_pa + PAGE);
    CHECK_EQ(length, 2 * PAGE - 10);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, PAGE + 1, &length, 0), four_pages_pa + 2 * PAGE + 1);
    CHECK_EQ(length, PAGE - 11);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, PAGE + 1, NULL, 0), four_pages_pa + 2 * PAGE + 1);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 2 * PAGE - 10, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, UINT64_MAX, &length, 0), 0);
    CHECK_EQ(length, 0);
    release(map);
}

static void thousand_maps__come_and_go(void)
{
    enum { COUNT = 1000 };
    static IOMemoryMapRef maps[COUNT];
    uint8_t seen = 0;

    for (unsigned i = 0; i < COUNT; i++) {
        maps[i] = IOMemoryDescriptorMap(four_pages, kIOMapUnique | (i % 3 ? 0 : kIOMapGuardedSmall));
        if (!CHECK(maps[i] != NULL))
            return;
        *(volatile uint8_t *)(uintptr_t)(address(maps[i]) + 9) = (uint8_t)i;
        seen |= (uint8_t)(*four_pages_linear(9) ^ (uint8_t)i);
    }
    CHECK_EQ(seen, 0);
    for (unsigned i = 0; i < COUNT; i += 2)
        release(maps[i]);
    for (unsigned i = 1; i < COUNT; i += 2)
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(address(maps[i]) + 9), (uint8_t)(COUNT - 1));
    for (unsigned i = 1; i < COUNT; i += 2)
        release(maps[i]);
    *four_pages_linear(9) = 0x20;
}

static void nothing__is_lost(void)
{
    struct machine_use before = machine_use(), after;

    window__holds_its_base();
    page_offset__is_the_memorys();
    thousand_maps__come_and_go();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(references(four_pages), 1);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    TAP_RUN(window__holds_its_base);
    TAP_RUN(read_only_map__refuses_stores);
    TAP_RUN(state__is_told_to_driverkit);
    TAP_RUN(fixed_address__outside_the_window_is_refused);
    TAP_RUN(page_offset__is_the_memorys);
    TAP_RUN(segment__is_clipped_to_the_map);
    TAP_RUN(thousand_maps__come_and_go);
    TAP_RUN(nothing__is_lost);
    four_pages_release();
    return tap_done();
}
