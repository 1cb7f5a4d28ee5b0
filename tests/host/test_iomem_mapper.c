/* The system mapper: who is it, and what goes through it. */
#include "tests/host/array_mapper.h"

static void system__is_who_started_as_it(void **state)
{
    IOMapperRef other = array_start(false), mapper;
    size_t logs = host_logs;

    (void)state;
    assert_null(IOMapperGetSystemMapper());
    assert_false(IOMapperStart(other, &array_works, true)); /* once a mapper */
    assert_null(IOMapperGetSystemMapper());
    IOMapperSetMapperRequired(true);
    assert_null(IOMapperGetSystemMapper()); /* never a wait without end */
    assert_int_equal(host_logs, logs + 1);
    assert_null(IOMapperGetSystemMapper());
    assert_int_equal(host_logs, logs + 1);
    IOMapperSetMapperRequired(true);
    mapper = array_start(true);
    assert_ptr_equal(IOMapperGetSystemMapper(), mapper);
    assert_int_equal(host_logs, logs + 1);
    assert_int_equal(count_of(mapper), 2);
    array_stop(mapper);
    drop(other);
    mapper = IOMapperCreateWithClass(&array_class, array_slots);
    array_works = false;
    assert_false(IOMapperStart(mapper, &array_works, true));
    assert_null(IOMapperGetSystemMapper());
    drop(mapper);
    assert_null(IOMapperCreateWithClass(NULL, NULL));
    assert_null(IOMapperGetContext(NULL));
    assert_false(IOMapperStart(NULL, NULL, true));
    assert_null(OSMetaClassAllocClassWithName("IOMapper"));
}

static void insert_at_0(void *unused)
{
    (void)unused;
    IOMapperInsertPage(0, 1, 1);
}

static void pages__go_through_the_mapper(void **state)
{
    IOMapperRef mapper = array_start(true);
    ppnum_t page = IOMapperIOVMAlloc(3);
    size_t logs;

    (void)state;
    assert_int_equal(page, ARRAY_BASE / PAGE);
    assert_int_equal(IOMapperIOVMAlloc(0), 0);
    assert_int_equal(IOMapperIOVMAlloc(ARRAY_SLOTS), 0); /* no room */
    assert_int_equal(IOMapperInsertPage(page, 1, (ppnum_t)(RAM / PAGE)), page + 1);
    memset(port_linear(RAM), 0, PAGE);
    IOMappedWrite32(ARRAY_BASE + PAGE + 8, 0x12345678);
    assert_int_equal(*(uint32_t *)port_linear(RAM + 8), 0x12345678);
    IOMappedWrite8(ARRAY_BASE + PAGE + 3, 0xab);
    assert_int_equal(IOMappedRead32(ARRAY_BASE + PAGE), 0xab000000);
    assert_int_equal(IOMappedRead64(ARRAY_BASE + PAGE + 8), 0x12345678);
    logs = host_logs;
    assert_int_equal(IOMappedRead16(ARRAY_BASE), 0xffff); /* allocated, nothing inserted */
    IOMappedWrite32(RAM, 7);                              /* no device address */
    assert_int_equal(*(uint32_t *)port_linear(RAM), 0xab000000);
    assert_int_equal(host_logs, logs + 2);
    assert_non_null(host_panic(insert_at_0, NULL));
    IOMapperIOVMFree(page, 3);
    assert_int_equal(array_unmapped, 3);
    IOMapperIOVMFree(page, 0);
    assert_int_equal(array_unmapped, 3);
    assert_int_equal(IOMappedRead32(ARRAY_BASE + PAGE), 0xffffffff);
    array_stop(mapper);
    assert_int_equal(IOMappedRead32(RAM), 0xab000000);
}

/* Copies of Device memory go access by access: by the CPU's addresses, whatever mapper there is. */
static void copies__do_not_go_through_the_mapper(void **state)
{
    IOMapperRef mapper = array_start(true);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange(RAM, PAGE, 3 | kIOMemoryMapperNone, NULL);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapInhibitCache);
    uint32_t word = 0x5aa5, back = 0;

    (void)state;
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 4, &word, 4), 4);
    assert_int_equal(*(uint32_t *)port_linear(RAM + 4), 0x5aa5);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 4, &back, 4), 4);
    assert_int_equal(back, word);
    drop(map);
    drop(IOMemoryDescriptorMap(md, kIOMapCopybackCache));
    drop(md);
    array_stop(mapper);
}

