/* IOLib's allocators and cache calls, accesses by physical address, and device addresses without a mapper. */
#include <string.h>

#include "iomem/cache_mode.h"
#include "iomem/iomem.h"
#include "mmu/mmu.h"
#include "tests/host/port_host.h"

static void release(void *object)
{
    OSObjectRelease(object);
}

static void malloc__gives_zeroed_memory_and_nothing_for_0(void **state)
{
    uint8_t *memory = IOMallocZero(1000), zero[1000] = {0};

    (void)state;
    assert_memory_equal(memory, zero, sizeof zero);
    IOFree(memory, 1000);
    assert_null(IOMalloc(0));
    assert_null(IOMallocZero(0));
    IOFree(NULL, 10);
}

static void malloc_aligned__aligns_and_refuses_what_cannot_be(void **state)
{
    (void)state;
    for (uint64_t align = 0; align <= 0x10000; align = align ? align * 2 : 1) {
        for (uint64_t size = 1; size < 20000; size = size * 5 + 3) {
            uint8_t *memory = IOMallocAligned(size, align);

            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % (align ? align : 1), 0);
            memset(memory, 0x55, size);
            IOFreeAligned(memory, size);
        }
    }
    assert_null(IOMallocAligned(0, 8));
    assert_null(IOMallocAligned(16, UINT64_C(1) << 32)); /* above 32 bits */
    assert_null(IOMallocAligned(16, (UINT64_C(1) << 32) + 1));
    assert_null(IOMallocAligned(UINT64_MAX, 8));
    assert_null(IOMallocAligned(UINT64_MAX - 20, 64));
    IOFreeAligned(NULL, 5);
}

static void malloc_aligned__rounds_an_odd_alignment_up(void **state)
{
    void *memory = IOMallocAligned(100, 48);

    (void)state;
    assert_int_equal((uintptr_t)memory % 64, 0);
    IOFreeAligned(memory, 100);
}

static void malloc_aligned__to_a_page_is_frames_of_its_own(void **state)
{
    uint64_t size = 3 * HOST_PAGE + 1, pa;
    uint8_t *memory = IOMallocAligned(size, HOST_PAGE);

    (void)state;
    assert_int_equal(mmu_translate(mmu_kernel_space(), (uintptr_t)memory, &pa), MMU_OK);
    assert_int_equal(cache_mode_set(pa, 4 * HOST_PAGE, kIOInhibitCache), kIOReturnSuccess);
    assert_int_equal(host_linear_type(pa + 3 * HOST_PAGE), MMU_DEVICE_GRE);
    IOFreeAligned(memory, size);
    assert_int_equal(host_linear_type(pa + 3 * HOST_PAGE), MMU_WRITEBACK);
}

static void malloc_contiguous__with_an_address_is_whole_pages_below_4g(void **state)
{
    uint64_t sizes[] = {1, 100, 4096, 5000, 70000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (uint64_t align = 1; align <= 0x40000; align *= 4) {
            IOPhysicalAddress pa = 1;
            uint8_t *memory = IOMallocContiguous(sizes[i], align, &pa);

            assert_non_null(memory);
            assert_int_equal(pa % (align > HOST_PAGE ? align : HOST_PAGE), 0);
            assert_true(pa + sizes[i] <= UINT64_C(0x100000000));
            assert_int_equal(host_linear(pa), (uintptr_t)memory);
            assert_int_equal(memory[0] | memory[sizes[i] - 1], 0);
            memset(memory, 0xaa, sizes[i]);
            IOFreeContiguous(memory, sizes[i]);
        }
    }
}

static void malloc_contiguous__small_blocks_do_not_cross_a_page(void **state)
{
    void *memory[64];

    (void)state;
    for (size_t i = 0; i < 64; i++) {
        uint64_t size = 1 + i * 31;

        memory[i] = IOMallocContiguous(size, 0, NULL);
        assert_true((uintptr_t)memory[i] % HOST_PAGE + size <= HOST_PAGE);
    }
    for (size_t i = 0; i < 64; i++)
        IOFreeContiguous(memory[i], 1 + i * 31);
}

