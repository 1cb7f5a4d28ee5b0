/* redirect: blocking a map, giving it other memory, and what waits in between. */
#include "iomem/map.h"
#include "mmu/mmu.h"
#include "tests/host/classes.h"

static IOBufferMemoryDescriptorRef filled(uint64_t size, uint8_t byte)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, size, PAGE);

    for (uint64_t at = 0; at < size; at++)
        assert_int_equal(IOMemoryDescriptorWriteBytes((IOMemoryDescriptorRef)buffer, at, &byte, 1), 1);
    return buffer;
}

/* Pages that come when they are touched; these have all come. */
static IOMemoryDescriptorRef paged(uint64_t size)
{
    IOMemoryDescriptorRef memory = (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateInTaskWithOptions(
        NULL, kIODirectionInOut | kIOMemoryPageable, size, PAGE);

    assert_int_equal(IOMemoryDescriptorPrepare(memory, kIODirectionNone), 0);
    return memory;
}

static IOMemoryDescriptorRef md(IOBufferMemoryDescriptorRef buffer)
{
    return (IOMemoryDescriptorRef)buffer;
}

/* The byte that the map shows, by its tables. */
static uint8_t byte_at(IOMemoryMapRef map, uint64_t offset)
{
    return *(uint8_t *)port_linear(host_pa(address(map) + offset));
}

static bool is_blocked(IOMemoryMapRef map)
{
    uint64_t end = address(map) + IOMemoryMapGetLength(map) - 1, blocked = 0, pages = 0;

    for (uint64_t va = address(map) & ~(PAGE - 1); va <= end; va += PAGE, pages++)
        blocked += query(va).tag == 2;
    assert_true(blocked == 0 || blocked == pages);
    return blocked != 0;
}

static void new_memory__only_this_map_changes(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(4 * PAGE, 0x11), b = filled(4 * PAGE, 0x22);
    IOMemoryMapRef one = IOMemoryDescriptorMap(md(a), kIOMapUnique), two = IOMemoryDescriptorMap(md(b), kIOMapUnique);
    uint64_t va = address(one);

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(one, md(b), 0, 0), 0);
    assert_int_equal(byte_at(one, 4 * PAGE - 1), 0x22);
    assert_int_equal(byte_at(two, 4 * PAGE - 1), 0x22);
    assert_int_equal(address(one), va);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(one), b);
    assert_int_equal(count_of(one), 2);
    assert_int_equal(count_of(b), 3); /* ours, and two maps' */
    assert_int_equal(count_of(a), 1);
    assert_int_equal(IOMemoryMapRedirect(one, md(a), kIOMapReadOnly, 0), 0);
    assert_int_equal(byte_at(one, 0), 0x11);
    assert_true(query(va).protection & 2);
    drop(one);
    assert_true(nothing_at(va));
    drop(two);
    drop(a);
    drop(b);
}

static void null__blocks_every_page_until_memory_is_back(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(3 * PAGE, 0x11), b = filled(5 * PAGE, 0x22);
    IOMemoryMapRef map = map_anywhere(md(a), kIOMapUnique, 0x10, 2 * PAGE),
                   other = IOMemoryDescriptorMap(md(a), kIOMapUnique);
    IOByteCount length;
    uint8_t byte;

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    assert_true(is_blocked(map));
    assert_false(is_blocked(other));
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone);
    assert_int_equal(length, 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(md(a), 0x10, &byte, 1), 1);
    assert_int_equal(IOMemoryMapRedirect(map, md(a), 0, 77), 0); /* its own memory: the offset is ignored */
    assert_false(is_blocked(map));
    assert_int_equal(byte_at(map, 0), 0x11);
    assert_int_equal(IOMemoryMapGetOffset(map), 0x10);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    assert_int_equal(IOMemoryMapRedirect(map, md(b), 0, PAGE + 0x10), 0);
    assert_false(is_blocked(map));
    assert_int_equal(byte_at(map, 2 * PAGE - 1), 0x22);
    assert_int_equal(IOMemoryMapGetOffset(map), PAGE + 0x10);
    drop(map);
    drop(other);
    drop(a);
    drop(b);
}

