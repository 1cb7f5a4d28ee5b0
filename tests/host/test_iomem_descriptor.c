/* Descriptors: creating, preparing, operations, context. */
#include "tests/host/classes.h"

static void prepare__pins_counts_and_knows_directions(void **state)
{
    uint64_t pa;
    void *memory = pages(3, &pa);
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory + 0x100, 2 * PAGE, kIODirectionOut, kernel_task);
    IOByteCount length;
    uint64_t id;

    (void)state;
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, 0), 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(md), 0);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), kIOReturnSuccess);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    assert_int_equal(port_frame(pa + 2 * PAGE)->pins, 1);
    assert_true(IOMemoryDescriptorGetFlags(md) & kIOMemoryPreparedReadOnly);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionIn), kIOReturnNotWritable);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0x10, &length, 0), pa + 0x110);
    assert_int_equal(length, 2 * PAGE - 0x10);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 0, "x", 1), 0);
    id = IOMemoryDescriptorGetPreparationID(md);
    assert_true(id >= 0x100000000ull);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), kIOReturnSuccess);
    assert_int_equal(port_frame(pa)->pins, 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionInOut), kIOReturnSuccess);
    assert_true(IOMemoryDescriptorGetPreparationID(md) > id);
    memset(memory, 0, 3 * PAGE);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 2 * PAGE - 4, "abcd", 4), 4);
    assert_memory_equal((char *)memory + 0x100 + 2 * PAGE - 4, "abcd", 4);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 2 * PAGE - 4, "abcde", 5), 0);
    drop(md); /* still prepared */
    assert_int_equal(port_frame(pa)->pins, 0);
    port_frame_free(pa, 3 * PAGE);
}

static void prepare__fails_on_a_hole_and_on_read_only_pages(void **state)
{
    IOMemoryDescriptorRef dev = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(dev, kIOMapReadOnly);
    IOAddressRange ranges[2] = {{address(map), PAGE}, {address(map) + PAGE, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionOut, kernel_task);
    IOMemoryDescriptorRef first = IOMemoryDescriptorCreateWithAddressRange(address(map), PAGE, 0, kernel_task);

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), KERN_INVALID_ADDRESS);
    assert_int_equal(IOMemoryDescriptorPrepare(first, kIODirectionIn), KERN_PROTECTION_FAILURE);
    assert_int_equal(IOMemoryDescriptorPrepare(first, kIODirectionOut), kIOReturnSuccess);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(first), HOST_DEVICE);
    drop(first);
    drop(md);
    drop(map);
    drop(dev);
    assert_null(
        IOMemoryDescriptorCreateWithAddress((void *)(uintptr_t)(HOST_WINDOW + 0x1000000), PAGE, kIODirectionIn));
}

static void creating__checks_its_ranges(void **state)
{
    IOMemoryDescriptorRef md;
    IOByteCount length;

    (void)state;
    assert_null(IOMemoryDescriptorCreateWithAddressRanges(NULL, 1, 0, NULL));
    assert_null(IOMemoryDescriptorCreateWithAddressRange(UINT64_MAX - 10, 100, 0, NULL));
    assert_null(IOMemoryDescriptorCreateWithAddressRange(UINT64_MAX - 10, 100, 0, kernel_task));
    assert_null(IOMemoryDescriptorCreateWithAddressRange(1ull << 44, PAGE, 0, NULL));
    assert_null(IOMemoryDescriptorCreateWithOptions(NULL, 0, 0, NULL, kIOMemoryTypeUPL, NULL));
    md = IOMemoryDescriptorCreateWithAddressRange(1ull << 60, PAGE, kIOMemoryRemote, NULL);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 1, &length, 0), (1ull << 60) + 1);
    assert_true(IOMemoryDescriptorGetFlags(md) & kIOMemoryMapperNone);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    assert_null(IOMemoryDescriptorMap(md, 0));
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 1, 0, 1), kIOReturnNotAttached);
    drop(md);
    md = IOMemoryDescriptorCreateWithAddressRange(0, 0, 0, kernel_task);
    assert_non_null(md);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), kIOReturnSuccess);
    assert_null(IOMemoryDescriptorMap(md, 0));
    IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, 0);
    assert_int_equal(length, 0);
    drop(md);
}

static void init_again__completes_and_drops_maps(void **state)
{
    uint64_t pa;
    void *memory = pages(1, &pa);
    IOAddressRange range = {HOST_DEVICE, PAGE};
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory, PAGE, kIODirectionIn, kernel_task);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);
    uint64_t va = address(map);

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    assert_true(IOMemoryDescriptorInitWithOptions(md, &range, 1, 0, NULL, kIOMemoryTypePhysical, NULL));
    assert_int_equal(port_frame(pa)->pins, 0);
    assert_true(nothing_at(va));
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(md), HOST_DEVICE);
    drop(md);
    port_frame_free(pa, PAGE);
}

static void operation__codes_and_offsets(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, PAGE, 0);

    (void)state;
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 3, 0, 1), kIOReturnUnsupported);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 1, 0, PAGE), 0);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 2, 0, 10 * PAGE), 0);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 50, 0, 1), 0);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 1, PAGE, 1), 0);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 1, PAGE + 1, 1), kIOReturnUnderrun);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, 1, PAGE + 1, 0), 0);
    drop(md);
}

static void context__is_retained(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE), context = device(PAGE);

    (void)state;
    assert_null(IOMemoryDescriptorCopyContext(md));
    IOMemoryDescriptorSetContext(md, NULL);
    IOMemoryDescriptorSetContext(md, (OSObjectRef)context);
    assert_int_equal(count_of(context), 2);
    assert_ptr_equal(IOMemoryDescriptorCopyContext(md), context);
    drop(context);
    drop(md);
    assert_int_equal(count_of(context), 1);
    drop(context);
}

static void dma_map_length__by_page(void **state)
{
    IOAddressRange two[2] = {{HOST_DEVICE, 4 * PAGE}, {HOST_DEVICE + 8 * PAGE, 4 * PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(HOST_DEVICE + PAGE - 2, 4, 0);
    uint64_t offset;

    (void)state;
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md, &offset), 2 * PAGE);
    assert_int_equal(offset, PAGE - 2);
    drop(md);
    md = IOMemoryDescriptorCreateWithAddressRanges(two, 2, 0, NULL);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md, NULL), 8 * PAGE);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(prepare__pins_counts_and_knows_directions),
        TEST(prepare__fails_on_a_hole_and_on_read_only_pages),
        TEST(creating__checks_its_ranges),
        TEST(init_again__completes_and_drops_maps),
        TEST(operation__codes_and_offsets),
        TEST(context__is_retained),
        TEST(dma_map_length__by_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