static void malloc_contiguous__failure_leaves_the_address_alone(void **state)
{
    IOPhysicalAddress pa = 12345;

    (void)state;
    assert_null(IOMallocContiguous(0, 1, &pa));
    assert_null(IOMallocContiguous(UINT64_C(1) << 40, 1, &pa));
    assert_null(IOMallocContiguous(UINT64_MAX, 1, &pa));
    host_fail_frames(0);
    assert_null(IOMallocContiguous(100, 1, &pa));
    assert_int_equal(pa, 12345);
    IOFreeContiguous(NULL, 10);
}

static void flush_processor_cache__cleans_what_is_mapped(void **state)
{
    uint64_t before = host_cleaned;

    (void)state;
    assert_int_equal(IOFlushProcessorCache(kernel_task, host_linear(HOST_NOBODYS) + 5, 6000), kIOReturnSuccess);
    assert_int_equal(host_cleaned, before + 6000);
    assert_int_equal(IOFlushProcessorCache(kernel_task, 0, 0), kIOReturnSuccess);
    assert_int_equal(IOFlushProcessorCache(kernel_task, HOST_WINDOW, 1), kIOReturnVMError);
    assert_int_equal(IOFlushProcessorCache(kernel_task, host_linear(HOST_RAM) + HOST_RAM_SIZE - 1, 2),
                     kIOReturnVMError);
    assert_int_equal(IOFlushProcessorCache(kernel_task, UINT64_MAX - 1, 100), kIOReturnVMError);
    assert_int_equal(IOFlushProcessorCache(NULL, 0, 0), kIOReturnUnsupported);
    assert_int_equal(host_cleaned, before + 6000);
}

static void set_processor_cache_mode__changes_the_memory(void **state)
{
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange(HOST_NOBODYS, 4 * HOST_PAGE, kIODirectionInOut, NULL);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapReadOnly);
    uint64_t va = IOMemoryMapGetAddress(map);

    (void)state;
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va + HOST_PAGE, 2 * HOST_PAGE, kIOPostedCombinedReordered),
                     kIOReturnSuccess);
    assert_int_equal(host_attr(va), MMU_WRITEBACK);
    assert_int_equal(host_attr(va + HOST_PAGE), MMU_DEVICE_GRE | MMU_WRITE);
    assert_int_equal(host_linear_type(HOST_NOBODYS + 2 * HOST_PAGE), MMU_DEVICE_GRE);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va, 4 * HOST_PAGE, kIOCopybackCache), kIOReturnSuccess);
    assert_int_equal(host_linear_type(HOST_NOBODYS + 2 * HOST_PAGE), MMU_WRITEBACK);
    release(map);
    release(md);
}

static void set_processor_cache_mode__refuses(void **state)
{
    uint64_t va = host_linear(HOST_RAM) + HOST_RAM_SIZE - HOST_PAGE;

    (void)state;
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va + 1, HOST_PAGE, 1), kIOReturnUnsupported);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va, HOST_PAGE - 1, 1), kIOReturnUnsupported);
    assert_int_equal(IOSetProcessorCacheMode(NULL, va, HOST_PAGE, 1), kIOReturnUnsupported);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va, 0, 1), kIOReturnSuccess);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, HOST_WINDOW, HOST_PAGE, 1), kIOReturnVMError);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va, 2 * HOST_PAGE, kIOWriteCombineCache), kIOReturnVMError);
    assert_int_equal(host_attr(va) & MMU_TYPE_MASK, MMU_UNCACHED); /* the page before the hole stays changed */
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, va, HOST_PAGE, kIOCopybackCache), kIOReturnSuccess);
    assert_int_equal(IOSetProcessorCacheMode(kernel_task, host_linear(HOST_RUNTIME), HOST_PAGE, 1),
                     kIOReturnNotPermitted);
}