static void codes__say_why_and_the_old_memory_stays(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(2 * PAGE, 0x11), small = filled(PAGE, 0x22), b = filled(3 * PAGE, 0x33);
    IOMemoryDescriptorRef remote = IOMemoryDescriptorCreateWithAddressRange(0x1000, 2 * PAGE, kIOMemoryRemote, NULL);
    IOMemoryMapRef shared = IOMemoryDescriptorMap(md(a), kIOMapGuardedSmall),
                   map = IOMemoryDescriptorMap(md(a), kIOMapUnique);

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(shared, md(b), 0, 0), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapRedirect(shared, NULL, 0, 0), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapRedirect(map, md(small), 0, 0), kIOReturnError);
    assert_int_equal(IOMemoryMapRedirect(map, md(b), 0, 2 * PAGE), kIOReturnError);
    assert_int_equal(IOMemoryMapRedirect(map, md(b), 0, UINT64_MAX), kIOReturnError);
    assert_int_equal(IOMemoryMapRedirect(map, md(b), 0, 1), kIOReturnNotAligned);
    assert_int_equal(IOMemoryMapRedirect(map, remote, 0, 0), kIOReturnNotAttached);
    assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(map), a);
    assert_int_equal(byte_at(map, 0), 0x11);
    assert_int_equal(IOMemoryMapGetOffset(map), 0);
    assert_int_equal(count_of(map), 2);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    assert_int_equal(IOMemoryMapRedirect(map, md(small), 0, 0), kIOReturnError); /* and the block is over */
    assert_int_equal(byte_at(map, 0), 0x11);
    IOMemoryMapUnmap(map);
    assert_int_equal(IOMemoryMapRedirect(map, md(small), 0, 0), 0);
    IOMemoryMapUnmap(shared);
    assert_int_equal(IOMemoryMapRedirect(shared, NULL, 0, 0), 0);
    assert_int_equal(IOMemoryMapRedirect(NULL, NULL, 0, 0), kIOReturnBadArgument);
    drop(shared);
    drop(map);
    drop(remote);
    drop(a);
    drop(small);
    drop(b);
}

static void device__and_ram_take_their_own_modes(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(PAGE, 0x11);
    IOMemoryDescriptorRef dev = device(2 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md(a), kIOMapUnique), inhibited;
    OSMetaClassRef general = OSMetaClassGetWithName("IOGeneralMemoryDescriptor");

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(map, dev, 0, PAGE), 0);
    assert_int_equal(query(address(map)).attr_index, 3);
    assert_int_equal(query(address(map)).pa, HOST_DEVICE + PAGE);
    assert_int_equal(IOMemoryMapGetOffset(map), 0); /* in a private descriptor */
    assert_ptr_not_equal(IOMemoryMapGetMemoryDescriptor(map), dev);
    assert_int_equal(IOMemoryMapRedirect(map, dev, 0, 0), 0);
    assert_int_equal(query(address(map)).pa, HOST_DEVICE);
    assert_int_equal(OSMetaClassGetInstanceCount(general), 3); /* dev, the private one, and buffers as one */
    assert_int_equal(IOMemoryMapRedirect(map, md(a), 0, 0), 0);
    assert_int_equal(query(address(map)).attr_index, 0);
    assert_int_equal(OSMetaClassGetInstanceCount(general), 2);
    inhibited = IOMemoryDescriptorMap(dev, kIOMapUnique | kIOMapPostedWrite);
    assert_int_equal(IOMemoryMapRedirect(inhibited, NULL, 0, 0), 0);
    assert_int_equal(IOMemoryMapRedirect(inhibited, IOMemoryMapGetMemoryDescriptor(inhibited), 0, 0), 0);
    assert_int_equal(query(address(inhibited)).attr_index, 5);
    drop(inhibited);
    drop(map);
    drop(dev);
    drop(a);
}

static void blocked__a_mode_given_meanwhile_is_there_afterwards(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(4 * PAGE, 0x11);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md(a), kIOMapUnique), part;

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    part = map_anywhere(md(a), kIOMapWriteCombineCache | kIOMapUnique, PAGE, 2 * PAGE);
    assert_non_null(part);
    assert_true(is_blocked(map));
    assert_int_equal(IOMemoryMapRedirect(map, md(a), 0, 0), 0);
    assert_int_equal(query(address(map)).attr_index, 0);
    assert_int_equal(query(address(map) + PAGE).attr_index, 1);
    assert_int_equal(query(address(map) + 2 * PAGE).attr_index, 1);
    assert_int_equal(query(address(map) + 3 * PAGE).attr_index, 0);
    drop(part);
    part = IOMemoryDescriptorMap(md(a), kIOMapUnique | kIOMapInhibitCache); /* the pages are in the reverse map */
    assert_int_equal(query(address(map) + 3 * PAGE).attr_index, 7);
    drop(part);
    drop(map);
    drop(a);
}

