/* Buffers: memory that comes with its descriptor. */
#include <string.h>

#include "iomem/iomem.h"
#include "mmu/mmu.h"
#include "tests/host/port_host.h"

typedef IOBufferMemoryDescriptorRef buffer_ref;

static void release(void *object)
{
    OSObjectRelease(object);
}

static IOMemoryDescriptorRef md(buffer_ref buffer)
{
    return (IOMemoryDescriptorRef)buffer;
}

static uint64_t segment(buffer_ref buffer, uint64_t offset, uint64_t *size)
{
    return IOMemoryDescriptorGetPhysicalSegment(md(buffer), offset, size, kIOMemoryMapperNone);
}

static uint64_t address_of(buffer_ref buffer)
{
    return (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
}

static void expect_zero(buffer_ref buffer)
{
    uint8_t bytes[512], zero[512] = {0};
    uint64_t size = IOMemoryDescriptorGetLength(md(buffer));

    for (uint64_t at = 0; at < size; at += sizeof bytes) {
        uint64_t part = size - at < sizeof bytes ? size - at : sizeof bytes;

        assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), at, bytes, part), part);
        assert_memory_equal(bytes, zero, part);
    }
}

static void fill_with(buffer_ref buffer, uint8_t byte)
{
    uint8_t bytes[512];
    uint64_t size = IOMemoryDescriptorGetLength(md(buffer));

    memset(bytes, byte, sizeof bytes);
    for (uint64_t at = 0; at < size; at += sizeof bytes) {
        uint64_t part = size - at < sizeof bytes ? size - at : sizeof bytes;

        assert_int_equal(IOMemoryDescriptorWriteBytes(md(buffer), at, bytes, part), part);
    }
}

static void fresh__is_zero_prepared_and_whole(void **state)
{
    (void)state;
    for (uint64_t capacity = 1; capacity < 40000; capacity = capacity * 3 + 5) {
        for (unsigned i = 0; i < 2; i++) { /* the second time in frames that the first one wrote to */
            buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, capacity, 1);
            uint64_t size;

            assert_non_null(buffer);
            assert_int_equal(IOBufferMemoryDescriptorGetCapacity(buffer), capacity);
            assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), capacity);
            assert_int_equal(IOMemoryDescriptorGetDirection(md(buffer)), kIODirectionInOut);
            assert_int_not_equal(IOMemoryDescriptorGetPreparationID(md(buffer)), 0);
            segment(buffer, 0, &size);
            assert_true(size > 0);
            assert_int_equal(OSObjectGetRetainCount((OSObjectRef)buffer), 1);
            expect_zero(buffer);
            fill_with(buffer, 0x5a);
            release(buffer);
        }
    }
}

static void bytes__are_the_memory_itself(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithCapacity(3 * HOST_PAGE, kIODirectionInOut, false);
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer), byte = 0;
    IOMemoryMapRef map = IOMemoryDescriptorMap(md(buffer), 0);

    (void)state;
    bytes[5000] = 77;
    assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), 5000, &byte, 1), 1);
    assert_int_equal(byte, 77);
    assert_int_equal(IOMemoryMapGetAddress(map),
                     (uintptr_t)bytes); /* memory that is there already is not mapped again */
    assert_true(IOMemoryMapGetMapOptions(map) & kIOMapStatic);
    release(map);
    bytes[5000] = 78;
    release(buffer);
}

static void bytes_of_a_range__stay_inside_the_length(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithCapacity(0x3000, kIODirectionInOut, false);
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);

    (void)state;
    IOBufferMemoryDescriptorSetLength(buffer, 0x1000);
    assert_ptr_equal(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 0, 0x1000), bytes);
    assert_ptr_equal(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 0xfff, 1), bytes + 0xfff);
    assert_ptr_equal(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 0xfff, 0), bytes + 0xfff);
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 0xfff, 2));
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 0x1000, 0));
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, 1, UINT64_MAX));
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopyRange(buffer, UINT64_MAX, 2));
    release(buffer);
}

static void alignment__holds_for_both_addresses_and_above_a_page_means_contiguous(void **state)
{
    (void)state;
    for (uint64_t align = 1; align <= 0x100000; align *= 2) {
        buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 0x5000, align);
        uint64_t size, pa = segment(buffer, 0, &size);

        assert_int_equal(pa % align, 0);
        assert_int_equal(address_of(buffer) % align, 0);
        if (align > HOST_PAGE)
            assert_int_equal(size, 0x5000);
        release(buffer);
    }
}

static void alignment__not_a_power_of_two_is_rounded_up(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 0x1000, 0x2800);
    uint64_t size;

    (void)state;
    assert_int_equal(segment(buffer, 0, &size) % 0x4000, 0);
    release(buffer);
}

