/* Pageable buffers: pages that come when they are touched, in every space, and that no failed call leaves behind. */
#include "mmu/mmu.h"
#include "tests/host/touch.h"

#define LOW  UINT64_C(0x10000000)
#define HIGH UINT64_C(0x20000000)

#define TAG_DEMAND 3

/* I2: each page of a map is shown, or waits to be touched. */
static void expect_whole(task_t task, uint64_t va, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct IOPageInfo info = shown(task, va + i * PAGE);

        assert_true(info.protection || info.tag == TAG_DEMAND);
    }
}

static void pages__come_when_they_are_touched(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 16);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapReadOnly);
    uint64_t va = bytes_of(buffer);
    uint8_t byte;

    (void)state;
    assert_int_equal(resident(buffer), 0);
    expect_whole(kernel_task, va, 16);
    expect_whole(kernel_task, address(map), 16);
    assert_int_equal(byte_of(kernel_task, va + 3 * PAGE + 5), 0);
    assert_int_equal(resident(buffer), 1);
    put_byte(kernel_task, va + 4 * PAGE, 0x44);
    assert_int_equal(byte_of(kernel_task, address(map) + 4 * PAGE), 0x44);
    assert_false(touch_write(kernel_task, address(map) + 4 * PAGE, 1));
    assert_false(touch_write(kernel_task, address(map) + 9 * PAGE, 1)); /* it comes, and may not be written */
    assert_int_equal(resident(buffer), 3);
    assert_int_equal(shown(kernel_task, address(map) + 3 * PAGE).pa, shown(kernel_task, va + 3 * PAGE).pa);
    drop(map);
    assert_false(touch_read(kernel_task, va + 16 * PAGE, &byte));
    drop(buffer);
}

/* What a page that comes there costs in maintenance of the caches: its bytes cleaned, instructions forgotten. */
static void expect_upkeep(task_t task, uint64_t va, uint64_t cleaned, unsigned forgets)
{
    uint64_t cleaned_before = host_cleaned;
    unsigned forgets_before = host_forgets;

    assert_int_equal(byte_of(task, va), 0);
    assert_int_equal(host_cleaned - cleaned_before, cleaned);
    assert_int_equal(host_forgets - forgets_before, forgets);
}

static void pages__are_cleaned_only_where_somebody_looks_past_the_caches(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 4);
    uint64_t data = LOW, code = HIGH - PAGE;

    (void)state;
    assert_int_equal(IOAddressSpaceAllocate(task, &data, PAGE, 0, 3), 0); /* R, W */
    assert_int_equal(IOAddressSpaceAllocate(task, &code, PAGE, 0, 5), 0); /* R, X */
    expect_upkeep(kernel_task, bytes_of(buffer), 0, 0);
    expect_upkeep(task, data, 0, 0);
    expect_upkeep(task, code, PAGE, 1);
    IOAddressSpaceDestroy(task);
    drop(buffer);
}

static void pages__come_in_every_space(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH), other = IOAddressSpaceCreate(LOW, HIGH);
    IOBufferMemoryDescriptorRef buffer = pageable(task, kIOMemoryKernelUserShared, 8);
    IOMemoryMapRef here = IOMemoryDescriptorMap(md_of(buffer), 0);
    IOMemoryMapRef there =
        IOMemoryDescriptorCreateMappingInTask(md_of(buffer), other, 0, kIOMapAnywhere, 2 * PAGE, 4 * PAGE);
    uint64_t va = bytes_of(buffer);

    (void)state;
    assert_true(va >= LOW && va < HIGH);
    put_byte(task, va + 2 * PAGE, 2);
    put_byte(other, address(there) + PAGE, 3);
    put_byte(kernel_task, address(here), 1);
    assert_int_equal(byte_of(other, address(there)), 2);
    assert_int_equal(byte_of(task, va + 3 * PAGE), 3);
    assert_int_equal(byte_of(task, va), 1);
    assert_int_equal(resident(buffer), 3);
    assert_int_equal(IOMemoryMapUnmap(there), kIOReturnSuccess);
    assert_int_equal(shown(other, LOW).tag, 0);
    put_byte(kernel_task, address(here) + 5 * PAGE, 6);
    drop(there);
    drop(here);
    drop(buffer);
    IOAddressSpaceDestroy(other);
    IOAddressSpaceDestroy(task);
}

