/* Maps: what is shared, where they go, what their accessors say. */
#include "tests/host/classes.h"

static void map__is_shared_and_goes_with_the_last_release(void **state)
{
    IOMemoryDescriptorRef md = device(2 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    uint64_t va = address(map);

    (void)state;
    assert_int_equal(count_of(map), 2);
    assert_ptr_equal(IOMemoryDescriptorMap(md, 0), map);
    assert_int_equal(count_of(map), 3);
    drop(map);
    assert_int_equal(query(va).pa, HOST_DEVICE);
    assert_int_equal(count_of(md), 2);
    drop(map);
    assert_true(nothing_at(va));
    assert_int_equal(count_of(md), 1);
    drop(md);
}

static void map__of_a_device_is_inhibited_writable_and_not_executable(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0), read_only;

    (void)state;
    assert_int_equal(query(address(map)).attr_index, 3);
    assert_int_equal(query(address(map)).protection, 3);
    assert_int_equal(IOMemoryMapGetMapOptions(map) & kIOMapCacheMask, kIOMapInhibitCache);
    read_only = IOMemoryDescriptorMap(md, kIOMapReadOnly);
    assert_ptr_not_equal(read_only, map);
    assert_int_equal(query(address(read_only)).protection, 1);
    drop(read_only);
    drop(map);
    drop(md);
}

static void map__keeps_the_offset_in_the_page(void **state)
{
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithPhysicalAddress(HOST_DEVICE + 0x123, 0x2000, kIODirectionNone);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    IOByteCount length;

    (void)state;
    assert_int_equal(address(map) % PAGE, 0x123);
    assert_int_equal(IOMemoryMapGetLength(map), 0x2000);
    assert_int_equal(query(address(map) + 0x1fff).pa, HOST_DEVICE + 0x2122);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0x10, &length, 0), HOST_DEVICE + 0x133);
    assert_int_equal(length, 0x1ff0);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0x2000, &length, 0), 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryMapGetPhysicalAddress(map), HOST_DEVICE + 0x123);
    drop(map);
    drop(md);
}

static void window__stands_on_its_base(void **state)
{
    IOMemoryDescriptorRef md = device(4 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    IOMemoryMapRef window = map_anywhere(md, 0, PAGE, PAGE);
    uint64_t va = address(map);
    IOByteCount length;

    (void)state;
    assert_ptr_not_equal(window, map);
    assert_int_equal(address(window), va + PAGE);
    assert_int_equal(IOMemoryMapGetOffset(window), PAGE);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(window, 0, &length, 0), HOST_DEVICE + PAGE);
    assert_int_equal(length, PAGE);
    assert_int_equal(IOMemoryMapUnmap(window), kIOReturnSuccess);
    assert_int_equal(address(window), 0);
    assert_int_equal(query(va + PAGE).pa, HOST_DEVICE + PAGE);
    drop(window);
    window = IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va + PAGE, 0, PAGE, PAGE);
    assert_int_equal(address(window), va + PAGE);
    assert_null(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va, kIOMapReference, PAGE, PAGE));
    assert_int_equal(IOMemoryMapUnmap(map), kIOReturnSuccess);
    assert_int_equal(address(window), 0);
    assert_ptr_equal(IOMemoryMapGetAddressTask(window), kernel_task);
    IOMemoryMapGetPhysicalSegment(window, 0, &length, 0);
    assert_int_equal(length, 0);
    drop(map);
    drop(window);
    drop(md);
}

static void sharing__compares_protection_guards_and_mode(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef combined = IOMemoryDescriptorMap(md, kIOMapWriteCombineCache);
    IOMemoryMapRef plain = IOMemoryDescriptorMap(md, 0), guarded, inhibited;

    (void)state;
    assert_ptr_equal(plain, combined);
    drop(plain);
    guarded = IOMemoryDescriptorMap(md, kIOMapGuardedSmall);
    assert_ptr_not_equal(guarded, combined);
    assert_int_equal(query(address(guarded)).attr_index, 1);
    inhibited = IOMemoryDescriptorMap(md, kIOMapInhibitCache);
    assert_ptr_not_equal(inhibited, combined);
    assert_int_equal(query(address(combined)).attr_index, 3);
    assert_int_equal(query(address(guarded)).attr_index, 3);
    drop(inhibited);
    drop(guarded);
    drop(combined);
    drop(md);
}

