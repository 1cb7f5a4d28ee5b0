/* Maps: their end, their cache modes on RAM, wiring, and failures on the way. */
#include "tests/host/classes.h"

static void task_died__forgets_and_unmaps_on_request(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    uint64_t va = address(map);

    (void)state;
    assert_int_equal(IOMemoryMapUserClientUnmap(map), kIOReturnSuccess);
    IOMemoryMapTaskDied(map);
    assert_true(nothing_at(va));
    assert_null(IOMemoryMapGetAddressTask(map));
    IOMemoryMapTaskDied(map);
    drop(map);
    map = IOMemoryDescriptorMap(md, 0);
    va = address(map);
    IOMemoryMapTaskDied(map);
    assert_null(IOMemoryMapGetAddressTask(map));
    assert_int_equal(address(map), 0);
    assert_int_equal(query(va).pa, HOST_DEVICE);
    drop(map);
    map = IOMemoryDescriptorMap(md, 0); /* comes by the same address, over what was left there */
    assert_int_equal(address(map), va);
    drop(map);
    drop(md);
}

static void ram__mode_reaches_every_alias(void **state)
{
    static const uint8_t index[] = {0, 7, 2, 0, 1, 0, 7, 1, 7, 7};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2 * PAGE, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapGuardedSmall);

    (void)state;
    assert_int_equal(IOMemoryMapGetMapOptions(map) & kIOMapCacheMask, kIOMapCopybackCache);
    for (unsigned mode = 9; mode >= 1; mode--) {
        IOMemoryMapRef other = IOMemoryDescriptorMap(md, mode << 8 | kIOMapUnique);

        assert_int_equal(query(address(other)).attr_index, index[mode]);
        assert_int_equal(query(address(map) + PAGE).attr_index, index[mode]);
        assert_int_equal(query((uintptr_t)port_linear(RAM)).attr_index, index[mode]);
        drop(other);
    }
    drop(map);
    map = IOMemoryDescriptorMap(md, kIOMapCopybackCache);
    drop(map);
    drop(md);
}

static void ram__mode_wants_whole_free_pages(void **state)
{
    IOMemoryDescriptorRef part = IOMemoryDescriptorCreateWithPhysicalAddress(RAM + 0x100, PAGE, 0);
    IOMemoryDescriptorRef whole = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2 * PAGE, 0);
    IOMemoryDescriptorRef taken = IOMemoryDescriptorCreateWithPhysicalAddress(HOST_RUNTIME, PAGE, 0);
    IOMemoryDescriptorRef dev = device(PAGE);
    IOMemoryMapRef map;

    (void)state;
    assert_null(IOMemoryDescriptorMap(part, kIOMapWriteCombineCache));
    assert_null(IOMemoryDescriptorMap(taken, kIOMapWriteCombineCache));
    assert_null(IOMemoryDescriptorMap(dev, kIOMapCopybackCache));
    assert_null(IOMemoryDescriptorMap(dev, kIOMapWriteThruCache));
    map = map_anywhere(whole, kIOMapWriteCombineCache, 0x80, 0x80);
    assert_non_null(map);
    assert_int_equal(query(address(map)).attr_index, 1);
    drop(map);
    map = IOMemoryDescriptorMap(whole, kIOMapCopybackCache);
    drop(map);
    drop(dev);
    assert_null(IOMemoryDescriptorMap(taken, kIOMapCopybackCache)); /* it has that mode, but who asks may not set it */
    drop(taken);
    drop(whole);
    drop(part);
}

static void wire__counts_by_page(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2 * PAGE, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0), read_only = IOMemoryDescriptorMap(md, kIOMapReadOnly);

    (void)state;
    assert_int_equal(IOMemoryMapWireRange(map, 0, 0, PAGE), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionOut, 1, PAGE), 0);
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionIn, 0, PAGE), 0);
    assert_int_equal(port_frame(RAM)->pins, 1);
    assert_int_equal(port_frame(RAM + PAGE)->pins, 1);
    assert_int_equal(IOMemoryMapWireRange(map, 0, 0, 2 * PAGE), 0);
    assert_int_equal(port_frame(RAM)->pins, 1);
    assert_int_equal(port_frame(RAM + PAGE)->pins, 0);
    assert_int_equal(IOMemoryMapWireRange(map, 0, 0, 2 * PAGE), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapWireRange(read_only, kIODirectionOut, 0, PAGE), KERN_PROTECTION_FAILURE);
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionIn, PAGE, PAGE + 1), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapUnmap(map), 0);
    assert_int_equal(port_frame(RAM)->pins, 0);
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionIn, 0, PAGE), kIOReturnNotReady);
    drop(read_only);
    drop(map);
    drop(md);
}

static void static_map__records(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorSetMapping(md, kernel_task, 0x12345000, 0);

    (void)state;
    assert_int_equal(address(map), 0x12345000);
    assert_ptr_equal(IOMemoryDescriptorMap(md, 0), map);
    drop(map);
    drop(map);
    assert_null(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0x12345000, kIOMapStatic, 0, 2 * PAGE));
    drop(md);
}

static void driverkit__state(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    IOMemoryMapPrivateState got;

    (void)state;
    assert_int_equal(IOMemoryMapDispatch(map, 1, NULL, 0, &got, sizeof got), 0);
    assert_int_equal(got.address, address(map));
    assert_int_equal(got.length, PAGE);
    assert_int_equal(IOMemoryMapDispatch(map, 1, NULL, 0, NULL, sizeof got), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapDispatch(map, 1, NULL, 0, &got, 31), kIOReturnUnderrun);
    assert_int_equal(IOMemoryMapDispatch(map, 2, NULL, 0, &got, 32), kIOReturnUnsupported);
    assert_int_equal(IOMemoryMapDispatch(NULL, 1, NULL, 0, &got, 32), kIOReturnBadArgument);
    drop(map);
    drop(md);
}