static void fragmented_ram__gives_scattered_buffers_and_no_contiguous_ones(void **state)
{
    buffer_ref buffer;
    uint8_t out[3] = {1, 2, 3}, in[3] = {0};
    uint64_t size;

    (void)state;
    host_fragment();
    assert_null(
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPhysicallyContiguous, 2 * HOST_PAGE, 1));
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 2 * HOST_PAGE, 2 * HOST_PAGE));
    buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 5 * HOST_PAGE + 10, 1);
    assert_non_null(buffer);
    for (uint64_t at = 0; at < 5 * HOST_PAGE; at += HOST_PAGE) {
        uint64_t pa = segment(buffer, at, &size);

        assert_int_equal(size, HOST_PAGE);
        assert_int_equal(host_pa(address_of(buffer) + at), pa);
        assert_int_equal(host_attr(address_of(buffer) + at), MMU_WRITEBACK | MMU_WRITE);
    }
    expect_zero(buffer);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md(buffer), HOST_PAGE - 1, out, 3), 3);
    assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), HOST_PAGE - 1, in, 3), 3);
    assert_memory_equal(out, in, 3);
    release(buffer);
}

static void fragmented_ram__a_scattered_buffer_takes_a_cache_mode_in_its_own_mapping(void **state)
{
    buffer_ref buffer;
    uint64_t size;

    (void)state;
    host_fragment();
    buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMapWriteCombineCache, 3 * HOST_PAGE, 1);
    for (uint64_t at = 0; at < 3 * HOST_PAGE; at += HOST_PAGE) {
        assert_int_equal(host_attr(address_of(buffer) + at) & MMU_TYPE_MASK, MMU_UNCACHED);
        assert_int_equal(host_linear_type(segment(buffer, at, &size)), MMU_UNCACHED);
    }
    release(buffer);
}

static void physical_mask__bounds_and_aligns(void **state)
{
    uint64_t limit = HOST_RAM + 0x100000, size;
    buffer_ref buffer, other;

    (void)state;
    buffer = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 0x80000,
                                                                  (limit - 1) & ~0xfffull);
    assert_non_null(buffer);
    assert_true(segment(buffer, 0, &size) + 0x80000 <= limit);
    other = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 0x80000,
                                                                 (limit - 1) & ~0xfffull);
    assert_null(other); /* 256 KiB are the runtime's */
    other = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 0x1000, 0xffff0000);
    assert_int_equal(segment(other, 0, &size) % 0x10000, 0);
    release(other);
    release(buffer);
    assert_null(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionInOut, 0x1000,
                                                                     0xfffff000 & 0x0fffffff));
}

static void creation_cache_mode__is_the_memorys(void **state)
{
    (void)state;
    for (unsigned mode = 1; mode < 8; mode++) {
        buffer_ref buffer =
            IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | mode << kIOMapCacheShift, 10, 1);
        IOMemoryMapRef map = IOMemoryDescriptorMap(md(buffer), kIOMapUnique);
        uint8_t bytes[3] = {9, 8, 7}, back[3];
        uint64_t size;

        assert_non_null(buffer);
        assert_int_equal(host_attr(IOMemoryMapGetAddress(map)), host_attr(address_of(buffer)));
        assert_int_equal(host_linear_type(segment(buffer, 0, &size)), host_attr(address_of(buffer)) & MMU_TYPE_MASK);
        if (mode != kIOCopybackCache && mode != kIOCopybackInnerCache)
            assert_int_not_equal(host_attr(address_of(buffer)) & MMU_TYPE_MASK, MMU_WRITEBACK);
        assert_int_equal(IOMemoryDescriptorWriteBytes(md(buffer), 1, bytes, 3),
                         3); /* not aligned, on Device memory too */
        assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), 1, back, 3), 3);
        assert_memory_equal(bytes, back, 3);
        release(map);
        release(buffer);
    }
}

static void bit_0x800__is_mapper_none_not_a_cache_mode(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryMapperNone, 10, 1);

    (void)state;
    assert_int_equal(host_attr(address_of(buffer)) & MMU_TYPE_MASK, MMU_WRITEBACK);
    assert_true(IOMemoryDescriptorGetFlags(md(buffer)) & kIOMemoryMapperNone);
    release(buffer);
}

static void type_bits__of_a_creating_call_do_not_reach_the_flags(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(
        kIODirectionOut | kIOMemoryPhysicallyContiguous | kIOMemoryHostPhysicallyContiguous | kIOMemoryKernelUserShared,
        10, 1);

    (void)state;
    assert_int_equal(IOMemoryDescriptorGetFlags(md(buffer)) & kIOMemoryTypeMask, kIOMemoryTypeVirtual);
    release(buffer);
}

static void refused__what_cannot_be(void **state)
{
    (void)state;
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 0, 1));
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, UINT64_MAX, 1));
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, UINT64_MAX - 4095, HOST_PAGE));
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 0x1000, UINT64_MAX));
    assert_null(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, UINT64_C(1) << 40, 1));
    assert_null(IOBufferMemoryDescriptorCreateInTaskWithOptions(NULL, kIODirectionInOut, 0x1000, 1));
    assert_null(
        IOBufferMemoryDescriptorCreateInTaskWithOptions(NULL, kIODirectionInOut | kIOMemoryPageable, UINT64_MAX, 1));
    assert_null(IOBufferMemoryDescriptorCreateWithBytes("", 0, kIODirectionInOut, false));
}

