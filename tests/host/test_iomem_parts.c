/* Parts of a descriptor, and parts of several one after the other. */
#include "tests/host/classes.h"

#define SUB(of, offset, length) IOMemoryDescriptorCreateWithSubRange(of, offset, length, kIODirectionInOut)

static IOMemoryDescriptorRef ram(uint64_t page, uint64_t count)
{
    return IOMemoryDescriptorCreateWithPhysicalAddress(RAM + page * PAGE, count * PAGE, kIODirectionInOut);
}

static void sub__maps_and_prepares_its_parent(void **state)
{
    IOMemoryDescriptorRef parent = IOMemoryDescriptorCreateWithAddressRange(host_linear(RAM), 4 * PAGE, 3, kernel_task);
    IOMemoryDescriptorRef sub;
    IOMemoryMapRef map, same, part;
    IOByteCount length;

    (void)state;
    IOMemoryDescriptorSetTag(parent, 77);
    sub = SUB(parent, PAGE, 2 * PAGE);
    assert_int_equal(IOMemoryDescriptorGetTag(sub), 77);
    assert_true(IOMemoryDescriptorGetFlags(sub) & kIOMemoryThreadSafe);
    map = IOMemoryDescriptorMap(sub, kIOMapGuardedSmall);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(map), parent);
    assert_int_equal(IOMemoryMapGetOffset(map), PAGE);
    assert_int_equal(query(address(map)).pa, RAM + PAGE);
    same = map_anywhere(parent, kIOMapGuardedSmall, PAGE, 2 * PAGE);
    assert_ptr_equal(same, map);
    part = map_anywhere(sub, kIOMapGuardedSmall, PAGE, PAGE);
    assert_int_equal(address(part), address(map) + PAGE);
    assert_null(map_anywhere(sub, kIOMapGuardedSmall, PAGE, PAGE + 1)); /* inside the parent, outside the part */
    assert_null(map_anywhere(sub, kIOMapGuardedSmall, UINT64_MAX, 2));
    drop(part);
    drop(same);
    drop(map);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(sub), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(sub, 0), 0);
    assert_int_equal(port_frame(RAM)->pins, 1); /* all of the parent */
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(sub, 1, &length, 0), RAM + PAGE + 1);
    assert_int_equal(length, 2 * PAGE - 1);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(sub, 2 * PAGE, &length, 0), 0);
    assert_int_equal(length, 0);
    assert_true(IOMemoryDescriptorGetPreparationID(sub) != IOMemoryDescriptorGetPreparationID(parent));
    assert_int_equal(IOMemoryDescriptorGetPreparationID(sub), IOMemoryDescriptorGetPreparationID(sub));
    assert_int_equal(IOMemoryDescriptorComplete(sub, 0), 0);
    assert_int_equal(port_frame(RAM)->pins, 0);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(sub), 0);
    drop(parent);
    drop(sub);
}

static void sub__is_checked_and_can_move(void **state)
{
    IOMemoryDescriptorRef a = ram(0, 4), b = ram(8, 4), made = a;
    IOSubMemoryDescriptorRef sub = IOSubMemoryDescriptorCreateWithSubRange(a, 0, PAGE, kIODirectionIn);

    (void)state;
    assert_null(SUB(a, PAGE, 4 * PAGE));
    assert_null(SUB(a, UINT64_MAX, 2));
    assert_null(SUB(NULL, 0, 0));
    assert_int_equal(count_of(a), 2);
    assert_true(IOSubMemoryDescriptorInitSubRange(sub, b, PAGE, PAGE, kIODirectionOut));
    assert_int_equal(count_of(a), 1);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress((IOMemoryDescriptorRef)sub), RAM + 9 * PAGE);
    assert_false(IOSubMemoryDescriptorInitSubRange(sub, b, 0, 5 * PAGE, 0));
    assert_int_equal(IOMemoryDescriptorCreateSubMemoryDescriptor(4, 0, 1, a, &made), kIOReturnBadArgument);
    assert_null(made);
    assert_int_equal(IOMemoryDescriptorCreateSubMemoryDescriptor(3, 0, 4 * PAGE + 1, a, &made), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorCreateSubMemoryDescriptor(3, 0, 1, NULL, &made), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorCreateSubMemoryDescriptor(3, PAGE, PAGE, a, &made), 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(made), RAM + PAGE);
    drop(made);
    made = IODeviceMemoryCreateWithSubRange(a, PAGE, PAGE);
    assert_int_equal(IOMemoryDescriptorGetDirection(made), kIODirectionNone);
    drop(made);
    drop(sub);
    drop(a);
    drop(b);
}

