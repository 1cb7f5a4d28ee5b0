/* What lies at the edges: nothing at all, other machines' memory, one byte too many, frames that are nobody's. */
#include "mmu/mmu.h"
#include "tests/host/classes.h"

static void zero_length__is_prepared_and_never_mapped(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange(0, 0, kIODirectionNone, kernel_task);
    IOByteCount length = 1;
    uint8_t byte;

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    assert_null(IOMemoryDescriptorMap(md, 0));
    assert_null(IOMemoryDescriptorMap(md, kIOMapUnique));
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, 0), 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, &byte, 0), 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, &byte, 1), 0);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), 0);
    drop(md);
}

static void remote__has_segments_and_nothing_else(void **state)
{
    IOAddressRange ranges[] = {{0xfedcba9876540123, 0x12345}, {0x1234567890abcdef, 0x54321}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIOMemoryRemote, NULL);
    IOByteCount length, offset = 0;
    uint8_t byte;

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, offset, &length, 0), ranges[i].address);
        assert_int_equal(length, ranges[i].length);
        offset += length;
    }
    assert_int_equal(offset, IOMemoryDescriptorGetLength(md));
    assert_true(IOMemoryDescriptorGetFlags(md) & kIOMemoryRemote);
    assert_true(IOMemoryDescriptorGetFlags(md) & kIOMemoryMapperNone);
    assert_null(IOMemoryDescriptorMap(md, 0));
    assert_null(IOMemoryDescriptorMap(md, kIOMapUnique));
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, &byte, 1), 0);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 0, &byte, 1), 0);
    assert_int_equal(IOMemoryDescriptorPerformOperation(md, kIOMemoryIncoherentIOFlush, 0, 1), kIOReturnNotAttached);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), 0);
    drop(md);
}

static void copies__never_clip(void **state)
{
    uint8_t bytes[5] = {1, 2, 3, 4, 5}, got[5] = {9, 9, 9, 9, 9}, untouched[5] = {9, 9, 9, 9, 9};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4, 0);

    (void)state;
    memset(port_linear(RAM), 0, 8);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, got, 5), 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 4, got, 1), 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 5, got, 0), 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, UINT64_MAX, got, 2), 0);
    assert_memory_equal(got, untouched, 5);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 1, bytes, 4), 0);
    assert_int_equal(*(uint32_t *)port_linear(RAM), 0);
    assert_int_equal(IOMemoryDescriptorWriteBytes(md, 1, bytes, 3), 3);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, got, 4), 4);
    assert_memory_equal(got + 1, bytes, 3);
    drop(md);
}

static void segments__end_before_a_page_that_is_not_there(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4 * PAGE, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    uint64_t va = address(map);
    IOByteCount length;

    (void)state;
    assert_int_equal(mmu_tag(mmu_kernel_space(), va + 2 * PAGE, PAGE, MMU_TAG_GUARD, 0), MMU_OK);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 1, &length, kIOMemoryMapperNone), RAM + 1);
    assert_int_equal(length, 2 * PAGE - 1);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 2 * PAGE, &length, 0), 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(map, 3 * PAGE + 5, &length, 0), RAM + 3 * PAGE + 5);
    assert_int_equal(length, PAGE - 5);
    drop(map);
    assert_true(nothing_at(va) && nothing_at(va + 2 * PAGE) && nothing_at(va + 3 * PAGE));
    drop(md);
}

/* Another map begins where it ends, in memory that goes on. */
static void segments__end_with_their_map(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2 * PAGE, 0);
    uint64_t va = 0;
    IOMemoryMapRef first, second;
    IOByteCount length;

    (void)state;
    first = IOMemoryDescriptorMap(md, kIOMapUnique);
    va = address(first);
    drop(first);
    first = IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va, kIOMapUnique, 0, PAGE);
    second = IOMemoryDescriptorCreateMappingInTask(md, kernel_task, va + PAGE, kIOMapUnique, PAGE, PAGE);
    assert_true(first && second);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(first, 5, &length, kIOMemoryMapperNone), RAM + 5);
    assert_int_equal(length, PAGE - 5);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(first, PAGE + 5, &length, kIOMemoryMapperNone), 0);
    assert_int_equal(length, 0);
    drop(second);
    drop(first);
    drop(md);
}

static void leaves__are_as_large_as_both_addresses_allow(void **state)
{
    IOMemoryDescriptorRef whole = IOMemoryDescriptorCreateWithPhysicalAddress(0x80000000, 3 << 20, 0);
    IOMemoryDescriptorRef off = IOMemoryDescriptorCreateWithPhysicalAddress(0x90001000, 4 << 20, 0);
    IOMemoryMapRef map = IOMemoryDescriptorMap(whole, 0);

    (void)state;
    assert_int_equal(query(address(map)).size, 2 << 20);
    assert_int_equal(query(address(map) + (2 << 20)).size % PAGE, 0);
    assert_true(query(address(map) + (2 << 20)).size < 2 << 20);
    drop(map);
    map = IOMemoryDescriptorMap(off, 0);
    assert_int_equal(query(address(map) + 0x1ff000).size, 2 << 20); /* the one block that lies in it */
    assert_int_equal(query(address(map) + 0x1ff000).pa, 0x90200000);
    drop(map);
    map = map_at(off, HOST_WINDOW + 0x40000000, 0); /* out of step: pages only */
    assert_int_equal(query(address(map) + 0x1ff000).level, 3);
    drop(map);
    drop(off);
    drop(whole);
}

