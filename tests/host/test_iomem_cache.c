/* Cache modes: a property of the memory, the same through every mapping of it. */
#include <string.h>

#include "iomem/cache_mode.h"
#include "iomem/iomem.h"
#include "mmu/mmu.h"
#include "tests/host/port_host.h"

#define MODES 10u

/* IOKit's table, written down once more: the memory type of each mode on RAM and off it. */
static const uint32_t on_ram[MODES] = {
    MMU_WRITEBACK, MMU_DEVICE_GRE, MMU_WRITETHROUGH, MMU_WRITEBACK,  MMU_UNCACHED,
    MMU_WRITEBACK, MMU_DEVICE_GRE, MMU_UNCACHED,     MMU_DEVICE_GRE, MMU_DEVICE_GRE,
};
static const uint32_t off_ram[MODES] = {
    MMU_DEVICE_nGnRnE, MMU_DEVICE_nGnRnE, UINT32_MAX,   UINT32_MAX,      MMU_UNCACHED,
    UINT32_MAX,        MMU_DEVICE_nGnRE,  MMU_UNCACHED, MMU_DEVICE_nGRE, MMU_DEVICE_GRE,
};

static IOOptionBits option(unsigned mode)
{
    return mode << kIOMapCacheShift;
}

static void release(void *object)
{
    OSObjectRelease(object);
}

static uint32_t map_type(IOMemoryMapRef map, uint64_t offset)
{
    return host_attr(IOMemoryMapGetAddress(map) + offset) & MMU_TYPE_MASK;
}

static IOMemoryMapRef map_unique(void *md, IOOptionBits options)
{
    return IOMemoryDescriptorMap(md, options | kIOMapUnique);
}

static void ram__every_mode_reaches_map_and_linear_map(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < MODES; mode++) {
        IOBufferMemoryDescriptorRef buffer =
            IOBufferMemoryDescriptorCreateWithCapacity(3 * HOST_PAGE, kIODirectionInOut, true);
        IOMemoryMapRef map = map_unique(buffer, option(mode));
        uint64_t pa = IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)buffer);

        assert_non_null(map);
        for (uint64_t at = 0; at < 3 * HOST_PAGE; at += HOST_PAGE) {
            assert_int_equal(map_type(map, at), on_ram[mode]);
            assert_int_equal(host_linear_type(pa + at), on_ram[mode]);
            assert_int_equal(host_pa(IOMemoryMapGetAddress(map) + at), pa + at);
        }
        assert_int_equal(host_linear_type(pa + 4 * HOST_PAGE), MMU_WRITEBACK);
        host_expect_sound();
        release(map);
        release(buffer); /* the port checks that the frames come back write-back */
    }
}

static void device__every_mode_or_no_map(void **state)
{
    (void)state;
    for (unsigned mode = 0; mode < MODES; mode++) {
        IOMemoryDescriptorRef md = IODeviceMemoryCreateWithRange(HOST_DEVICE + 0x10, 0x1ff0);
        IOMemoryMapRef map = IOMemoryDescriptorMap(md, option(mode));

        if (off_ram[mode] == UINT32_MAX) {
            assert_null(map);
        } else {
            assert_int_equal(map_type(map, 0), off_ram[mode]);
            assert_int_equal(map_type(map, 0x1fef), off_ram[mode]);
        }
        release(map);
        release(md);
    }
}

static void unknown_modes__are_the_default(void **state)
{
    IOMemoryDescriptorRef md = IODeviceMemoryCreateWithRange(HOST_DEVICE, HOST_PAGE);

    (void)state;
    for (unsigned mode = MODES; mode < 16; mode++) {
        IOMemoryMapRef map = map_unique(md, option(mode));

        assert_int_equal(map_type(map, 0), MMU_DEVICE_nGnRnE);
        release(map);
    }
    release(md);
}