static void interleaved__is_filled_part_by_part(void **state)
{
    IOMemoryDescriptorRef a = ram(0, 1), b = ram(4, 1), md;
    IOInterleavedMemoryDescriptorRef woven = IOInterleavedMemoryDescriptorCreateWithCapacity(2, kIODirectionIn);
    IOByteCount length;
    uint8_t bytes[8];

    (void)state;
    md = (IOMemoryDescriptorRef)woven;
    assert_null(IOInterleavedMemoryDescriptorCreateWithCapacity(0, 0));
    assert_null(IOInterleavedMemoryDescriptorCreateWithCapacity(UINT64_MAX, 0));
    memset(port_linear(RAM), 0xaa, PAGE);
    memset(port_linear(RAM + 4 * PAGE), 0xbb, PAGE);
    assert_false(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, a, PAGE, 1));
    assert_true(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, a, PAGE - 4, 4));
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    assert_false(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, b, 0, 4)); /* prepared */
    assert_int_equal(IOMemoryDescriptorComplete(md, 0), 0);
    assert_true(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, b, 8, 4));
    assert_false(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, b, 0, 4)); /* full */
    assert_int_equal(IOMemoryDescriptorGetLength(md), 8);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 5, &length, 0), RAM + 4 * PAGE + 9);
    assert_int_equal(length, 3);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 1, NULL, 0), RAM + PAGE - 3);
    IOMemoryDescriptorGetPhysicalSegment(md, 8, &length, 0);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md, 0, bytes, 8), 8);
    assert_memory_equal(bytes, "\xaa\xaa\xaa\xaa\xbb\xbb\xbb\xbb", 8);
    assert_null(IOMemoryDescriptorMap(md, 0));
    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), 0);
    IOMemoryDescriptorSetTag(md, 5);
    IOInterleavedMemoryDescriptorClearMemoryDescriptors(woven, kIODirectionOut);
    assert_int_equal(IOMemoryDescriptorGetLength(md) + IOMemoryDescriptorGetTag(md), 0);
    assert_int_equal(IOMemoryDescriptorGetDirection(md), kIODirectionOut);
    assert_int_equal(count_of(a) + count_of(b), 2);
    assert_true(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, a, 0, 4));
    drop(md);
    drop(a);
    drop(b);
}

static void redirect__to_a_part_shows_the_parents_memory(void **state)
{
    IOMemoryDescriptorRef a = ram(0, 2), sub;
    uint64_t pa;
    void *memory = pages(4, &pa);
    IOMemoryDescriptorRef parent =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)memory, 4 * PAGE, 3, kernel_task);
    IOMemoryMapRef map = map_anywhere(a, kIOMapUnique, 0, PAGE);

    (void)state;
    sub = SUB(parent, PAGE, 2 * PAGE);
    assert_int_equal(IOMemoryMapRedirect(map, sub, 0, PAGE), 0);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(map), parent);
    assert_int_equal(IOMemoryMapGetOffset(map), 2 * PAGE);
    assert_int_equal(query(address(map)).pa, pa + 2 * PAGE);
    assert_int_equal(IOMemoryMapRedirect(map, sub, 0, 2 * PAGE), kIOReturnError);
    assert_int_equal(IOMemoryDescriptorRedirect(sub, NULL, true), 0); /* its maps are the parent's */
    assert_int_equal(query(address(map)).tag, 2);
    assert_int_equal(IOMemoryDescriptorRedirect(sub, NULL, false), 0);
    assert_int_equal(query(address(map)).pa, pa + 2 * PAGE);
    drop(map);
    drop(sub);
    drop(parent);
    drop(a);
    port_frame_free(pa, 4 * PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sub__maps_and_prepares_its_parent),
        TEST(sub__is_checked_and_can_move),
        TEST(interleaved__is_filled_part_by_part),
        TEST(redirect__to_a_part_shows_the_parents_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
