/* Maps by IOKit's rules, D1 to D9: references, sharing, windows, addresses, and what is left after an unmap. */
#include <string.h>

#include "iomem/port.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static void references_and_sharing(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0);
    uint64_t va = address(map);

    CHECK_EQ(references(map), 2);
    CHECK(IOMemoryDescriptorMap(four_pages, 0) == map);
    CHECK_EQ(references(map), 3);
    CHECK_EQ(touch_read(va + 3 * PAGE).value, 0x23);
    release(map);
    CHECK_EQ(references(map), 2);
    CHECK_EQ(touch_read(va + 3 * PAGE).value, 0x23);
    release(map);
    CHECK_REFUSED(touch_read(va + 3 * PAGE), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    CHECK_EQ(references(four_pages), 1);
}

static void window(void)
{
    IOMemoryMapRef base = IOMemoryDescriptorMap(four_pages, 0);
    IOMemoryMapRef part = four_pages_map(0, PAGE, PAGE);

    CHECK(part && part != base);
    CHECK_EQ(address(part), address(base) + PAGE);
    CHECK_EQ(IOMemoryMapGetLength(part), PAGE);
    CHECK_EQ(IOMemoryMapGetOffset(part), PAGE);
    CHECK(IOMemoryMapGetAddressTask(part) == kernel_task);
    CHECK_EQ(IOMemoryMapGetPhysicalAddress(part), four_pages_pa + PAGE);
    CHECK_EQ(shown(part, 0), 0x21);
    CHECK_EQ(IOMemoryMapUnmap(part), kIOReturnSuccess);
    CHECK_EQ(shown(base, PAGE), 0x21);
    release(part);
    CHECK_EQ(shown(base, PAGE), 0x21);
    release(base);
}

static void window_without_its_base(void)
{
    IOMemoryMapRef base = IOMemoryDescriptorMap(four_pages, 0), part = four_pages_map(0, 2 * PAGE, PAGE);
    uint64_t va = address(part), length = 1;

    CHECK_EQ(va, address(base) + 2 * PAGE);
    CHECK_EQ(IOMemoryMapUnmap(base), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapGetVirtualAddress(part), 0);
    CHECK_EQ(IOMemoryMapGetAddress(part), 0);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(part, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    release(part);
    release(base);
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

static void what_is_shared(void)
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

static void reference_to_nothing(void)
{
    uint32_t before = instances("IOMemoryMap");

    CHECK(IOMemoryDescriptorMap(four_pages, kIOMapReference) == NULL);
    CHECK_EQ(instances("IOMemoryMap"), before);
    CHECK(IOMemoryDescriptorMap(four_pages, kIOMapReference | kIOMapUnique) == NULL);
    CHECK_EQ(instances("IOMemoryMap"), before);
    CHECK_EQ(references(four_pages), 1);
}

static void check_unique(IOMemoryDescriptorRef md)
{
    IOMemoryMapRef a = IOMemoryDescriptorMap(md, kIOMapUnique), b = IOMemoryDescriptorMap(md, kIOMapUnique);

    CHECK(address(a) != address(b));
    CHECK(touch_write(address(a) + PAGE + 5, 0x77).done);
    CHECK_EQ(shown(b, PAGE + 5), 0x77);
    CHECK(touch_write(address(b) + PAGE + 5, 0x21).done);
    CHECK_EQ(shown(a, PAGE + 5), 0x21);
    release(a);
    CHECK_EQ(shown(b, PAGE + 5), 0x21);
    release(b);
}

static void unique(void)
{
    IOMemoryDescriptorRef buffer = filled_buffer(2 * PAGE, 0x21);
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, kIOMapUnique);

    CHECK(IOMemoryMapGetMemoryDescriptor(map) != four_pages); /* a private one, as IOKit does for physical memory */
    release(map);
    check_unique(four_pages);
    check_unique(buffer);
    CHECK_EQ(bytes_of(buffer)[PAGE + 5], 0x21);
    CHECK_EQ(*four_pages_linear(PAGE + 5), 0x21);
    release(buffer);
}

static void kernel_buffer(void)
{
    IOMemoryDescriptorRef buffer = filled_buffer(2 * PAGE, 0x11);
    uint8_t *bytes = bytes_of(buffer);
    IOMemoryMapRef map = IOMemoryDescriptorMap(buffer, kIOMapReadOnly);

    CHECK_EQ(address(map), (uintptr_t)bytes);
    CHECK_EQ(IOMemoryMapGetMapOptions(map) & kIOMapStatic, kIOMapStatic);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapGetAddress(map), 0);
    CHECK(touch_write((uintptr_t)bytes + PAGE, 3).done);
    release(map);
    CHECK_EQ(touch_read((uintptr_t)bytes + PAGE).value, 3);
    release(buffer);
}

