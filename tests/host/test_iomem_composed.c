/* Several descriptors as one, and fences between them. */
#include "mmu/mmu.h"
#include "tests/host/classes.h"

#define SUB(of, offset, length) IOMemoryDescriptorCreateWithSubRange(of, offset, length, kIODirectionInOut)

static IOMemoryDescriptorRef ram(uint64_t page, uint64_t count)
{
    return IOMemoryDescriptorCreateWithPhysicalAddress(RAM + page * PAGE, count * PAGE, kIODirectionInOut);
}

static IOMemoryDescriptorRef multi(IOMemoryDescriptorRef *children, uint32_t count)
{
    return (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(children, count, kIODirectionInOut,
                                                                               false);
}

static IOMemoryDescriptorRef fence(uint64_t size)
{
    return (IOMemoryDescriptorRef)IOGuardPageMemoryDescriptorCreateWithSize(size);
}

static uint8_t byte_at(uint64_t va)
{
    return *(uint8_t *)port_linear(host_pa(va));
}

/* Eight pages tagged 0xD0 | page, described in parts; the numbers are those of IOKit's own test. */
static void multi__of_parts_of_swapped_ranges(void **state)
{
    IOAddressRange swapped[] = {{RAM + 4 * PAGE, 4 * PAGE}, {RAM, 4 * PAGE}};
    IOMemoryDescriptorRef all, children[3], whole;
    IOMemoryMapRef map;
    uint64_t offset, va;

    (void)state;
    for (uint8_t i = 0; i < 8; i++)
        memset(port_linear(RAM + i * PAGE), 0xd0 | i, PAGE);
    all = IOMemoryDescriptorCreateWithPhysicalAddress(RAM, 2, 0);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(all, &offset), PAGE);
    drop(all);
    all = IOMemoryDescriptorCreateWithPhysicalAddress(RAM + PAGE - 2, 4, 0);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(all, &offset), 2 * PAGE);
    assert_int_equal(offset, PAGE - 2);
    drop(all);
    children[0] = IOMemoryDescriptorCreateWithAddressRanges(swapped, 2, kIODirectionInOut, NULL);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(children[0], &offset), 8 * PAGE);
    children[1] = SUB(children[0], 3 * PAGE, 2 * PAGE); /* across the seam */
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(children[1], &offset), 2 * PAGE);
    children[2] = SUB(children[0], 7 * PAGE, PAGE);
    whole = multi(children, 3);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(whole, &offset), 11 * PAGE);
    for (size_t i = 0; i < 3; i++)
        drop(children[i]);
    map = map_anywhere(whole, kIOMapGuardedSmall, 7 * PAGE, IOMemoryDescriptorGetLength(whole) - 7 * PAGE);
    drop(whole);
    va = address(map);
    assert_int_equal(IOMemoryMapGetLength(map), 4 * PAGE);
    assert_int_equal(byte_at(va), 0xd3);
    assert_int_equal(byte_at(va + PAGE), 0xd7);
    assert_int_equal(byte_at(va + 2 * PAGE), 0xd0);
    assert_int_equal(byte_at(va + 3 * PAGE), 0xd3);
    assert_int_equal(query(va - 1).tag, 1);
    assert_int_equal(query(va + 4 * PAGE).tag, 1);
    drop(map);
    assert_true(nothing_at(va - 1) && nothing_at(va) && nothing_at(va + 4 * PAGE));
}

static void multi__nests_and_its_pages_count_as_its_own(void **state)
{
    IOMemoryDescriptorRef inner[2] = {ram(0, 1), ram(4, 2)}, outer[2], whole, direct = ram(4, 1);
    IOMemoryMapRef map, inhibit;

    (void)state;
    outer[0] = multi(inner, 2);
    outer[1] = ram(8, 1);
    whole = multi(outer, 2);
    map = IOMemoryDescriptorMap(whole, kIOMapGuardedLarge);
    assert_int_equal(query(address(map) + 2 * PAGE).pa, RAM + 5 * PAGE);
    assert_int_equal(query(address(map) + 3 * PAGE).pa, RAM + 8 * PAGE);
    assert_int_equal(count_of(map), 2);
    inhibit = IOMemoryDescriptorMap(direct, kIOMapInhibitCache | kIOMapUnique);
    assert_int_equal(query(address(map) + PAGE).attr_index, 7); /* a mode reaches every live mapping */
    assert_int_equal(query(address(map)).attr_index, 0);
    drop(inhibit);
    inhibit = IOMemoryDescriptorMap(direct, kIOMapCopybackCache);
    assert_int_equal(query(address(map) + PAGE).attr_index, 0);
    drop(inhibit);
    assert_int_equal(IOMemoryMapRedirectTask(map, NULL, true), kIOReturnUnsupported);
    drop(map);
    map = IOMemoryDescriptorMap(whole, kIOMapUnique);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnUnsupported);
    assert_int_equal(IOMemoryMapRedirect(map, direct, 0, 0), kIOReturnUnsupported);
    drop(map);
    map = IOMemoryDescriptorMap(direct, kIOMapUnique);
    assert_int_equal(IOMemoryMapRedirect(map, whole, 0, 0), kIOReturnUnsupported);
    drop(map);
    drop(whole);
    for (size_t i = 0; i < 2; i++) {
        drop(inner[i]);
        drop(outer[i]);
    }
    drop(direct);
}