static void the_last_request_wins_in_every_live_map(void **state)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithCapacity(4 * HOST_PAGE, kIODirectionInOut, true);
    uint64_t pa = IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)buffer);
    IOMemoryDescriptorRef middle =
        IOMemoryDescriptorCreateWithAddressRange(pa + HOST_PAGE, 2 * HOST_PAGE, kIODirectionInOut, NULL);
    IOMemoryMapRef whole = map_unique(buffer, kIOMapReadOnly), part, later;

    (void)state;
    assert_int_equal(map_type(whole, 0), MMU_WRITEBACK);
    part = map_unique(middle, kIOMapWriteCombineCache);
    assert_int_equal(map_type(part, 0), MMU_UNCACHED);
    for (uint64_t at = 0; at < 4 * HOST_PAGE; at += HOST_PAGE) {
        bool inside = at == HOST_PAGE || at == 2 * HOST_PAGE;

        assert_int_equal(map_type(whole, at), inside ? MMU_UNCACHED : MMU_WRITEBACK);
        assert_int_equal(host_linear_type(pa + at), inside ? MMU_UNCACHED : MMU_WRITEBACK);
        assert_false(host_attr(IOMemoryMapGetAddress(whole) + at) & MMU_WRITE); /* permissions stay */
    }
    later = map_unique(buffer, kIOMapDefaultCache); /* keeps what each page has */
    assert_int_equal(map_type(later, 0), MMU_WRITEBACK);
    assert_int_equal(map_type(later, HOST_PAGE), MMU_UNCACHED);
    release(later);
    later = map_unique(buffer, kIOMapInhibitCache);
    assert_int_equal(map_type(part, 0), MMU_DEVICE_GRE);
    assert_int_equal(map_type(whole, 3 * HOST_PAGE), MMU_DEVICE_GRE);
    host_expect_sound();
    release(later);
    release(part);
    release(whole);
    release(middle);
    release(buffer);
}

static void device__a_mode_reaches_the_maps_of_other_descriptors(void **state)
{
    IOMemoryDescriptorRef one = IODeviceMemoryCreateWithRange(HOST_DEVICE, 4 * HOST_PAGE);
    IOMemoryDescriptorRef two = IODeviceMemoryCreateWithRange(HOST_DEVICE + HOST_PAGE, HOST_PAGE);
    IOMemoryMapRef first = IOMemoryDescriptorMap(one, 0), second = IOMemoryDescriptorMap(two, kIOMapPostedWrite);

    (void)state;
    assert_int_equal(map_type(second, 0), MMU_DEVICE_nGnRE);
    assert_int_equal(map_type(first, HOST_PAGE), MMU_DEVICE_nGnRE);
    assert_int_equal(map_type(first, 0), MMU_DEVICE_nGnRnE);
    assert_int_equal(map_type(first, 2 * HOST_PAGE), MMU_DEVICE_nGnRnE);
    assert_int_equal(cache_mode_at(HOST_DEVICE + HOST_PAGE), kIOPostedWrite);
    release(first);
    release(second);
    assert_int_equal(cache_mode_at(HOST_DEVICE + HOST_PAGE), kIOInhibitCache);
    release(one);
    release(two);
}

/* For write-through, too: what write-back has left in the caches is to be in memory. */
static void leaving_write_back__cleans_the_memory(void **state)
{
    static const IOOptionBits modes[] = {kIOMapWriteCombineCache, kIOMapWriteThruCache};

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        IOBufferMemoryDescriptorRef buffer =
            IOBufferMemoryDescriptorCreateWithCapacity(2 * HOST_PAGE, kIODirectionInOut, true);
        uint64_t before = host_cleaned;
        IOMemoryMapRef map = map_unique(buffer, modes[i]);

        assert_true(host_cleaned >= before + 2 * HOST_PAGE);
        release(map);
        release(buffer);
    }
}

static IOMemoryMapRef aliases[2];
static uint64_t aliases_pa;
static unsigned cached; /* aliases that bring lines into a cache, at the last clean */

static void count_cached(void)
{
    cached = 0;
    for (uint64_t at = 0; at < 3 * HOST_PAGE; at += HOST_PAGE) {
        cached += host_linear_type(aliases_pa + at) == MMU_WRITEBACK;
        for (unsigned i = 0; i < 2; i++)
            cached += map_type(aliases[i], at) == MMU_WRITEBACK;
    }
}

/* A core may bring lines back by any alias that is still cacheable: the last clean is when there is none. */
static void the_last_clean__is_when_no_alias_is_cacheable(void **state)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithCapacity(3 * HOST_PAGE, kIODirectionInOut, true);
    IOMemoryMapRef map;

    (void)state;
    aliases_pa = IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)buffer);
    aliases[0] = map_unique(buffer, 0);
    aliases[1] = map_unique(buffer, kIOMapReadOnly);
    count_cached();
    assert_int_equal(cached, 9);
    host_on_clean = count_cached;
    map = map_unique(buffer, kIOMapWriteCombineCache);
    host_on_clean = NULL;
    assert_int_equal(cached, 0);
    release(map);
    release(aliases[1]);
    release(aliases[0]);
    release(buffer);
}

static void partly_covered_pages__give_no_map_and_change_nothing(void **state)
{
    static const struct {
        uint64_t skip, size;
    } shapes[] = {{0, 0x800}, {0x800, 0x800}, {0x10, 0x2000}, {0, 0x1ff0}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange(HOST_NOBODYS + shapes[i].skip,
                                                                            shapes[i].size, kIODirectionInOut, NULL);
        IOMemoryMapRef map;

        assert_null(map_unique(md, kIOMapWriteCombineCache));
        assert_int_equal(host_linear_type(HOST_NOBODYS), MMU_WRITEBACK);
        map = map_unique(md, 0);
        assert_int_equal(map_type(map, 0), MMU_WRITEBACK);
        release(map);
        release(md);
    }
}