static void tasks_end__leaves_what_others_hold(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOBufferMemoryDescriptorRef buffer = pageable(task, 0, 4), gone = pageable(NULL, 0, 4);
    IOMemoryMapRef here = IOMemoryDescriptorMap(md_of(buffer), 0);
    IOMemoryMapRef there = IOMemoryDescriptorCreateMappingInTask(md_of(gone), task, 0, kIOMapAnywhere, 0, 0);

    (void)state;
    put_byte(task, bytes_of(buffer), 7);
    put_byte(task, address(there) + PAGE, 8);
    assert_int_equal(IOMemoryMapWireRange(there, kIODirectionOut, 0, 2 * PAGE), kIOReturnSuccess);
    IOMemoryMapUserClientUnmap(there);
    drop(gone); /* the map holds it */
    IOAddressSpaceDestroy(task);
    assert_int_equal(address(there), 0);
    assert_null(IOMemoryMapGetAddressTask(there));
    assert_int_equal(bytes_of(buffer), 0);
    assert_int_equal(byte_of(kernel_task, address(here)), 7);
    assert_int_equal(resident(IOMemoryMapGetMemoryDescriptor(there)), 2);
    assert_int_equal(IOMemoryDescriptorPrepare(md_of(buffer), 0), kIOReturnSuccess);
    drop(there);
    drop(here);
    drop(buffer);
}

static uint8_t index_of_mode(unsigned mode)
{
    static const uint8_t index[] = {0, 7, 2, 0, 1, 0, 7, 1, 7, 7};

    return index[mode];
}

/* The pages that are there and those that come, in each view and in the linear map. */
static void modes__are_of_all_pages(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 6);
    uint64_t va = bytes_of(buffer);

    (void)state;
    put_byte(kernel_task, va + PAGE, 1);
    for (unsigned mode = 9; mode >= 1; mode--) {
        IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), mode << 8 | kIOMapUnique);
        uint64_t fresh = mode % 6;

        put_byte(kernel_task, address(map) + fresh * PAGE, 2);
        for (uint64_t i = 0; i < 6; i++) {
            struct IOPageInfo info = shown(kernel_task, va + i * PAGE);

            if (info.tag == TAG_DEMAND)
                continue;
            assert_int_equal(info.attr_index, index_of_mode(mode));
            assert_int_equal(shown(kernel_task, address(map) + i * PAGE).attr_index, index_of_mode(mode));
            assert_int_equal(shown(kernel_task, host_linear(info.pa)).attr_index, index_of_mode(mode));
        }
        drop(map);
    }
    drop(buffer);
    buffer = pageable(NULL, kIOMapWriteCombineCache, 3);
    assert_int_equal(IOMemoryDescriptorPrepare(md_of(buffer), 0), kIOReturnSuccess);
    assert_int_equal(host_linear_type(IOMemoryDescriptorGetPhysicalAddress(md_of(buffer))), MMU_UNCACHED);
    drop(buffer);
}

static void modes__reach_parts_and_the_rest_is_write_back(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 6);
    IOMemoryMapRef map = map_anywhere(md_of(buffer), kIOMapInhibitCache, 2 * PAGE, 2 * PAGE);
    uint64_t va = bytes_of(buffer);

    (void)state;
    for (uint64_t i = 0; i < 6; i++) {
        put_byte(kernel_task, va + i * PAGE, 1);
        assert_int_equal(shown(kernel_task, va + i * PAGE).attr_index, i / 2 == 1 ? 7 : 0);
    }
    drop(map);
    drop(buffer);
}

/* Of pages that another object has too only the type changes. */
static void processor_mode__keeps_the_rights(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 2);
    uint64_t va = bytes_of(buffer);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange(
        va, 2 * PAGE, kIODirectionInOut | kIOMemoryMapCopyOnWrite, kernel_task);
    IOMemoryMapRef map, read_only;

    (void)state;
    put_byte(kernel_task, va, 1);
    map = IOMemoryDescriptorMap(md, kIOMapUnique);
    read_only = IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique | kIOMapReadOnly);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, address(map), PAGE, kIOWriteCombineCache), 0);
    assert_int_equal(shown(kernel_task, va).attr_index, 1);
    assert_int_equal(shown(kernel_task, address(map)).attr_index, 1);
    assert_int_equal(shown(kernel_task, va).protection, 1);
    assert_int_equal(shown(kernel_task, address(map)).protection, 1);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, address(map) + PAGE, PAGE, kIOWriteCombineCache),
                     kIOReturnVMError);
    put_byte(kernel_task, address(map), 2);
    assert_int_equal(byte_of(kernel_task, va), 1);
    assert_int_equal(shown(kernel_task, address(map)).attr_index, 1); /* the copy has the mode of what it was */
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, address(read_only), PAGE, kIOCopybackCache), 0);
    assert_int_equal(shown(kernel_task, address(read_only)).protection, 1);
    assert_int_equal(shown(kernel_task, va).attr_index, 0);
    put_byte(kernel_task, va, 3);
    assert_false(touch_write(kernel_task, address(read_only), 4));
    assert_int_equal(byte_of(kernel_task, address(map)), 2);
    drop(read_only);
    drop(map);
    drop(md);
    drop(buffer);
}