static void blocked__can_be_unmapped_and_abandoned(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(2 * PAGE, 0x11);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md(a), kIOMapUnique | kIOMapGuardedSmall);
    uint64_t va = address(map);

    (void)state;
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    assert_int_equal(query(va - PAGE).tag, 1);
    assert_int_equal(IOMemoryMapUnmap(map), 0);
    assert_true(nothing_at(va) && nothing_at(va - PAGE));
    drop(map);
    map = IOMemoryDescriptorMap(md(a), kIOMapUnique);
    va = address(map);
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    IOMemoryMapTaskDied(map);
    assert_true(nothing_at(va)); /* or a waiter would wait for ever */
    drop(map);
    drop(a);
}

static IOMemoryMapRef waited_for;
static IOMemoryDescriptorRef given;

static void give(void)
{
    assert_int_equal(IOMemoryMapRedirect(waited_for, given, 0, 0), 0);
}

static void touch_with_lock(void *abort)
{
    lock_acquire(&gIOMemoryLock);
    host_abort_handler(abort);
}

static void touch(void *abort)
{
    host_abort_handler(abort);
}

static void abort_handler__waits_or_says_why_not(void **state)
{
    IOBufferMemoryDescriptorRef a = filled(PAGE, 0x11), b = filled(PAGE, 0x22);
    struct port_abort abort = {.space = mmu_kernel_space(), .translation = true, .can_wait = true};

    (void)state;
    waited_for = IOMemoryDescriptorMap(md(a), kIOMapUnique | kIOMapGuardedSmall);
    given = md(b);
    abort.va = address(waited_for) + 8;
    assert_int_equal(IOMemoryMapRedirect(waited_for, NULL, 0, 0), 0);
    host_wait = give;
    assert_true(host_abort_handler(&abort)); /* waits once; then the access is tried again */
    host_wait = NULL;
    assert_int_equal(byte_at(waited_for, 0), 0x22);
    assert_true(host_abort_handler(&abort)); /* another core's access, a moment too early */
    abort.va = address(waited_for) + PAGE;
    assert_false(host_abort_handler(&abort)); /* a guard */
    abort.va = address(waited_for) + 16 * PAGE;
    assert_false(host_abort_handler(&abort));
    abort.va = address(waited_for);
    assert_int_equal(IOMemoryMapRedirect(waited_for, NULL, 0, 0), 0);
    abort.translation = false;
    assert_false(host_abort_handler(&abort));
    abort.translation = true;
    assert_non_null(strstr(host_panic(touch, &abort), "no other core runs")); /* host_wait is NULL */
    abort.can_wait = false;
    assert_non_null(strstr(host_panic(touch, &abort), "interrupts"));
    assert_non_null(strstr(host_panic(touch_with_lock, &abort), "lock"));
    lock_release(&gIOMemoryLock);
    drop(waited_for);
    drop(a);
    drop(b);
}