static void mapped_access__reaches_ram(void **state)
{
    uint64_t pa = HOST_NOBODYS + 0x100;

    (void)state;
    IOMappedWrite64(pa, 0x1122334455667788u);
    assert_int_equal(IOMappedRead8(pa), 0x88);
    assert_int_equal(IOMappedRead16(pa + 2), 0x5566);
    assert_int_equal(IOMappedRead32(pa + 4), 0x11223344);
    assert_true(IOMappedRead64(pa) == 0x1122334455667788u);
    IOMappedWrite8(pa + 1, 0xaa);
    IOMappedWrite16(pa + 2, 0xbbcc);
    IOMappedWrite32(pa + 4, 0xddeeff00);
    assert_true(IOMappedRead64(pa) == 0xddeeff00bbccaa88u);
    assert_int_equal(IOMappedRead32(pa + 1), 0x00bbccaa); /* not aligned, on Normal memory */
    IOMappedWrite16(pa + 3, 0x1234);
    assert_true(IOMappedRead64(pa) == 0xddeeff1234ccaa88u);
    assert_true(*(uint64_t *)port_linear(pa) == 0xddeeff1234ccaa88u);
}

/* On the host a slot shows memory of the window itself: enough to see which page of it, and that the mapping went. */
static void mapped_access__to_a_device_leaves_no_mapping(void **state)
{
    struct mmu_leaf leaf;

    (void)state;
    for (host_core = 0; host_core < 3; host_core++) {
        IOMappedWrite32(HOST_DEVICE + 0x18, 0xc0de0000u + (unsigned)host_core);
        assert_int_equal(IOMappedRead32(HOST_DEVICE + 0x18), 0xc0de0000u + (unsigned)host_core);
    }
    host_core = 0;
    assert_int_equal(IOMappedRead32(HOST_DEVICE + 0x18), 0xc0de0000u); /* each core has its own */
    for (uint64_t va = HOST_WINDOW; va < HOST_WINDOW + 64 * HOST_PAGE; va += HOST_PAGE)
        assert_int_equal(mmu_walk(mmu_kernel_space(), va, &leaf), MMU_NOT_MAPPED);
}

static void mapped_access__no_such_address_reads_ones(void **state)
{
    size_t logs = host_logs;

    (void)state;
    assert_int_equal(IOMappedRead8(UINT64_C(1) << 60), 0xff);
    assert_true(IOMappedRead64(UINT64_C(1) << 60) == UINT64_MAX);
    IOMappedWrite32(UINT64_C(1) << 60, 1);
    assert_int_equal(host_logs, logs + 3);
}

static void read_crossing(void *unused)
{
    (void)unused;
    IOMappedRead32(HOST_NOBODYS + HOST_PAGE - 2);
}

static void read_misaligned_device(void *unused)
{
    (void)unused;
    IOMappedRead32(HOST_DEVICE + 2);
}

static void write_misaligned_device(void *unused)
{
    (void)unused;
    IOMappedWrite16(HOST_DEVICE + 1, 0);
}

static void mapped_access__panics_across_pages_and_misaligned_on_devices(void **state)
{
    (void)state;
    assert_non_null(host_panic(read_crossing, NULL));
    assert_non_null(host_panic(read_misaligned_device, NULL));
    assert_non_null(host_panic(write_misaligned_device, NULL));
}

static void device_addresses__without_a_system_mapper(void **state)
{
    (void)state;
    assert_int_equal(IOMapperIOVMAlloc(4), 0);
    assert_int_equal(IOMapperIOVMAlloc(0), 0);
    assert_int_equal(IOMapperInsertPage(0, 0, 0x12345), 0x12345);
    assert_int_equal(IOMapperInsertPage(7, 3, 99), 99);
    IOMapperIOVMFree(0, 1);
    IOMapperIOVMFree(5, 0);
}