static void the_runtimes_own_memory__gives_no_map(void **state)
{
    IOAddressRange ranges[2] = {{HOST_NOBODYS, HOST_PAGE}, {HOST_RUNTIME + HOST_PAGE, HOST_PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionInOut, NULL);

    (void)state;
    assert_null(IOMemoryDescriptorMap(md, kIOMapWriteCombineCache));
    assert_int_equal(host_linear_type(HOST_NOBODYS), MMU_WRITEBACK); /* all or nothing */
    assert_int_equal(port_frame(HOST_NOBODYS)->mode, 0);
    release(md);
}

/* RAM that is nobody's, described by its physical address. */
static void scattered_pages__all_change(void **state)
{
    enum { COUNT = 40 };
    IOAddressRange ranges[COUNT];
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;

    (void)state;
    for (unsigned i = 0; i < COUNT; i++)
        ranges[i] = (IOAddressRange){HOST_NOBODYS + i * 2 * HOST_PAGE, HOST_PAGE};
    md = IOMemoryDescriptorCreateWithAddressRanges(ranges, COUNT, kIODirectionInOut, NULL);
    map = IOMemoryDescriptorMap(md, kIOMapRealTimeCache);
    assert_non_null(map);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(map_type(map, i * HOST_PAGE), MMU_UNCACHED);
        assert_int_equal(host_linear_type(ranges[i].address), MMU_UNCACHED);
        assert_int_equal(host_linear_type(ranges[i].address + HOST_PAGE), MMU_WRITEBACK);
    }
    release(map);
    map = map_unique(md, 0); /* not one physical run */
    assert_null(map);
    map = IOMemoryDescriptorMap(md, kIOMapCopybackCache);
    for (unsigned i = 0; i < COUNT; i++)
        assert_int_equal(host_linear_type(ranges[i].address), MMU_WRITEBACK);
    release(map);
    release(md);
}

/* A live map that cannot change (its block cannot be cut, or no table for that) makes the whole request fail. */
static void a_mapping_that_cannot_change__leaves_all_as_it_was(void **state)
{
    uint64_t block = UINT64_C(0x200000);
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 2 * block, block);
    uint64_t pa = IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)buffer);
    IOMemoryDescriptorRef part =
        IOMemoryDescriptorCreateWithAddressRange(pa + HOST_PAGE, 2 * HOST_PAGE, kIODirectionInOut, NULL);
    IOMemoryMapRef plain = map_unique(part, 0), whole = map_unique(buffer, 0), map;

    (void)state;
    assert_int_equal(pa % block, 0);
    host_fail_tables(0);
    map = map_unique(part, kIOMapInhibitCache);
    host_fail_tables(-1);
    if (!map) {
        assert_int_equal(map_type(plain, 0), MMU_WRITEBACK);
        assert_int_equal(host_linear_type(pa + HOST_PAGE), MMU_WRITEBACK);
        assert_int_equal(port_frame(pa + HOST_PAGE)->mode, 0);
    }
    assert_int_equal(map_type(whole, HOST_PAGE), map_type(plain, 0));
    host_expect_sound();
    release(map);
    release(whole);
    release(plain);
    release(part);
    release(buffer);
}

/* A list of many modes could not be had, and the frames were lost. */
static void memory_of_many_modes__goes_when_nothing_can_be_allocated(void **state)
{
    enum { COUNT = 12 };
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithCapacity(COUNT * HOST_PAGE, kIODirectionInOut, true);
    uint64_t pa = IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)buffer);
    size_t logs = host_logs;

    (void)state;
    for (unsigned i = 0; i < COUNT; i += 2)
        assert_int_equal(cache_mode_set(pa + i * HOST_PAGE, HOST_PAGE, kIOInhibitCache), kIOReturnSuccess);
    host_fail_alloc(0);
    host_fail_tables(0);
    release(buffer);
    host_fail_alloc(-1);
    host_fail_tables(-1);
    assert_int_equal(host_logs, logs);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_int_equal(port_frame(pa + i * HOST_PAGE)->owner, PORT_OWNER_FREE);
        assert_int_equal(host_linear_type(pa + i * HOST_PAGE), MMU_WRITEBACK);
    }
}

