/* Rules of IOKit's that come up rarely, each by itself. */
#include "tests/host/touch.h"

/* Wires belong to the addresses, whichever map they were asked of. */
static void wire__of_a_window_is_its_bases(void **state)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 3 * PAGE, PAGE);
    IOMemoryMapRef base = map_anywhere(md_of(buffer), kIOMapGuardedSmall, 10, 2 * PAGE);
    IOMemoryMapRef window = map_anywhere(md_of(buffer), kIOMapGuardedSmall, PAGE + 20, PAGE / 2);
    uint64_t pa = host_pa(address(window));

    (void)state;
    assert_ptr_not_equal(base, window);
    assert_int_equal(port_frame(pa)->pins, 1); /* the buffer's own prepare */
    assert_int_equal(IOMemoryMapWireRange(window, kIODirectionOut, 0, PAGE / 2), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 2);
    assert_int_equal(IOMemoryMapWireRange(window, 0, 0, PAGE), kIOReturnBadArgument); /* past the window's end */
    assert_int_equal(IOMemoryMapWireRange(base, 0, 0, 2 * PAGE), kIOReturnBadArgument);
    drop(window);
    assert_int_equal(port_frame(pa)->pins, 2);
    assert_int_equal(IOMemoryMapWireRange(base, 0, PAGE, 1), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 1);
    drop(base);
    drop(buffer);
}

/* It has one reference, and went with it. */
static void map__is_given_another_descriptor_before_it_is_mapped(void **state)
{
    IOMemoryMapRef map = (IOMemoryMapRef)OSMetaClassAllocClassWithName("IOMemoryMap");
    IOMemoryDescriptorRef one = device(2 * PAGE), other = device(4 * PAGE);

    (void)state;
    assert_true(IOMemoryMapInit(map, kernel_task, PAGE, 0, 0, PAGE));
    assert_true(IOMemoryMapSetMemoryDescriptor(map, one, PAGE));
    assert_true(IOMemoryMapSetMemoryDescriptor(map, other, 3 * PAGE));
    assert_int_equal(count_of(map), 1);
    assert_int_equal(count_of(one), 1);
    assert_int_equal(count_of(other), 2);
    assert_int_equal(IOMemoryMapGetOffset(map), 3 * PAGE);
    drop(map);
    drop(other);
    drop(one);
}

/* However many unique maps there are among them, the oldest map that may be shared is. */
static void sharing__passes_unique_maps_by(void **state)
{
    void *md = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 8 * PAGE, PAGE);
    IOMemoryMapRef maps[6];

    (void)state;
    for (uint64_t i = 0; i < 6; i++)
        maps[i] = map_anywhere(md, i % 2 ? kIOMapGuardedSmall : kIOMapUnique, i / 2 * PAGE, 4 * PAGE);
    for (uint64_t i = 1; i < 6; i += 2) {
        IOMemoryMapRef again = map_anywhere(md, kIOMapGuardedSmall, i / 2 * PAGE, 4 * PAGE);
        IOMemoryMapRef window = map_anywhere(md, kIOMapGuardedSmall, 3 * PAGE, PAGE);

        assert_ptr_equal(again, maps[i]);
        assert_int_equal(address(window), address(maps[i]) + 3 * PAGE - i / 2 * PAGE); /* of the oldest that is left */
        drop(window);
        drop(again);
        drop(maps[i]);
        drop(maps[i - 1]);
    }
    assert_int_equal(count_of(md), 1);
    drop(md);
}

static uint64_t cache_bits(void *md)
{
    return (IOMemoryDescriptorGetFlags(md) & kIOMemoryBufferCacheMask) >> kIOMemoryBufferCacheShift;
}

/* The flags name the mode that a buffer was made with. */
static void buffer__shows_its_mode_in_its_flags(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < 8; mode++) {
        IOOptionBits options = kIODirectionInOut | mode << kIOMapCacheShift;
        IOBufferMemoryDescriptorRef wired = IOBufferMemoryDescriptorCreateWithOptions(options, PAGE, 1);
        IOBufferMemoryDescriptorRef demand = pageable(NULL, mode << kIOMapCacheShift, 1);

        assert_int_equal(cache_bits(wired), mode);
        assert_int_equal(cache_bits(demand), mode);
        drop(wired);
        drop(demand);
    }
}

/* IOKit asserts that physical memory has no task, and goes on. */
static void physical__ignores_the_task(void **state)
{
    IOAddressRange range = {RAM, PAGE};
    IOOptionBits options = kIODirectionInOut | kIOMemoryTypePhysical;
    task_t task = IOAddressSpaceCreate(PAGE, 16 * PAGE);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithOptions(&range, 1, 0, task, options, NULL);
    IOMemoryMapRef map;

    (void)state;
    assert_non_null(md);
    IOAddressSpaceDestroy(task);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(md), RAM);
    map = IOMemoryDescriptorMap(md, 0);
    assert_int_equal(host_pa(address(map)), RAM);
    drop(map);
    drop(md);
}

/* Pageable buffers and other memory do not mix; fences and parts go with both. */
static void several__pageable_among_fences(void **state)
{
    void *wired = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, PAGE);
    void *fence = IOGuardPageMemoryDescriptorCreateWithSize(PAGE), *demand = pageable(NULL, 0, 2);
    void *part = IOMemoryDescriptorCreateWithSubRange(md_of(demand), PAGE, PAGE, kIODirectionInOut);
    IOMemoryDescriptorRef good[] = {fence, demand, part, fence}, bad[] = {fence, wired, fence, demand};
    void *all = IOMultiMemoryDescriptorCreateWithDescriptors(good, 4, kIODirectionInOut, false);
    IOMemoryMapRef map = IOMemoryDescriptorMap(all, 0);
    uint64_t va = address(map);
    uint8_t value;

    (void)state;
    assert_null(IOMultiMemoryDescriptorCreateWithDescriptors(bad, 4, kIODirectionInOut, false));
    put_byte(kernel_task, va + 2 * PAGE, 5);
    assert_int_equal(byte_of(kernel_task, va + 3 * PAGE), 5);
    assert_int_equal(resident(demand), 1);
    assert_false(touch_read(kernel_task, va, &value));
    assert_false(touch_read(kernel_task, va + 4 * PAGE, &value));
    drop(map);
    drop(all);
    drop(part);
    drop(demand);
    drop(fence);
    drop(wired);
}

static void refused_mode__is_told(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(HOST_RUNTIME, PAGE, kIODirectionInOut);
    size_t before = host_logs;

    (void)state;
    assert_null(IOMemoryDescriptorMap(md, kIOMapInhibitCache));
    assert_int_equal(host_logs, before + 1);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(map__is_given_another_descriptor_before_it_is_mapped),
        TEST(wire__of_a_window_is_its_bases),
        TEST(sharing__passes_unique_maps_by),
        TEST(buffer__shows_its_mode_in_its_flags),
        TEST(physical__ignores_the_task),
        TEST(several__pageable_among_fences),
        TEST(refused_mode__is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