static void reference__finds_or_fails(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map, found;

    (void)state;
    assert_null(IOMemoryDescriptorMap(md, kIOMapReference));
    assert_int_equal(count_of(md), 1);
    map = IOMemoryDescriptorMap(md, 0);
    found = IOMemoryDescriptorMap(md, kIOMapReference);
    assert_ptr_equal(found, map);
    drop(found);
    drop(map);
    drop(md);
}

static void unique__is_never_shared(void **state)
{
    IOMemoryDescriptorRef md = device(2 * PAGE);
    IOMemoryMapRef a = IOMemoryDescriptorMap(md, kIOMapUnique), b = IOMemoryDescriptorMap(md, kIOMapUnique);
    IOMemoryMapRef c = IOMemoryDescriptorMap(md, 0);

    (void)state;
    assert_true(address(a) != address(b) && address(a) != address(c) && address(b) != address(c));
    assert_ptr_not_equal(IOMemoryMapGetMemoryDescriptor(a), md);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(c), md);
    assert_null(IOMemoryDescriptorMap(md, kIOMapUnique | kIOMapReference));
    drop(a);
    drop(b);
    drop(c);
    drop(md);
}

static void unique__wants_one_physical_run(void **state)
{
    IOAddressRange ranges[2] = {{HOST_DEVICE, PAGE}, {HOST_DEVICE + 4 * PAGE, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, 0, NULL);
    IOMemoryMapRef map;

    (void)state;
    assert_null(IOMemoryDescriptorMap(md, kIOMapUnique));
    map = map_anywhere(md, kIOMapUnique, PAGE, PAGE);
    assert_int_equal(IOMemoryMapGetPhysicalAddress(map), HOST_DEVICE + 4 * PAGE);
    assert_int_equal(IOMemoryMapGetOffset(map), 0);
    drop(map);
    drop(md);
}

static void ranges__are_mapped_as_one_and_told_apart_by_the_tables(void **state)
{
    IOAddressRange ranges[4] = {{HOST_DEVICE + 0x800, 0x800},
                                {HOST_DEVICE + 0x1000, 0x1000},
                                {HOST_DEVICE + 0x8000, PAGE},
                                {HOST_DEVICE + 0x4000, 0x100}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 4, 0, NULL);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapGuardedSmall);
    IOByteCount length;

    (void)state;
    assert_int_equal(IOMemoryDescriptorGetLength(md), 0x2900);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0x10, &length, 0), HOST_DEVICE + 0x810);
    assert_int_equal(length, 0x17f0);
    assert_int_equal(address(map) % PAGE, 0x800);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0, &length, 0), HOST_DEVICE + 0x800);
    assert_int_equal(length, 0x1800);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0x1800, &length, 0), HOST_DEVICE + 0x8000);
    assert_int_equal(length, 0x1000);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0x2800, &length, 0), HOST_DEVICE + 0x4000);
    assert_int_equal(length, 0x100);
    drop(map);
    drop(md);
}

static void ranges__that_meet_inside_a_page_are_refused(void **state)
{
    IOAddressRange ranges[2] = {{HOST_DEVICE, 0x800}, {HOST_DEVICE + 0x4000, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, 0, NULL);

    (void)state;
    assert_null(IOMemoryDescriptorMap(md, 0));
    assert_int_equal(count_of(md), 1);
    drop(md);
}

static void kernel_memory__is_there_already(void **state)
{
    uint64_t pa;
    void *memory = pages(2, &pa);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddress(memory, 2 * PAGE, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapReadOnly), second;

    (void)state;
    assert_ptr_equal((void *)(uintptr_t)address(map), memory);
    assert_true(IOMemoryMapGetMapOptions(map) & kIOMapStatic);
    assert_int_equal(IOMemoryMapGetPhysicalAddress(map), pa);
    assert_int_equal(IOMemoryMapUnmap(map), kIOReturnSuccess);
    assert_int_equal(address(map), 0);
    memset(memory, 1, 2 * PAGE);
    second = IOMemoryDescriptorMap(md, kIOMapUnique);
    assert_true(address(second) >= HOST_WINDOW);
    assert_int_equal(query(address(second) + PAGE).pa, pa + PAGE);
    assert_int_equal(query(address(second)).attr_index, 0);
    drop(second);
    drop(map);
    drop(md);
    port_frame_free(pa, 2 * PAGE);
}

static void unmap__twice_and_what_stays(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0), next;
    uint64_t va = address(map);
    IOByteCount length = 7;

    (void)state;
    assert_int_equal(IOMemoryMapUnmap(map), kIOReturnSuccess);
    assert_true(nothing_at(va));
    assert_int_equal(IOMemoryMapUnmap(map), kIOReturnSuccess);
    assert_int_equal(address(map), 0);
    assert_int_equal(IOMemoryMapGetLength(map), PAGE);
    assert_ptr_equal(IOMemoryMapGetAddressTask(map), kernel_task);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(map), md);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0, &length, 0), 0);
    assert_int_equal(length, 0);
    next = IOMemoryDescriptorMap(md, 0);
    assert_ptr_not_equal(next, map);
    drop(next);
    drop(map);
    drop(md);
}