static void overwritten_pages__keep_the_type_of_what_lies_there_now(void **state)
{
    IOBufferMemoryDescriptorRef below =
        IOBufferMemoryDescriptorCreateWithCapacity(3 * HOST_PAGE, kIODirectionInOut, true);
    IOMemoryDescriptorRef over = IODeviceMemoryCreateWithRange(HOST_DEVICE, HOST_PAGE);
    IOMemoryMapRef map = map_unique(below, 0);
    uint64_t va = IOMemoryMapGetAddress(map);
    IOMemoryMapRef top =
                       IOMemoryDescriptorCreateMappingInTask(over, kernel_task, va + HOST_PAGE, kIOMapOverwrite, 0, 0),
                   other;

    (void)state;
    assert_non_null(top);
    other = map_unique(below, kIOMapWriteCombineCache);
    assert_non_null(other);
    assert_int_equal(map_type(map, 0), MMU_UNCACHED);
    assert_int_equal(map_type(map, HOST_PAGE), MMU_DEVICE_nGnRnE);
    assert_int_equal(map_type(map, 2 * HOST_PAGE), MMU_UNCACHED);
    release(other);
    release(top);
    release(map);
    release(over);
    release(below);
}

static void mode_of__tells_how_far_it_goes(void **state)
{
    uint64_t size = 8 * HOST_PAGE;

    (void)state;
    assert_int_equal(cache_mode_set(HOST_NOBODYS + 2 * HOST_PAGE, 2 * HOST_PAGE, kIOWriteThruCache), kIOReturnSuccess);
    assert_int_equal(cache_mode_of(HOST_NOBODYS + 0x123, &size), kIOCopybackCache);
    assert_int_equal(size, 2 * HOST_PAGE - 0x123);
    size = 8 * HOST_PAGE;
    assert_int_equal(cache_mode_of(HOST_NOBODYS + 2 * HOST_PAGE, &size), kIOWriteThruCache);
    assert_int_equal(size, 2 * HOST_PAGE);
    assert_true(cache_mode_reset(HOST_NOBODYS, 8 * HOST_PAGE));
    size = 8 * HOST_PAGE;
    assert_int_equal(cache_mode_of(HOST_NOBODYS, &size), kIOCopybackCache);
    assert_int_equal(size, 8 * HOST_PAGE);
    size = 2 * HOST_PAGE;
    assert_int_equal(cache_mode_of(HOST_RAM - HOST_PAGE, &size), kIOInhibitCache); /* a run ends where RAM begins */
    assert_int_equal(size, HOST_PAGE);
}

static void refusals__say_why(void **state)
{
    (void)state;
    assert_int_equal(cache_mode_set(HOST_DEVICE, HOST_PAGE, kIOCopybackCache), kIOReturnUnsupported);
    assert_int_equal(cache_mode_set(HOST_RUNTIME, HOST_PAGE, kIOWriteCombineCache), kIOReturnNotPermitted);
    assert_int_equal(cache_mode_set(HOST_NOBODYS + 1, HOST_PAGE, kIOWriteCombineCache), kIOReturnNotAligned);
    assert_int_equal(cache_mode_set(HOST_RUNTIME, HOST_PAGE, kIODefaultCache), kIOReturnSuccess);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ram__every_mode_reaches_map_and_linear_map, host_open, host_close),
        cmocka_unit_test_setup_teardown(device__every_mode_or_no_map, host_open, host_close),
        cmocka_unit_test_setup_teardown(unknown_modes__are_the_default, host_open, host_close),
        cmocka_unit_test_setup_teardown(the_last_request_wins_in_every_live_map, host_open, host_close),
        cmocka_unit_test_setup_teardown(device__a_mode_reaches_the_maps_of_other_descriptors, host_open, host_close),
        cmocka_unit_test_setup_teardown(leaving_write_back__cleans_the_memory, host_open, host_close),
        cmocka_unit_test_setup_teardown(the_last_clean__is_when_no_alias_is_cacheable, host_open, host_close),
        cmocka_unit_test_setup_teardown(partly_covered_pages__give_no_map_and_change_nothing, host_open, host_close),
        cmocka_unit_test_setup_teardown(the_runtimes_own_memory__gives_no_map, host_open, host_close),
        cmocka_unit_test_setup_teardown(scattered_pages__all_change, host_open, host_close),
        cmocka_unit_test_setup_teardown(a_mapping_that_cannot_change__leaves_all_as_it_was, host_open, host_close),
        cmocka_unit_test_setup_teardown(memory_of_many_modes__goes_when_nothing_can_be_allocated, host_open,
                                        host_close),
        cmocka_unit_test_setup_teardown(overwritten_pages__keep_the_type_of_what_lies_there_now, host_open, host_close),
        cmocka_unit_test_setup_teardown(mode_of__tells_how_far_it_goes, host_open, host_close),
        cmocka_unit_test_setup_teardown(refusals__say_why, host_open, host_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