static void device_memory__is_a_general_descriptor_of_cpu_addresses(void **state)
{
    IOMemoryDescriptorRef md = IODeviceMemoryCreateWithRange(HOST_DEVICE, 0x38);

    (void)state;
    assert_int_equal(IOMemoryDescriptorGetDirection(md), kIODirectionNone);
    assert_true(IOMemoryDescriptorGetFlags(md) & kIOMemoryMapperNone);
    assert_int_equal(IOMemoryDescriptorGetLength(md), 0x38);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(md), HOST_DEVICE);
    assert_null(OSDynamicCastTo(OSMetaClassGetWithName("IODeviceMemory"), (OSObjectRef)md));
    release(md);
    assert_null(IODeviceMemoryCreateWithRange(UINT64_MAX - 4, 10));
}

static void device_memory__array_is_tagged_or_nothing(void **state)
{
    IODeviceMemoryInitElement list[3] = {{HOST_DEVICE, 0x1000, 7}, {HOST_DEVICE + 0x1000, 8, 8}, {UINT64_MAX, 8, 9}};
    IOMemoryDescriptorRef out[3] = {NULL};

    (void)state;
    assert_int_equal(IODeviceMemoryCreateArrayFromList(list, 2, out), 2);
    assert_int_equal(IOMemoryDescriptorGetTag(out[0]), 7);
    assert_int_equal(IOMemoryDescriptorGetTag(out[1]), 8);
    release(out[0]);
    release(out[1]);
    assert_int_equal(IODeviceMemoryCreateArrayFromList(list, 3, out), 0);
    assert_null(out[0]);
    assert_int_equal(IODeviceMemoryCreateArrayFromList(NULL, 3, out), 0);
}

static bool contiguous(void *unused)
{
    void *memory = IOMallocContiguous(3 * HOST_PAGE, HOST_PAGE, NULL);
    void *small = memory ? IOMallocContiguous(100, 64, NULL) : NULL;
    void *aligned = small ? IOMallocAligned(1000, 512) : NULL;
    void *pages = aligned ? IOMallocAligned(2 * HOST_PAGE, HOST_PAGE) : NULL;

    (void)unused;
    IOFreeContiguous(memory, 3 * HOST_PAGE);
    IOFreeContiguous(small, 100);
    IOFreeAligned(aligned, 1000);
    IOFreeAligned(pages, 2 * HOST_PAGE);
    return pages != NULL;
}

static void allocators__fail_cleanly_at_every_allocation(void **state)
{
    (void)state;
    host_fail_each(contiguous, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, host_open, host_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(malloc__gives_zeroed_memory_and_nothing_for_0),
        TEST(malloc_aligned__aligns_and_refuses_what_cannot_be),
        TEST(malloc_aligned__rounds_an_odd_alignment_up),
        TEST(malloc_aligned__to_a_page_is_frames_of_its_own),
        TEST(malloc_contiguous__with_an_address_is_whole_pages_below_4g),
        TEST(malloc_contiguous__small_blocks_do_not_cross_a_page),
        TEST(malloc_contiguous__failure_leaves_the_address_alone),
        TEST(flush_processor_cache__cleans_what_is_mapped),
        TEST(set_processor_cache_mode__changes_the_memory),
        TEST(set_processor_cache_mode__refuses),
        TEST(mapped_access__reaches_ram),
        TEST(mapped_access__to_a_device_leaves_no_mapping),
        TEST(mapped_access__no_such_address_reads_ones),
        TEST(mapped_access__panics_across_pages_and_misaligned_on_devices),
        TEST(device_addresses__without_a_system_mapper),
        TEST(device_memory__is_a_general_descriptor_of_cpu_addresses),
        TEST(device_memory__array_is_tagged_or_nothing),
        TEST(allocators__fail_cleanly_at_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