static void guard_pages__surround_the_rounded_buffer(void **state)
{
    (void)state;
    for (uint64_t capacity = HOST_PAGE / 8; capacity < 5 * HOST_PAGE; capacity += HOST_PAGE / 8) {
        uint64_t rounded = (capacity + HOST_PAGE - 1) & ~(HOST_PAGE - 1);
        buffer_ref buffer =
            IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, kIODirectionInOut, capacity);
        uint64_t va = address_of(buffer);
        struct mmu_leaf leaf;

        assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), rounded);
        assert_int_equal(IOBufferMemoryDescriptorGetCapacity(buffer), rounded);
        assert_int_equal(va % HOST_PAGE, 0);
        assert_int_equal(mmu_walk(mmu_kernel_space(), va - 1, &leaf), MMU_NOT_MAPPED);
        assert_int_equal(leaf.tag, MMU_TAG_GUARD);
        assert_int_equal(mmu_walk(mmu_kernel_space(), va + rounded, &leaf), MMU_NOT_MAPPED);
        assert_int_equal(leaf.tag, MMU_TAG_GUARD);
        host_pa(va + rounded - 1);
        expect_zero(buffer);
        release(buffer);
        assert_int_equal(mmu_walk(mmu_kernel_space(), va - 1, &leaf), MMU_NOT_MAPPED);
        assert_int_equal(leaf.tag, MMU_TAG_NONE);
    }
    assert_null(IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, kIOMemoryPhysicallyContiguous, 0x1000));
    assert_null(IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, 0, UINT64_MAX));
}

static void null_receiver__is_answered(void **state)
{
    (void)state;
    assert_int_equal(IOBufferMemoryDescriptorGetCapacity(NULL), 0);
    IOBufferMemoryDescriptorSetLength(NULL, 1);
    IOBufferMemoryDescriptorSetDirection(NULL, 1);
    assert_false(IOBufferMemoryDescriptorAppendBytes(NULL, "a", 1));
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopy(NULL));
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopyRange(NULL, 0, 0));
    assert_int_equal(IOBufferMemoryDescriptorSetLengthDK(NULL, 1), kIOReturnBadArgument);
    assert_false(IOBufferMemoryDescriptorInitWithOptions(NULL, 3, 1, 1, kernel_task));
}

static void init__works_on_an_allocated_object_once(void **state)
{
    buffer_ref buffer = (buffer_ref)OSMetaClassAllocClassWithName("IOBufferMemoryDescriptor");

    (void)state;
    assert_null(IOBufferMemoryDescriptorGetBytesNoCopy(buffer));
    assert_true(IOBufferMemoryDescriptorInitWithOptions(buffer, kIODirectionInOut, 100, 1, kernel_task));
    assert_false(IOBufferMemoryDescriptorInitWithOptions(buffer, kIODirectionInOut, 100, 1, kernel_task));
    assert_int_equal(IOBufferMemoryDescriptorGetCapacity(buffer), 100);
    release(buffer);
    release(OSMetaClassAllocClassWithName("IOBufferMemoryDescriptor"));
}

static bool make_plain(void *unused)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithCapacity(3 * HOST_PAGE, kIODirectionInOut, true);

    (void)unused;
    release(buffer);
    return buffer != NULL;
}

static bool make_guarded(void *unused)
{
    buffer_ref buffer =
        IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, kIODirectionInOut, 3 * HOST_PAGE);

    (void)unused;
    release(buffer);
    return buffer != NULL;
}

static bool make_scattered(void *unused)
{
    buffer_ref buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMapInhibitCache, 6 * HOST_PAGE, 1);

    (void)unused;
    release(buffer);
    return buffer != NULL;
}

static void creation__fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    host_fail_each(make_plain, NULL);
    host_fail_each(make_guarded, NULL);
    host_fragment();
    host_fail_each(make_scattered, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fresh__is_zero_prepared_and_whole),
        TEST(bytes__are_the_memory_itself),
        TEST(bytes_of_a_range__stay_inside_the_length),
        TEST(alignment__holds_for_both_addresses_and_above_a_page_means_contiguous),
        TEST(alignment__not_a_power_of_two_is_rounded_up),
        TEST(fragmented_ram__gives_scattered_buffers_and_no_contiguous_ones),
        TEST(fragmented_ram__a_scattered_buffer_takes_a_cache_mode_in_its_own_mapping),
        TEST(physical_mask__bounds_and_aligns),
        TEST(creation_cache_mode__is_the_memorys),
        TEST(bit_0x800__is_mapper_none_not_a_cache_mode),
        TEST(type_bits__of_a_creating_call_do_not_reach_the_flags),
        TEST(refused__what_cannot_be),
        TEST(guard_pages__surround_the_rounded_buffer),
        TEST(null_receiver__is_answered),
        TEST(init__works_on_an_allocated_object_once),
        TEST(creation__fails_cleanly_at_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