/* A mode on a free frame stands until it is taken back; meanwhile nobody gets the frame as plain memory. */
static void free_frame__is_write_back_again_before_it_is_handed_out(void **state)
{
    uint64_t pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX), other;
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(pa, PAGE, 0);
    IOMemoryMapRef map;

    (void)state;
    port_frame_free(pa, PAGE);
    map = IOMemoryDescriptorMap(md, kIOMapWriteCombineCache);
    drop(map);
    other = port_frame_alloc(4 * PAGE, PAGE, UINT64_MAX); /* the lowest there is */
    assert_int_equal(other, pa + PAGE);
    port_frame_free(other, 4 * PAGE);
    map = IOMemoryDescriptorMap(md, kIOMapCopybackCache);
    drop(map);
    assert_int_equal(host_linear_type(pa), MMU_WRITEBACK);
    other = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
    assert_int_equal(other, pa);
    port_frame_free(other, PAGE);
    drop(md);
}

/* RAM and a device in one descriptor: neither gets the other's mode, now or later. */
static void mixed_ranges__keep_a_mode_each(void **state)
{
    IOAddressRange ranges[] = {{HOST_DEVICE, PAGE}, {RAM, PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, 0, NULL);
    IOMemoryMapRef map, again;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        map = IOMemoryDescriptorMap(md, 0);
        assert_int_equal(query(address(map)).attr_index, 3);
        assert_int_equal(query(address(map) + PAGE).attr_index, 0);
        assert_int_equal(IOMemoryMapGetMapOptions(map) & kIOMapCacheMask, 0);
        drop(map);
    }
    map = IOMemoryDescriptorMap(md, 0);
    again = IOMemoryDescriptorMap(md, kIOMapInhibitCache); /* no sharing: half of it is something else */
    assert_ptr_not_equal(again, map);
    assert_int_equal(query(address(again) + PAGE).attr_index, 7);
    assert_int_equal(query(address(map) + PAGE).attr_index, 7);
    drop(again);
    drop(map);
    map = map_anywhere(md, kIOMapCopybackCache, PAGE, PAGE);
    assert_int_equal(query(address(map)).attr_index, 0);
    drop(map);
    drop(md);
}

static IOMemoryMapRef beneath;

/* Three ranges, the last of them off the bus: all of it is there afterwards, or nothing. */
static bool overwrite(void *unused)
{
    IOAddressRange ranges[] = {{RAM + 8 * PAGE, PAGE}, {RAM + 4 * PAGE, PAGE}, {HOST_DEVICE, 2 * PAGE}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 3, 0, NULL);
    uint64_t va = address(beneath);
    IOMemoryMapRef over = map_at(md, va, kIOMapOverwrite);
    bool done = over != NULL;

    (void)unused;
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(query(va + i * PAGE).pa,
                         done ? ranges[i < 2 ? i : 2].address + (i == 3 ? PAGE : 0) : RAM + i * PAGE);
    drop(over);
    assert_int_equal(query(va).pa, done ? RAM + 8 * PAGE : RAM);
    drop(md);
    if (done) {
        IOMemoryDescriptorRef old;

        host_fail_alloc(-1);
        host_fail_tables(-1);
        old = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4 * PAGE, 0);
        drop(map_at(old, va, kIOMapOverwrite));
        drop(old);
    }
    return done;
}

static void overwrite__is_all_or_nothing(void **state)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 4 * PAGE, 0), part, bad;

    (void)state;
    beneath = IOMemoryDescriptorMap(md, kIOMapUnique);
    host_fail_each(overwrite, NULL);
    bad = IOMemoryDescriptorCreateWithPhysicalAddress(UINT64_C(0xfff00000000), PAGE, 0);
    part = IOMemoryDescriptorCreateWithPhysicalAddress(RAM + 4 * PAGE + 0x10, PAGE, 0);
    assert_null(map_at(bad, address(beneath), kIOMapOverwrite | kIOMapCopybackCache));
    assert_null(map_at(part, address(beneath) + 0x10, kIOMapOverwrite | kIOMapInhibitCache));
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(query(address(beneath) + i * PAGE).pa, RAM + i * PAGE);
    drop(part);
    drop(bad);
    drop(beneath);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(zero_length__is_prepared_and_never_mapped),
        TEST(remote__has_segments_and_nothing_else),
        TEST(copies__never_clip),
        TEST(segments__end_before_a_page_that_is_not_there),
        TEST(segments__end_with_their_map),
        TEST(leaves__are_as_large_as_both_addresses_allow),
        TEST(free_frame__is_write_back_again_before_it_is_handed_out),
        TEST(mixed_ranges__keep_a_mode_each),
        TEST(overwrite__is_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
