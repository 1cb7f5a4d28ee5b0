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

/* Of memory that lies in and out of its window, what lies in. */
static void offset__shows_no_more_than_its_window(void **state)
{
    uint64_t pa, size, at, length;
    uintptr_t va = (uintptr_t)pages(2, &pa);
    IOMapperRef mapper = IOMapperCreateWithOffset(ARRAY_BASE, pa, PAGE + 8);
    IOMemoryDescriptorRef md;

    (void)state;
    assert_true(IOMapperStart(mapper, NULL, true));
    md = IOMemoryDescriptorCreateWithAddressRange(va, 2 * PAGE, kIODirectionInOut, kernel_task);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 4, &size, 0), ARRAY_BASE + pa + 4);
    assert_int_equal(size, PAGE + 4);
    IOMemoryDescriptorGetPhysicalSegment(md, PAGE + 8, &size, 0);
    assert_int_equal(size, 0);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, PAGE + 9, &at, &length), kIOReturnNoResources);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, PAGE + 8, &at, &length), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionPrepareToPhys32), 0);
    drop(md);
    md = IOMemoryDescriptorCreateWithAddressRange(va, 2 * PAGE, kIODirectionInOut, kernel_task);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionPrepareToPhys32), kIOReturnCannotWire);
    drop(md);
    port_frame_free(pa, 2 * PAGE);
    array_stop(mapper);
}

static uint64_t given;
static unsigned given_back;

static IOReturn give(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t offset, uint64_t length,
                     uint32_t options, const IODMAMapSpecification *specification, IODMACommandRef command,
                     const IODMAMapPageList *list, uint64_t *address, uint64_t *map_length)
{
    (void)mapper;
    (void)specification;
    (void)command;
    (void)list;
    assert_null(memory);
    assert_int_equal(offset, 0);
    assert_int_equal(options, kIODMAMapReadAccess | kIODMAMapWriteAccess);
    *address = given;
    *map_length = length;
    return kIOReturnSuccess;
}

static IOReturn take_back(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command, uint64_t address,
                          uint64_t length)
{
    (void)mapper;
    (void)command;
    assert_null(memory);
    assert_int_equal(address, given);
    assert_int_equal(length, 2 * PAGE);
    given_back++;
    return kIOReturnSuccess;
}

/* A page number that cannot be told: too large, or 0, which is the word for failure. */
static void pages__that_have_no_number_go_back(void **state)
{
    static const IOMapperClass class = {.iovmMapMemory = give, .iovmUnmapMemory = take_back};
    static const uint64_t last = UINT64_C(0xffffffff) * PAGE;
    IOMapperRef mapper = IOMapperCreateWithClass(&class, NULL);

    (void)state;
    assert_true(IOMapperStart(mapper, NULL, true));
    given = given_back = 0;
    assert_int_equal(IOMapperIOVMAlloc(2), 0);
    assert_int_equal(given_back, 1);
    given = last + PAGE;
    assert_int_equal(IOMapperIOVMAlloc(2), 0);
    assert_int_equal(given_back, 2);
    given = last;
    assert_int_equal(IOMapperIOVMAlloc(2), 0xffffffff);
    assert_int_equal(given_back, 2);
    array_stop(mapper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prepare__says_what_devices_may_do),
        TEST(buffer__has_its_limits_from_the_mapper),
        TEST(offset__shows_no_more_than_its_window),
        TEST(pages__that_have_no_number_go_back),
        TEST(descriptor__that_cannot_be_made_lets_the_mapper_go),
        TEST(buffer__is_as_long_for_the_device_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