static void task_redirection__blocks_all_maps_but_the_safe_tasks(void **state)
{
    IOMemoryDescriptorRef dev = device(2 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(dev, 0), window = map_anywhere(dev, 0, PAGE, PAGE), late;

    (void)state;
    assert_int_equal(IOMemoryDescriptorRedirect(dev, NULL, true), 0);
    assert_true(IOMemoryDescriptorGetFlags(dev) & kIOMemoryRedirected);
    assert_true(is_blocked(map));
    assert_true(is_blocked(window)); /* it stands on the same pages */
    late = IOMemoryDescriptorMap(dev, kIOMapReadOnly);
    assert_true(is_blocked(late));
    assert_int_equal(IOMemoryDescriptorRedirect(dev, NULL, false), 0);
    assert_false(is_blocked(map) || is_blocked(late));
    assert_false(IOMemoryDescriptorGetFlags(dev) & kIOMemoryRedirected);
    assert_int_equal(query(address(map)).attr_index, 3);
    assert_int_equal(IOMemoryMapRedirectTask(map, NULL, true), 0);
    assert_true(is_blocked(map));
    assert_int_equal(IOMemoryMapRedirectTask(map, NULL, false), 0);
    assert_false(is_blocked(map));
    assert_int_equal(IOMemoryMapRedirectTask(window, NULL, true), 0);
    assert_false(is_blocked(window));
    drop(late);
    drop(window);
    drop(map);
    map = IOMemoryDescriptorMap(dev, kIOMapWriteCombineCache);
    assert_int_equal(IOMemoryMapRedirectTask(map, kernel_task, true), 0);
    assert_int_equal(query(address(map)).attr_index, 3);
    assert_true(IOMemoryDescriptorGetFlags(dev) & kIOMemoryRedirected); /* physical: it reaches the descriptor */
    assert_int_equal(IOMemoryMapRedirectTask(map, kernel_task, false), 0);
    assert_int_equal(query(address(map)).attr_index, 1);
    drop(map);
    drop(dev);
}

static void task_redirection__of_pages_stops_the_safe_tasks_combining(void **state)
{
    IOMemoryDescriptorRef md = paged(2 * PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapWriteCombineCache | kIOMapPrefault);

    (void)state;
    assert_int_equal(IOMemoryDescriptorRedirect(md, kernel_task, true), 0);
    assert_int_equal(query(address(map) + PAGE).attr_index, 7); /* Inhibit on RAM: Device-GRE */
    assert_int_equal(IOMemoryDescriptorRedirect(md, kernel_task, false), 0);
    assert_int_equal(query(address(map) + PAGE).attr_index, 1);
    drop(map);
    drop(md);
}

static IOMemoryDescriptorRef sleeping;

static void wake_up(void)
{
    assert_int_equal(IOMemoryDescriptorRedirect(sleeping, NULL, false), 0);
}

static void handle_fault__sleeps_while_redirected(void **state)
{
    (void)state;
    sleeping = device(PAGE);
    assert_int_equal(IOMemoryDescriptorHandleFault(sleeping, 0, PAGE), 0);
    assert_int_equal(IOMemoryDescriptorRedirect(sleeping, NULL, true), 0);
    host_wait = wake_up;
    assert_int_equal(IOMemoryDescriptorHandleFault(sleeping, 0, PAGE), 0);
    host_wait = NULL;
    assert_int_equal(IOMemoryDescriptorHandleFault(NULL, 0, 0), kIOReturnBadArgument);
    drop(sleeping);
}

static IOBufferMemoryDescriptorRef from, to;
static IOMemoryMapRef moved;

static bool redirect_there(void *unused)
{
    bool there = IOMemoryMapRedirect(moved, md(to), 0, 0) == 0, back;

    (void)unused;
    assert_int_equal(byte_at(moved, 0), there ? 0x22 : 0x11);
    if (!there)
        return false;
    back = IOMemoryMapRedirect(moved, md(from), 0, 0) == 0;
    assert_int_equal(byte_at(moved, 6 * PAGE - 1), back ? 0x11 : 0x22);
    if (!back) /* only one allocation fails */
        assert_int_equal(IOMemoryMapRedirect(moved, md(from), 0, 0), 0);
    return back;
}

static void redirect__fails_cleanly_at_every_allocation(void **state)
{
    (void)state;
    host_fragment();
    from = filled(6 * PAGE, 0x11);
    to = filled(6 * PAGE, 0x22);
    moved = IOMemoryDescriptorMap(md(from), kIOMapUnique);
    host_fail_each(redirect_there, NULL);
    drop(moved);
    drop(from);
    drop(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(new_memory__only_this_map_changes),
        TEST(null__blocks_every_page_until_memory_is_back),
        TEST(codes__say_why_and_the_old_memory_stays),
        TEST(device__and_ram_take_their_own_modes),
        TEST(blocked__a_mode_given_meanwhile_is_there_afterwards),
        TEST(blocked__can_be_unmapped_and_abandoned),
        TEST(abort_handler__waits_or_says_why_not),
        TEST(task_redirection__blocks_all_maps_but_the_safe_tasks),
        TEST(task_redirection__of_pages_stops_the_safe_tasks_combining),
        TEST(handle_fault__sleeps_while_redirected),
        TEST(redirect__fails_cleanly_at_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