static void dma_map_length__is_the_references(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 4), nowhere = pageable(NULL, 0, 3);
    IOBufferMemoryDescriptorRef wired =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMapWriteCombineCache, 4 * PAGE, 1);
    IOAddressRange ranges[] = {{bytes_of(buffer) + 0x100, 0x200}, {bytes_of(buffer) + 0x300, 0x100}};
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionInOut | kIOMemoryPersistent, kernel_task);
    uint64_t offset = 1;

    (void)state;
    IOBufferMemoryDescriptorSetLength(buffer, PAGE + 1);
    IOBufferMemoryDescriptorSetLength(nowhere, 0);
    IOBufferMemoryDescriptorSetLength(wired, 1);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md_of(buffer), &offset), 4 * PAGE);
    assert_int_equal(offset, 0);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md_of(nowhere), NULL), 3 * PAGE);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md_of(wired), NULL), 4 * PAGE);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(md, &offset), PAGE);
    assert_int_equal(offset, 0x100);
    drop(md);
    drop(wired);
    drop(nowhere);
    drop(buffer);
}

static void prepare__brings_pages_as_it_is_told(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 4);
    IOMemoryDescriptorRef md = md_of(buffer);
    uint64_t va = bytes_of(buffer);

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionPrepareNoFault), kIOReturnNoResources);
    assert_int_equal(resident(md), 0);
    put_byte(kernel_task, va + PAGE, 5);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionOut | kIODirectionPrepareNoFault), kIOReturnNoResources);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionIn | kIODirectionPrepareNoZeroFill), 0);
    assert_int_equal(resident(md), 4);
    assert_int_equal(byte_of(kernel_task, va + PAGE), 5);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(port_frame(shown(kernel_task, va + i * PAGE).pa)->pins, 1);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionOut), 0);
    assert_int_equal(IOMemoryDescriptorComplete(md, kIODirectionIn), 0);
    assert_int_equal(IOMemoryDescriptorComplete(md, kIODirectionOut), 0);
    assert_int_equal(port_frame(shown(kernel_task, va).pa)->pins, 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionPrepareNoFault), 0);
    drop(buffer);
}

/* Memory above 4 GiB moves below for a prepare that wants it there, and its contents with it. */
static void prepare__moves_pages_below_4_gib(void **state)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 3);
    IOMemoryDescriptorRef md = md_of(buffer);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);
    uint64_t va = bytes_of(buffer);

    (void)state;
    host_take_low();
    put_byte(kernel_task, va, 9);
    assert_true(shown(kernel_task, va).pa >> 32);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionInOut | kIODirectionPrepareToPhys32), kIOReturnNoMemory);
    assert_int_equal(byte_of(kernel_task, va), 9);
    host_defragment();
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionOut, 0, 1), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionInOut | kIODirectionPrepareToPhys32),
                     kIOReturnCannotWire);
    assert_int_equal(IOMemoryMapWireRange(map, 0, 0, 1), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionInOut | kIODirectionPrepareToPhys32), 0);
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(shown(kernel_task, va + i * PAGE).pa >> 32, 0);
        assert_int_equal(shown(kernel_task, address(map) + i * PAGE).pa, shown(kernel_task, va + i * PAGE).pa);
    }
    assert_int_equal(byte_of(kernel_task, address(map)), 9);
    drop(map);
    drop(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pages__come_when_they_are_touched),
        TEST(pages__are_cleaned_only_where_somebody_looks_past_the_caches),
        TEST(pages__come_in_every_space),
        TEST(tasks_end__leaves_what_others_hold),
        TEST(modes__are_of_all_pages),
        TEST(modes__reach_parts_and_the_rest_is_write_back),
        TEST(processor_mode__keeps_the_rights),
        TEST(dma_map_length__is_the_references),
        TEST(prepare__brings_pages_as_it_is_told),
        TEST(prepare__moves_pages_below_4_gib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
