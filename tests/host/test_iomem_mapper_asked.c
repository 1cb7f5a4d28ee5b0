/* What a mapper is asked for: how much, for which accesses, within which addresses. */
#include "tests/host/array_mapper.h"

/* What the last prepare is for; and a limit of 32 bits is one of the device's addresses, which the mapper keeps. */
static void prepare__says_what_devices_may_do(void **state)
{
    IOMapperRef mapper = array_start(true);
    IOMemoryDescriptorRef md;
    uint64_t size;

    (void)state;
    host_take_low();
    md = (IOMemoryDescriptorRef)pageable(NULL, 0, 2);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionIn | kIODirectionPrepareToPhys32), 0);
    assert_true(array_segment(md, 0, &size) >= UINT64_C(0x100000000));
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0), ARRAY_BASE);
    assert_int_equal(size, 2 * PAGE);
    assert_int_equal(array_access, kIODMAMapWriteAccess);
    assert_int_equal(array_asked.numAddressBits, 32);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionOut), 0);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, 2 * PAGE, &(uint64_t){0}, &size), 0);
    assert_int_equal(array_access, kIODMAMapReadAccess);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, PAGE, &(uint64_t){0}, &size), 0);
    assert_int_equal(array_access, kIODMAMapReadAccess | kIODMAMapWriteAccess); /* a part is not told apart */
    drop(md);
    array_stop(mapper);
}

static void buffer__has_its_limits_from_the_mapper(void **state)
{
    const IOOptionBits options = kIODirectionInOut | kIOMemoryPhysicallyContiguous;
    IOMapperRef mapper = array_start(true);
    IOMemoryDescriptorRef md;
    uint64_t size;

    (void)state;
    host_take_low();
    md = md_of(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, options, 3 * PAGE, 0x3ffffffc));
    assert_true(array_segment(md, 0, &size) >= UINT64_C(0x100000000));
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0), ARRAY_BASE);
    assert_int_equal(size, 3 * PAGE);
    assert_int_equal(array_asked.numAddressBits, 30);
    drop(md);
    md = md_of(IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, 4 * PAGE));
    IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0);
    assert_int_equal(array_asked.alignment, 4 * PAGE);
    assert_int_equal(array_asked.numAddressBits, 0);
    drop(md);
    md = md_of(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, options | kIOMemoryMapperNone, PAGE,
                                                                    0xfffff000));
    assert_null(md); /* no low memory is left */
    host_defragment();
    array_stop(mapper);
}

static bool make_of_two(void *ranges)
{
    void *md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionOut, kernel_task);

    drop(md);
    return md != NULL;
}

static void descriptor__that_cannot_be_made_lets_the_mapper_go(void **state)
{
    IOMapperRef mapper = array_start(true);
    uint64_t pa;
    uintptr_t va = (uintptr_t)pages(2, &pa);
    IOAddressRange ranges[] = {{va + PAGE, PAGE}, {va, PAGE}};

    (void)state;
    host_fail_each(make_of_two, ranges);
    port_frame_free(pa, 2 * PAGE);
    array_stop(mapper); /* nobody has it */
}

/* It is what the devices are shown: no more than it has, and anew when it has more. */
static void buffer__is_as_long_for_the_device_as_it_is(void **state)
{
    IOMapperRef mapper = array_start(true);
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 3 * PAGE, 1);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;
    uint64_t size, pa = array_segment(md, 0, &size);

    (void)state;
    IOBufferMemoryDescriptorSetLength(buffer, PAGE + 8);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 4, &size, 0), ARRAY_BASE + 4);
    assert_int_equal(size, PAGE + 4);
    assert_int_equal(array_taken, 2);
    IOBufferMemoryDescriptorSetLength(buffer, PAGE);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0), ARRAY_BASE);
    assert_int_equal(size, PAGE);
    IOBufferMemoryDescriptorSetLength(buffer, 3 * PAGE);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0), ARRAY_BASE + 2 * PAGE);
    assert_int_equal(size, 3 * PAGE);
    assert_int_equal(array_unmapped, 2);
    assert_int_equal(array_to_physical(mapper, ARRAY_BASE + 5 * PAGE - 1), pa + 3 * PAGE - 1);
    drop(buffer);
    assert_int_equal(array_unmapped, 5);
    array_stop(mapper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prepare__says_what_devices_may_do),
        TEST(buffer__has_its_limits_from_the_mapper),
        TEST(descriptor__that_cannot_be_made_lets_the_mapper_go),
        TEST(buffer__is_as_long_for_the_device_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