/* Scattered memory is one run for the device, from the first time it is asked for to the last complete. */
static void virtual_memory__is_one_run_for_the_device(void **state)
{
    IOMapperRef mapper = array_start(true);
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;
    uint64_t size, va, pa[2];
    void *memory = pages(3, &pa[0]);

    (void)state;
    IOAddressRange ranges[] = {{(uintptr_t)memory + 2 * PAGE + 0x10, PAGE - 0x10}, {(uintptr_t)memory, PAGE}};
    md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionOut, kernel_task);
    assert_int_equal(count_of(mapper), 3);
    IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0);
    assert_int_equal(size + array_taken, 0); /* not prepared */
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    assert_int_equal(array_taken, 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 1, &size, 0), ARRAY_BASE + 0x11);
    assert_int_equal(size, PAGE - 0x11);
    assert_int_equal(array_access, kIODMAMapReadAccess); /* prepared for Out only */
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, PAGE - 0x10, &size, 0), ARRAY_BASE + PAGE);
    assert_int_equal(size, PAGE);
    assert_int_equal(array_taken, 2); /* mapped once */
    assert_int_equal(array_segment(md, PAGE - 0x10, &size), pa[0]);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(md), ARRAY_BASE + 0x10);
    map = map_anywhere(md, kIOMapUnique, 0, 0x20);
    va = address(map);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 1, &size, 0), ARRAY_BASE + 0x11);
    assert_int_equal(size, 0x1f);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 1, &size, kIOMemoryMapperNone), pa[0] + 2 * PAGE + 0x11);
    assert_int_equal(query(va).pa, pa[0] + 2 * PAGE + 0x10);
    drop(map);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), 0);
    assert_int_equal(array_unmapped, 2);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionInOut), 0);
    IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0);
    assert_int_equal(array_access, kIODMAMapReadAccess | kIODMAMapWriteAccess);
    drop(md); /* still prepared: freeing it completes it */
    assert_int_equal(array_unmapped, 4);
    port_frame_free(pa[0], 3 * PAGE);
    array_stop(mapper);
}

static void physical_memory__was_described_by_device_addresses(void **state)
{
    IOMapperRef mapper = array_start(true);
    ppnum_t page = IOMapperIOVMAlloc(3);
    IOMemoryDescriptorRef md, cpu;
    IOMemoryMapRef map;
    uint8_t bytes[2] = {1, 2};
    uint64_t size;

    (void)state;
    IOMapperInsertPage(page, 0, (ppnum_t)(RAM / PAGE) + 5);
    IOMapperInsertPage(page, 1, (ppnum_t)(RAM / PAGE) + 6);
    md = IOMemoryDescriptorCreateWithPhysicalAddress(ARRAY_BASE + 8, 3 * PAGE - 8, kIODirectionInOut);
    cpu = IOMemoryDescriptorCreateWithAddressRange(RAM, PAGE, kIOMemoryMapperNone, NULL);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 8, &size, 0), ARRAY_BASE + 16);
    assert_int_equal(array_segment(md, 8, &size), RAM + 5 * PAGE + 16);
    assert_int_equal(size, 2 * PAGE - 16); /* the third page is nothing's */
    array_segment(md, 2 * PAGE, &size);
    assert_int_equal(size, 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(cpu, 0, &size, 0), RAM);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, PAGE - 9, bytes, 2), 2);
    assert_int_equal(*((uint8_t *)port_linear(RAM + 6 * PAGE - 1)), 1);
    assert_int_equal(*((uint8_t *)port_linear(RAM + 6 * PAGE)), 2);
    map = map_anywhere(md, 0, 0, PAGE);
    assert_int_equal(query(address(map)).pa, RAM + 5 * PAGE + 8);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 0, &size, 0), ARRAY_BASE + 8);
    drop(map);
    assert_null(IOMemoryDescriptorMap(md, 0)); /* its end is not there */
    drop(cpu);
    drop(md);
    IOMapperIOVMFree(page, 3);
    array_stop(mapper);
}

static void dma_map__any_mapper_any_part(void **state)
{
    IOMapperRef mapper = array_start(false);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4 * PAGE, kIODirectionInOut);
    IOMemoryDescriptorRef host = IOMemoryDescriptorCreateWithAddressRange(RAM, PAGE, kIOMemoryHostOnly, NULL);
    uint64_t at = 1, length = 1;

    (void)state;
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, PAGE + 4, PAGE, &at, &length), 0);
    assert_int_equal(at, ARRAY_BASE + 4);
    assert_int_equal(array_to_physical(mapper, at), RAM + PAGE + 4);
    assert_int_equal(array_to_physical(mapper, at + length - 1), RAM + 2 * PAGE + 3);
    assert_int_equal(IOMemoryDescriptorDMAUnmap(md, mapper, NULL, PAGE + 4, at, 0), 0);
    assert_int_equal(array_unmapped, 0);
    assert_int_equal(IOMemoryDescriptorDMAUnmap(md, mapper, NULL, PAGE + 4, at, length), 0);
    assert_int_equal(array_unmapped, 2);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, PAGE, 4 * PAGE, &at, &length),
                     kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, NULL, NULL, NULL, 0, PAGE, &at, &length), kIOReturnBadArgument);
    array_taken = ARRAY_SLOTS;
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, PAGE, &at, &length), kIOReturnNoSpace);
    assert_int_equal(at + length, 0);
    at = 1;
    assert_int_equal(IOMemoryDescriptorDMAMap(host, mapper, NULL, NULL, 0, PAGE, &at, &length), 0);
    assert_int_equal(at + length, 0);
    drop(host);
    drop(md);
    drop(mapper);
}