static void multi__refuses_and_undoes(void **state)
{
    IOMemoryDescriptorRef bad[3] = {ram(0, 1), IOMemoryDescriptorCreateWithPhysicalAddress(RAM + 0x1010, PAGE, 3),
                                    ram(8, 1)},
                          hole[2] = {ram(0, 1), NULL}, whole;
    struct host_holdings before;

    (void)state;
    assert_null(multi(bad, 0));
    assert_null(multi(NULL, 1));
    assert_null(multi(hole, 2));
    whole = multi(bad, 3);
    before = host_holdings();
    assert_null(IOMemoryDescriptorMap(whole, 0));
    assert_null(IOMemoryDescriptorMap(whole, kIOMapGuardedSmall));
    host_expect_same(&before);
    drop(whole);
    hole[1] = IOMemoryDescriptorCreateWithAddressRange(UINT64_C(0x1000), PAGE, 3, kernel_task); /* nothing there */
    whole = multi(hole, 2);
    before = host_holdings();
    assert_null(IOMemoryDescriptorMap(whole, 0)); /* the second child fails when the first is entered */
    host_expect_same(&before);
    drop(hole[1]);
    drop(whole);
    drop(hole[0]);
    for (size_t i = 0; i < 3; i++)
        drop(bad[i]);
}

static void multi__prepares_each_as_often_as_it_is_there(void **state)
{
    IOMemoryDescriptorRef hole[2] = {ram(0, 1)}, whole, made = hole[0];
    uint64_t pa;
    void *memory = pages(1, &pa);

    (void)state;
    hole[1] = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory, PAGE, 3, kernel_task);
    whole = multi((IOMemoryDescriptorRef[]){hole[1], hole[0], hole[1]}, 3);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(whole), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(whole, 0), 0);
    assert_int_equal(port_frame(pa)->pins, 1);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(whole), IOMemoryDescriptorGetPreparationID(whole));
    assert_int_equal(IOMemoryDescriptorComplete(whole, 0), 0);
    assert_int_equal(port_frame(pa)->pins, 0);
    drop(whole);
    assert_int_equal(IOMemoryDescriptorCreateWithMemoryDescriptors(3, 0, hole, &made), kIOReturnBadArgument);
    assert_null(made);
    assert_int_equal(IOMemoryDescriptorCreateWithMemoryDescriptors(8, 1, hole, &made), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorCreateWithMemoryDescriptors(3, 1, NULL, &made), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorCreateWithMemoryDescriptors(3, 2, hole, &made), 0);
    assert_int_equal(IOMemoryDescriptorGetLength(made), 2 * PAGE);
    drop(made);
    drop(hole[0]);
    drop(hole[1]);
    port_frame_free(pa, PAGE);
}

static void multi__a_prepare_that_fails_completes_the_others(void **state)
{
    uint64_t pa;
    void *memory = pages(1, &pa);
    IOMemoryDescriptorRef good = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory, PAGE, 3, kernel_task);
    IOMemoryDescriptorRef bad = IOMemoryDescriptorCreateWithAddressRange(UINT64_C(0x1000), PAGE, 3, kernel_task);
    IOMemoryDescriptorRef whole = multi((IOMemoryDescriptorRef[]){good, bad}, 2);
    IOInterleavedMemoryDescriptorRef woven = IOInterleavedMemoryDescriptorCreateWithCapacity(2, 3);

    (void)state;
    assert_int_equal(IOMemoryDescriptorPrepare(whole, 0), KERN_INVALID_ADDRESS);
    assert_int_equal(port_frame(pa)->pins, 0);
    assert_true(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, good, 0, PAGE));
    assert_true(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, bad, 0, PAGE));
    assert_int_equal(IOMemoryDescriptorPrepare((IOMemoryDescriptorRef)woven, 0), KERN_INVALID_ADDRESS);
    assert_int_equal(port_frame(pa)->pins, 0);
    drop(woven);
    drop(whole);
    drop(bad);
    drop(good);
    port_frame_free(pa, PAGE);
}

