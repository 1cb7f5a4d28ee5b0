/* What a program does with a buffer: its length, its direction, bytes appended. */
#include "tests/host/classes.h"

typedef IOBufferMemoryDescriptorRef buffer_ref;

static IOMemoryDescriptorRef md(buffer_ref buffer)
{
    return (IOMemoryDescriptorRef)buffer;
}

static uint64_t segment(buffer_ref buffer, uint64_t offset, uint64_t *size)
{
    return IOMemoryDescriptorGetPhysicalSegment(md(buffer), offset, size, kIOMemoryMapperNone);
}

static void set_length__moves_only_the_end(void **state)
{
    buffer_ref buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryKernelUserShared, 0x4000, 0x4000);
    IOMemoryMapRef first, second;
    uint64_t size;

    (void)state;
    IOBufferMemoryDescriptorSetLength(buffer, 0x100);
    assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), 0x100);
    assert_int_equal(IOBufferMemoryDescriptorGetCapacity(buffer), 0x4000);
    first = IOMemoryDescriptorMap(md(buffer), kIOMapUnique);
    assert_int_equal(IOMemoryMapGetLength(first), 0x100);
    IOBufferMemoryDescriptorSetLength(buffer, 0x4001); /* more than there is: ignored */
    assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), 0x100);
    IOBufferMemoryDescriptorSetLength(buffer, 0x4000);
    second = IOMemoryDescriptorMap(md(buffer), kIOMapUnique);
    assert_int_equal(IOMemoryMapGetLength(second), 0x4000);
    assert_int_equal(IOMemoryMapGetLength(first), 0x100);
    segment(buffer, 0, &size);
    assert_int_equal(size, 0x4000);
    drop(first);
    drop(second);
    drop(buffer);
}

static void append__copies_what_fits_and_says_true(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithCapacity(10, kIODirectionOut, false);
    uint8_t bytes[10];

    (void)state;
    IOBufferMemoryDescriptorSetLength(buffer, 0);
    assert_true(IOBufferMemoryDescriptorAppendBytes(buffer, "abcd", 4));
    assert_true(IOBufferMemoryDescriptorAppendBytes(buffer, NULL, 2));
    assert_true(IOBufferMemoryDescriptorAppendBytes(buffer, "efghij", 6));
    assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), 10);
    assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), 0, bytes, 10), 10);
    assert_memory_equal(bytes, "abcd\0\0efgh", 10);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md(buffer), 0, "x", 1),
                     0); /* prepared for Out: no device writes, nor do we */
    drop(buffer);
}

static void append__crosses_scattered_pages(void **state)
{
    static uint8_t bytes[3 * PORT_PAGE_SIZE], back[sizeof bytes];
    buffer_ref buffer;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 >> 3);
    host_fragment();
    buffer = IOBufferMemoryDescriptorCreateWithBytes(bytes, sizeof bytes, kIODirectionOut, false);
    assert_int_equal(IOMemoryDescriptorReadBytes(md(buffer), 0, back, sizeof back), sizeof back);
    assert_memory_equal(bytes, back, sizeof back);
    drop(buffer);
}

static void set_direction__replaces_three_bits(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithCapacity(10, kIODirectionOut, false);
    uint64_t flags = IOMemoryDescriptorGetFlags(md(buffer));

    (void)state;
    IOBufferMemoryDescriptorSetDirection(buffer, kIODirectionIn | 0xfff0);
    assert_int_equal(IOMemoryDescriptorGetDirection(md(buffer)), kIODirectionIn);
    assert_int_equal(IOMemoryDescriptorGetFlags(md(buffer)) & ~7ull, flags & ~7ull);
    drop(buffer);
}

static void driverkit__create_and_set_length(void **state)
{
    buffer_ref buffer = NULL;

    (void)state;
    assert_int_equal(IOBufferMemoryDescriptorCreateDK(kIODirectionInOut, 100, 0, &buffer), kIOReturnSuccess);
    assert_int_equal(IOBufferMemoryDescriptorSetLengthDK(buffer, 50), kIOReturnSuccess);
    assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), 50);
    assert_int_equal(IOBufferMemoryDescriptorSetLengthDK(buffer, 101), kIOReturnSuccess);
    assert_int_equal(IOMemoryDescriptorGetLength(md(buffer)), 50);
    assert_true(IOMemoryDescriptorGetFlags(md(buffer)) & kIOMemoryThreadSafe);
    drop(buffer);
    assert_int_equal(IOBufferMemoryDescriptorCreateDK(kIODirectionInOut | 0x10, 100, 0, &buffer), kIOReturnBadArgument);
    assert_int_equal(IOBufferMemoryDescriptorCreateDK(kIODirectionInOut, 0, 0, &buffer), kIOReturnNoMemory);
    assert_null(buffer);
    assert_int_equal(IOBufferMemoryDescriptorCreateDK(0, 1, 0, NULL), kIOReturnBadArgument);
}

/* Every byte of the capacity stays pinned, whatever the length was when it was prepared. */
static void set_length__grows_again_over_prepared_memory(void **state)
{
    buffer_ref buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 2 * PAGE, PAGE);
    uint64_t size, pa = segment(buffer, 0, &size);
    uint8_t byte = 0x5a;

    (void)state;
    assert_int_equal(IOMemoryDescriptorComplete(md(buffer), 0), 0);
    IOBufferMemoryDescriptorSetLength(buffer, 0x10);
    assert_int_equal(IOMemoryDescriptorPrepare(md(buffer), 0), 0);
    segment(buffer, 0, &size);
    assert_int_equal(size, 0x10);
    IOBufferMemoryDescriptorSetLength(buffer, 2 * PAGE);
    assert_int_equal(segment(buffer, PAGE + 1, &size), pa + PAGE + 1);
    assert_int_equal(size, PAGE - 1);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md(buffer), 2 * PAGE - 1, &byte, 1), 1);
    assert_int_equal(port_frame(pa)->pins, 1);
    assert_int_equal(port_frame(pa + PAGE)->pins, 1);
    assert_int_equal(IOMemoryDescriptorComplete(md(buffer), 0), 0);
    assert_int_equal(port_frame(pa)->pins, 0);
    assert_int_equal(port_frame(pa + PAGE)->pins, 0);
    drop(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(set_length__moves_only_the_end),   TEST(append__copies_what_fits_and_says_true),
        TEST(append__crosses_scattered_pages),  TEST(set_direction__replaces_three_bits),
        TEST(driverkit__create_and_set_length), TEST(set_length__grows_again_over_prepared_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