static void offset__adds_to_each_run(void **state)
{
    uint64_t offset = UINT64_C(0xc0000000) - HOST_RAM, size, at, pa, length;
    IOMapperRef mapper = IOMapperCreateWithOffset(offset, HOST_RAM, HOST_RAM_SIZE);
    uint8_t *memory = pages(3, &pa);
    IOAddressRange ranges[] = {{(uintptr_t)memory + 2 * PAGE, PAGE}, {(uintptr_t)memory, PAGE}};
    IOMemoryDescriptorRef md, one;

    (void)state;
    assert_null(IOMapperCreateWithOffset(0, 0, 0));
    assert_true(IOMapperStart(mapper, NULL, true));
    md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionInOut, kernel_task);
    one = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory + 4, PAGE, kIODirectionInOut, kernel_task);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0) | IOMemoryDescriptorPrepare(one, 0), 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 8, &size, 0), pa + 2 * PAGE + 8 + offset);
    assert_int_equal(size, PAGE - 8);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, PAGE, &size, 0), pa + offset);
    assert_int_equal(array_segment(md, PAGE, &size), pa);
    IOMappedWrite8(pa + offset + 1, 0x5c);
    assert_int_equal(memory[1], 0x5c);
    assert_int_equal(IOMappedRead8(HOST_RAM + HOST_RAM_SIZE + offset), 0xff); /* the window's end */
    assert_int_equal(IOMemoryDescriptorDMAMap(one, mapper, NULL, NULL, 0, PAGE, &at, &length), 0);
    assert_int_equal(at, pa + 4 + offset);
    assert_int_equal(IOMemoryDescriptorDMAUnmap(one, mapper, NULL, 0, at, length), 0);
    assert_int_equal(IOMemoryDescriptorDMAMap(md, mapper, NULL, NULL, 0, 2 * PAGE, &at, &length), kIOReturnNoResources);
    assert_int_equal(IOMapperIOVMAlloc(1), 0);
    drop(one);
    drop(md);
    port_frame_free(pa, 3 * PAGE);
    array_stop(mapper);
}

static void malloc_contiguous__tells_the_devices_address(void **state)
{
    IOMapperRef mapper = array_start(true);
    IOPhysicalAddress device = 7, kept = 7;
    uint8_t *memory = IOMallocContiguous(2 * PAGE + 1, 1, &device);

    (void)state;
    assert_int_equal(device, ARRAY_BASE);
    memory[2 * PAGE] = 0x5c;
    assert_int_equal(IOMappedRead8(device + 2 * PAGE), 0x5c);
    assert_null(IOMallocContiguous((ARRAY_SLOTS + 1) * PAGE, 1, &kept)); /* no room for so much */
    assert_null(IOMallocContiguous(PAGE, UINT64_C(1) << 32, &kept));
    assert_int_equal(kept, 7);
    IOFreeContiguous(memory, 2 * PAGE + 1);
    assert_int_equal(array_unmapped, 3);
    memory = IOMallocContiguous(2 * PAGE, PAGE, NULL); /* no device has asked */
    assert_int_equal(array_unmapped, 3);
    IOFreeContiguous(memory, 2 * PAGE);
    array_stop(mapper);
}

static void device__has_the_mappers_started_for_it(void **state)
{
    IOMapperRef first = array_start(false), second = IOMapperCreateWithClass(&array_class, array_slots), got;

    (void)state;
    assert_true(IOMapperStart(second, &array_works, false));
    got = IOMapperCopyMapperForDevice(&array_works);
    assert_ptr_equal(got, first);
    assert_int_equal(count_of(first), 2);
    drop(got);
    got = IOMapperCopyMapperForDeviceWithIndex(&array_works, 1);
    assert_ptr_equal(got, second);
    drop(got);
    assert_null(IOMapperCopyMapperForDeviceWithIndex(&array_works, 2));
    assert_null(IOMapperCopyMapperForDevice(NULL));
    drop(first);
    got = IOMapperCopyMapperForDevice(&array_works);
    assert_ptr_equal(got, second);
    drop(got);
    drop(second);
    assert_null(IOMapperCopyMapperForDevice(&array_works));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(system__is_who_started_as_it),
        TEST(pages__go_through_the_mapper),
        TEST(copies__do_not_go_through_the_mapper),
        TEST(virtual_memory__is_one_run_for_the_device),
        TEST(physical_memory__was_described_by_device_addresses),
        TEST(dma_map__any_mapper_any_part),
        TEST(offset__adds_to_each_run),
        TEST(malloc_contiguous__tells_the_devices_address),
        TEST(device__has_the_mappers_started_for_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