static void bounds__are_checked_without_wrapping(void **state)
{
    static const uint64_t bad[][2] = {{PAGE, 0},       {0, 3 * PAGE},   {2 * PAGE, 1},
                                      {UINT64_MAX, 2}, {1, UINT64_MAX}, {PAGE, UINT64_MAX - PAGE + 1}};
    IOMemoryDescriptorRef md = device(2 * PAGE);

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(map_anywhere(md, 0, bad[i][0], bad[i][1]));
    assert_null(IOMemoryDescriptorCreateMappingInTask(md, NULL, 0, kIOMapAnywhere, 0, 0));
    assert_null(IOMemoryDescriptorMap(md, kIOMapOverwrite));
    assert_int_equal(count_of(md), 1);
    drop(md);
}

static void fixed__takes_a_free_congruent_address_in_bounds(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(HOST_DEVICE + 0x10, PAGE, 0),
                          other = device(PAGE);
    uint64_t va = HOST_WINDOW + 0x400000;
    IOMemoryMapRef map = map_at(md, va + 0x10, 0), over;

    (void)state;
    assert_int_equal(address(map), va + 0x10);
    assert_null(map_at(other, va, 0));
    assert_null(map_at(other, va + 0x4010, 0));
    assert_null(map_at(other, 0, 0));
    assert_null(map_at(other, HOST_WINDOW - PAGE, 0));
    assert_null(map_at(other, HOST_WINDOW + HOST_WINDOW_SIZE, 0));
    assert_null(map_at(other, UINT64_MAX - PAGE + 1, 0));
    assert_null(map_at(other, va + 0x10000, kIOMapGuardedSmall));
    over = map_at(other, va, kIOMapOverwrite);
    assert_int_equal(query(va).pa, HOST_DEVICE);
    drop(over);
    assert_int_equal(query(va).pa, HOST_DEVICE);
    drop(map);
    assert_true(nothing_at(va));
    map = map_at(other, va, 0);
    assert_int_equal(address(map), va);
    drop(map);
    drop(other);
    drop(md);
}

static void guards__stand_on_both_sides(void **state)
{
    static const IOOptionBits options[] = {kIOMapGuardedSmall, kIOMapGuardedLarge, kIOMapGuardedMask};
    static const uint64_t sizes[] = {PAGE, 0x10000, PAGE};
    IOMemoryDescriptorRef md = device(PAGE);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        IOMemoryMapRef map = IOMemoryDescriptorMap(md, options[i]);
        uint64_t va = address(map);

        assert_int_equal(IOMemoryMapGetLength(map), PAGE);
        assert_int_equal(query(va - 1).tag, 1);
        assert_int_equal(query(va - sizes[i]).tag, 1);
        assert_int_equal(query(va + PAGE).tag, 1);
        assert_int_equal(query(va + PAGE + sizes[i] - 1).tag, 1);
        assert_true(nothing_at(va - sizes[i] - 1));
        drop(map);
        assert_true(nothing_at(va - 1) && nothing_at(va) && nothing_at(va + PAGE));
    }
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(map__is_shared_and_goes_with_the_last_release),
        TEST(map__of_a_device_is_inhibited_writable_and_not_executable),
        TEST(map__keeps_the_offset_in_the_page),
        TEST(window__stands_on_its_base),
        TEST(sharing__compares_protection_guards_and_mode),
        TEST(reference__finds_or_fails),
        TEST(unique__is_never_shared),
        TEST(unique__wants_one_physical_run),
        TEST(ranges__are_mapped_as_one_and_told_apart_by_the_tables),
        TEST(ranges__that_meet_inside_a_page_are_refused),
        TEST(kernel_memory__is_there_already),
        TEST(unmap__twice_and_what_stays),
        TEST(bounds__are_checked_without_wrapping),
        TEST(fixed__takes_a_free_congruent_address_in_bounds),
        TEST(guards__stand_on_both_sides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
