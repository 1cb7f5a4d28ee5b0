/* Where maps go: bounds, fixed addresses, overwriting, page offsets, segments, a thousand at a time. */
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "tests/target/at.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static bool mapped(uint64_t va)
{
    return at_translate(va, AT_EL1_READ).result == AT_OK;
}

static void bounds__are_the_descriptors(void)
{
    CHECK(four_pages_map(0, FOUR_PAGES, PAGE) == NULL);
    CHECK(four_pages_map(0, PAGE, FOUR_PAGES) == NULL);
    CHECK(four_pages_map(0, 0, FOUR_PAGES + 1) == NULL);
    CHECK(four_pages_map(0, PAGE, 0) == NULL); /* length 0 is the whole descriptor, not the rest */
    CHECK(four_pages_map(0, UINT64_MAX, 1) == NULL);
    CHECK(four_pages_map(0, 1, UINT64_MAX) == NULL);
    CHECK(four_pages_map(0, UINT64_MAX - PAGE + 1, PAGE) == NULL);
    CHECK(four_pages_map(kIOMapUnique, PAGE, FOUR_PAGES) == NULL);
    IOMemoryMapRef tail = four_pages_map(0, FOUR_PAGES - 1, 1);
    CHECK_EQ(touch_read(address(tail)).value, 0x23);
    CHECK_EQ(address(tail) % PAGE, PAGE - 1);
    release(tail);
}

static uint64_t free_address(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    return (min + (max - min) / 4 * 3) & ~(PAGE - 1);
}

static void fixed_address__is_honoured_when_free(void)
{
    uint64_t va = free_address();
    IOMemoryMapRef map = four_pages_map_at(va, kIOMapUnique);

    if (!CHECK(map != NULL))
        return;
    CHECK_EQ(address(map), va);
    CHECK_EQ(touch_read(va + 2 * PAGE).value, 0x22);
    CHECK(four_pages_map_at(va, kIOMapUnique) == NULL);
    CHECK(four_pages_map_at(va + PAGE, kIOMapUnique) == NULL);
    CHECK(four_pages_map_at(va - PAGE, kIOMapUnique) == NULL);
    CHECK_EQ(touch_read(va + 2 * PAGE).value, 0x22);
    CHECK_REFUSED(touch_read(va - PAGE), FAULT_UNMAPPED);
    release(map);
    map = four_pages_map_at(va + PAGE, kIOMapUnique);
    CHECK_EQ(address(map), va + PAGE);
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

static void overwrite__replaces_and_stays(void)
{
    uint64_t other = port_frame_alloc(PAGE, PAGE, UINT64_MAX), va = free_address();
    IOMemoryDescriptorRef over = IOMemoryDescriptorCreateWithPhysicalAddress(other, PAGE, kIODirectionInOut);
    IOMemoryMapRef base = four_pages_map_at(va, kIOMapUnique);

    memset(port_linear(other), 0x99, PAGE);
    CHECK_EQ(touch_read(va + PAGE).value, 0x21);
    IOMemoryMapRef top = IOMemoryDescriptorCreateMappingInTask(over, kernel_task, va + PAGE, kIOMapOverwrite, 0, 0);
    if (CHECK(top != NULL)) {
        CHECK_EQ(address(top), va + PAGE);
        CHECK_EQ(touch_read(va + PAGE).value, 0x99);
        CHECK_EQ(touch_read(va).value, 0x20);
        CHECK_EQ(touch_read(va + 2 * PAGE).value, 0x22);
        release(top);
        CHECK_EQ(touch_read(va + PAGE).value, 0x99);
    }
    release(base);
    CHECK_REFUSED(touch_read(va + PAGE), FAULT_UNMAPPED);
    release(over);
    port_frame_free(other, PAGE);
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
    CHECK(mapped(va & ~(PAGE - 1)) && mapped(va + 2 * PAGE - 0x124)); /* whole pages */
    CHECK(!mapped((va & ~(PAGE - 1)) - 1) && !mapped((va & ~(PAGE - 1)) + 2 * PAGE));
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

    bounds__are_the_descriptors();
    fixed_address__is_honoured_when_free();
    overwrite__replaces_and_stays();
    thousand_maps__come_and_go();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(OSObjectGetRetainCount((OSObjectRef)four_pages), 1);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    TAP_RUN(bounds__are_the_descriptors);
    TAP_RUN(fixed_address__is_honoured_when_free);
    TAP_RUN(fixed_address__outside_the_window_is_refused);
    TAP_RUN(overwrite__replaces_and_stays);
    TAP_RUN(page_offset__is_the_memorys);
    TAP_RUN(segment__is_clipped_to_the_map);
    TAP_RUN(thousand_maps__come_and_go);
    TAP_RUN(nothing__is_lost);
    four_pages_release();
    return tap_done();
}