static void kernel_memory(void)
{
    static uint8_t bytes[100];
    IOMemoryDescriptorRef own = IOMemoryDescriptorCreateWithAddress(bytes, sizeof bytes, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(own, 0);

    CHECK_EQ(address(map), (uintptr_t)bytes);
    CHECK_EQ(IOMemoryMapGetMapOptions(map) & kIOMapStatic, kIOMapStatic);
    CHECK_EQ(IOMemoryMapGetPhysicalAddress(map), page_at(kernel_task, (uintptr_t)bytes).pa);
    release(map);
    bytes[1] = 4;
    map = IOMemoryDescriptorMap(own, kIOMapUnique);
    CHECK(address(map) != (uintptr_t)bytes);
    CHECK_EQ(address(map) % PAGE, (uintptr_t)bytes % PAGE);
    CHECK_EQ(shown(map, 1), 4);
    CHECK(touch_write(address(map) + 99, 9).done);
    CHECK_EQ(*(volatile uint8_t *)&bytes[99], 9);
    release(map);
    release(own);
}

static void after_unmap(void)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(four_pages, 0);
    uint64_t va = address(map), length = 1;
    IOOptionBits options = IOMemoryMapGetMapOptions(map);

    OSObjectRetain((OSObjectRef)map);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    CHECK_EQ(IOMemoryMapUnmap(map), kIOReturnSuccess);
    CHECK_EQ(IOMemoryMapGetVirtualAddress(map), 0);
    CHECK_EQ(IOMemoryMapGetAddress(map), 0);
    CHECK_EQ(IOMemoryMapGetLength(map), FOUR_PAGES);
    CHECK_EQ(IOMemoryMapGetSize(map), FOUR_PAGES);
    CHECK_EQ(IOMemoryMapGetMapOptions(map), options);
    CHECK(IOMemoryMapGetAddressTask(map) == kernel_task);
    CHECK(IOMemoryMapGetMemoryDescriptor(map) == four_pages);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    IOMemoryMapRef fresh = IOMemoryDescriptorMap(four_pages, 0);
    CHECK(fresh && fresh != map); /* an unmapped map is never shared */
    release(fresh);
    release(map);
    release(map);
    CHECK_EQ(references(four_pages), 1);
}

static void bounds(void)
{
    CHECK(four_pages_map(0, FOUR_PAGES, PAGE) == NULL);
    CHECK(four_pages_map(0, PAGE, FOUR_PAGES) == NULL);
    CHECK(four_pages_map(0, 0, FOUR_PAGES + 1) == NULL);
    CHECK(four_pages_map(0, PAGE, 0) == NULL); /* length 0 is the whole descriptor, not the rest */
    CHECK(four_pages_map(0, UINT64_MAX, 1) == NULL);
    CHECK(four_pages_map(0, 1, UINT64_MAX) == NULL);
    CHECK(four_pages_map(0, UINT64_MAX - PAGE + 1, PAGE) == NULL);
    CHECK(four_pages_map(kIOMapUnique, PAGE, FOUR_PAGES) == NULL);
    CHECK(four_pages_map(kIOMapStatic, 0, FOUR_PAGES + 1) == NULL);
    IOMemoryMapRef tail = four_pages_map(0, FOUR_PAGES - 1, 1);
    CHECK_EQ(shown(tail, 0), 0x23);
    CHECK_EQ(address(tail) % PAGE, PAGE - 1);
    release(tail);
}

static void fixed_address(void)
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

static void overwrite(void)
{
    IOMemoryDescriptorRef over = filled_buffer(PAGE, 0x99);
    uint64_t va = free_address();
    IOMemoryMapRef base = four_pages_map_at(va, kIOMapUnique);
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
}

static void nothing_is_lost(void)
{
    uint32_t maps = instances("IOMemoryMap");
    struct machine_use before = machine_use(), after;

    references_and_sharing();
    window();
    what_is_shared();
    unique();
    kernel_buffer();
    bounds();
    fixed_address();
    overwrite();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(instances("IOMemoryMap"), maps);
    CHECK_EQ(references(four_pages), 1);
}

int main(void)
{
    if (!four_pages_create())
        return 1;
    tap_run("D1 a map has two references, is shared, and goes with its last holder", references_and_sharing);
    tap_run("D2 a window stands on the larger map's pages and leaves them there", window);
    tap_run("D2 a window is nowhere once its base is unmapped", window_without_its_base);
    tap_run("D3 sharing: the same rights and guards, and no other cache mode asked for", what_is_shared);
    tap_run("D4 a look-up that finds no map: NULL, and nothing is lost", reference_to_nothing);
    tap_run("D5 unique maps: addresses of their own, the same bytes", unique);
    tap_run("D6 a kernel buffer's map is the buffer, and outlives unmap", kernel_buffer);
    tap_run("D6 kernel memory maps to itself unless a map is to be unique", kernel_memory);
    tap_run("D7 unmapped, and again: what the map still says", after_unmap);
    tap_run("D8 bounds: past the end, an offset without a length, values that wrap", bounds);
    tap_run("D9 a fixed address is taken or free", fixed_address);
    tap_run("D9 an overwriting map replaces pages and leaves them there", overwrite);
    tap_run("D1 to D9 give everything back", nothing_is_lost);
    four_pages_release();
    return tap_done();
}