static void fences__stand_around_a_page_in_every_size(void **state)
{
    IOMemoryDescriptorRef data = ram(0, 1);

    (void)state;
    for (uint64_t left = 1; left <= 4; left++)
        for (uint64_t right = 1; right <= 4; right++) {
            IOMemoryDescriptorRef children[] = {fence(left * PAGE), data, fence(right * PAGE - 100)};
            IOMemoryDescriptorRef whole = multi(children, 3);
            IOMemoryMapRef map = IOMemoryDescriptorMap(whole, 0);
            uint64_t va = address(map);

            assert_int_equal(IOMemoryMapGetLength(map), (left + 1 + right) * PAGE);
            assert_int_equal(query(va).tag & query(va + left * PAGE - 1).tag, 1);
            assert_int_equal(query(va + left * PAGE).pa, RAM);
            assert_int_equal(query(va + (left + 1) * PAGE).tag & query(va + (left + 1 + right) * PAGE - 1).tag, 1);
            assert_int_equal(IOMemoryDescriptorPrepare(whole, 0), 0);
            assert_int_equal(IOMemoryDescriptorComplete(whole, 0), 0);
            drop(map);
            assert_true(nothing_at(va) && nothing_at(va + left * PAGE) && nothing_at(va + (left + right) * PAGE));
            drop(whole);
            drop(children[0]);
            drop(children[2]);
        }
    drop(data);
}

static void fence__alone_has_addresses_and_nothing_else(void **state)
{
    IOMemoryDescriptorRef md = fence(PAGE + 1), target = ram(0, 2);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique), other;
    IOByteCount length = 1;
    uint8_t byte;

    (void)state;
    assert_null(fence(0));
    assert_null(fence(UINT64_MAX));
    assert_int_equal(IOMemoryDescriptorGetLength(md), 2 * PAGE);
    assert_int_equal(IOMemoryDescriptorGetDirection(md), kIODirectionInOut);
    assert_int_equal(query(address(map) + PAGE).tag, 1);
    IOMemoryMapGetPhysicalSegment(map, 0, &length, 0);
    assert_int_equal(length, 0);
    IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, &byte, 1), 0);
    assert_int_equal(IOMemoryMapWireRange(map, kIODirectionIn, 0, 1), KERN_INVALID_ADDRESS);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(md), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    assert_true(IOMemoryDescriptorGetPreparationID(md) > 2);
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), 0);
    other = IOMemoryDescriptorMap(target, kIOMapUnique);
    assert_int_equal(IOMemoryMapRedirect(other, md, 0, 0), kIOReturnUnsupported);
    assert_int_equal(IOMemoryMapRedirect(map, target, 0, 0), kIOReturnUnsupported);
    drop(other);
    drop(map);
    drop(target);
    drop(md);
}

static bool compose(void *unused)
{
    IOMemoryDescriptorRef a = ram(0, 2), b = ram(8, 1), f = fence(PAGE), sub = a ? SUB(a, PAGE, PAGE) : NULL,
                          whole = NULL;
    IOMemoryMapRef map = NULL;
    bool done;

    (void)unused;
    if (a && b && f && sub)
        whole = multi((IOMemoryDescriptorRef[]){b, f, sub, a, b}, 5);
    if (whole)
        map = IOMemoryDescriptorMap(whole, kIOMapGuardedSmall);
    done = map != NULL;
    drop(map);
    drop(whole);
    drop(sub);
    drop(f);
    drop(b);
    drop(a);
    return done;
}

static void composing__fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    host_fail_each(compose, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(multi__of_parts_of_swapped_ranges),
        TEST(multi__nests_and_its_pages_count_as_its_own),
        TEST(multi__refuses_and_undoes),
        TEST(multi__prepares_each_as_often_as_it_is_there),
        TEST(multi__a_prepare_that_fails_completes_the_others),
        TEST(fences__stand_around_a_page_in_every_size),
        TEST(fence__alone_has_addresses_and_nothing_else),
        TEST(composing__fails_cleanly_at_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