static void driverkit__create_mapping(void **state)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(PAGE, kIODirectionOut, false);
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2 * PAGE, kIODirectionOut);
    IOMemoryMapRef map;
    uint64_t va;

    (void)state;
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(md, kernel_task, 0, 0, 0, 0, 0, &map), 0);
    assert_int_equal(IOMemoryMapGetMapOptions(map) & (kIOMapGuardedMask | kIOMapReadOnly | kIOMapAnywhere),
                     (IOOptionBits)(kIOMapGuardedSmall | kIOMapReadOnly | kIOMapAnywhere));
    drop(map);
    assert_int_equal(
        IOMemoryDescriptorCreateMappingDK((IOMemoryDescriptorRef)buffer, kernel_task, 0xc, 0, 0, 0, 0, &map), 0);
    assert_int_equal(IOMemoryMapGetMapOptions(map) & (kIOMapGuardedMask | kIOMapReadOnly), kIOMapGuardedLarge);
    drop(map);
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(md, kernel_task, 0x804, 0, PAGE, PAGE, 0, &map), 0);
    va = address(map);
    assert_int_equal(IOMemoryMapGetMapOptions(map) & kIOMapGuardedMask, 0);
    assert_int_equal(query(va).attr_index, 1); /* RealTime */
    drop(map);
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(md, kernel_task, 0x201, va, 0, 0, 0, &map), 0);
    assert_int_equal(address(map), va);
    assert_int_equal(query(va).attr_index, 0); /* Copyback */
    drop(map);
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(md, kernel_task, 0x300, 0, 0, 0, 0, &map), kIOReturnBadArgument);
    assert_null(map);
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(md, kernel_task, 0, 0, 0, 3 * PAGE, 0, &map), kIOReturnError);
    assert_null(map);
    assert_int_equal(IOMemoryDescriptorCreateMappingDK(NULL, kernel_task, 0, 0, 0, 0, 0, &map), kIOReturnBadArgument);
    drop(md);
    drop(buffer);
}

static void persistent__is_itself_while_the_pages_are(void **state)
{
    IOMemoryDescriptorRef ram = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4 * PAGE, 0), md, again, plain;
    IOMemoryMapRef map = IOMemoryDescriptorMap(ram, kIOMapUnique), other;
    uint64_t va = address(map) + 0x10;

    (void)state;
    md = IOMemoryDescriptorCreateWithAddressRange(va, PAGE, 3 | kIOMemoryPersistent, kernel_task);
    plain = IOMemoryDescriptorCreateWithAddressRange(va, PAGE, 3, kernel_task);
    assert_ptr_equal(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(md), md);
    assert_int_equal(count_of(md), 2);
    drop(md);
    assert_null(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(plain));
    assert_null(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(NULL));
    other = IOMemoryDescriptorCreateMappingInTask(ram, kernel_task, va - 0x10 + PAGE, kIOMapOverwrite, 0, PAGE);
    again = IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(md); /* its second page is another one now */
    assert_ptr_not_equal(again, md);
    assert_int_equal(IOMemoryDescriptorGetLength(again), PAGE);
    assert_ptr_equal(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(again), again);
    drop(again);
    drop(again);
    drop(other);
    drop(map);
    assert_null(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(md));
    drop(plain);
    drop(md);
    drop(ram);
}

static bool map_and_release(void *options)
{
    IOAddressRange ranges[] = {{RAM, PAGE}, {RAM + 4 * PAGE, PAGE}, {RAM + 8 * PAGE, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 3, 0, NULL);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, *(IOOptionBits *)options);
    bool done = map != NULL;

    drop(map);
    drop(md);
    return done;
}

/* The mode is as it was after a failure, and put back after a success. */
static bool map_retyped(void *unused)
{
    IOAddressRange ranges[] = {{RAM, PAGE}, {RAM + 4 * PAGE, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, 0, NULL);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapWriteCombineCache);
    bool done = map != NULL;

    (void)unused;
    assert_int_equal(query((uintptr_t)port_linear(RAM)).attr_index, done ? 1 : 0);
    assert_int_equal(query((uintptr_t)port_linear(RAM + 4 * PAGE)).attr_index, done ? 1 : 0);
    drop(map);
    if (done) {
        host_fail_alloc(-1);
        host_fail_tables(-1);
        map = IOMemoryDescriptorMap(md, kIOMapCopybackCache);
        assert_non_null(map);
        drop(map);
    }
    drop(md);
    return done;
}

static void mapping__fails_cleanly_at_every_allocation(void **state)
{
    IOOptionBits options[] = {0, kIOMapGuardedSmall};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        host_fail_each(map_and_release, &options[i]);
    host_fail_each(map_retyped, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(task_died__forgets_and_unmaps_on_request),
        TEST(ram__mode_reaches_every_alias),
        TEST(ram__mode_wants_whole_free_pages),
        TEST(wire__counts_by_page),
        TEST(static_map__records),
        TEST(driverkit__state),
        TEST(driverkit__create_mapping),
        TEST(persistent__is_itself_while_the_pages_are),
        TEST(mapping__fails_cleanly_at_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
