/* Memory objects while memory runs out: each allocation fails in turn, nothing is lost and nothing has changed. */
#include "mmu/mmu.h"
#include "tests/host/touch.h"

#define LOW        UINT64_C(0x10000000)
#define HIGH       UINT64_C(0x20000000)
#define TAG_DEMAND 3

static void enough(void)
{
    host_fail_alloc(-1);
    host_fail_frames(-1);
    host_fail_tables(-1);
}

/* A page that could not come waits still. */
static bool write_or_wait(task_t task, uint64_t va, uint8_t value)
{
    bool done = touch_write(task, va, value);

    if (!done)
        assert_int_equal(shown(task, va).tag, TAG_DEMAND);
    return done;
}

static bool create_and_touch(void *where)
{
    task_t task = *(task_t *)where;
    IOBufferMemoryDescriptorRef buffer = pageable(task, 0, 3);
    bool done = buffer != NULL;

    for (uint64_t i = 0; task && done && i < 3; i++)
        done = write_or_wait(task, bytes_of(buffer) + i * PAGE, 1);
    drop(buffer);
    return done;
}

static void buffers__come_or_do_not(void **state)
{
    task_t none = NULL, task = IOAddressSpaceCreate(LOW, HIGH);

    (void)state;
    host_fail_each(create_and_touch, &kernel_task);
    host_fail_each(create_and_touch, &task);
    host_fail_each(create_and_touch, &none);
    IOAddressSpaceDestroy(task);
}

/* A page that is there, two that are not, and one more. NULL: no memory. */
static IOBufferMemoryDescriptorRef mixed(void)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, 0, 4);

    if (buffer && write_or_wait(kernel_task, bytes_of(buffer), 0x10) &&
        write_or_wait(kernel_task, bytes_of(buffer) + 3 * PAGE, 0x13))
        return buffer;
    drop(buffer);
    return NULL;
}

struct mapping {
    IOMemoryDescriptorRef md;
    task_t task;
    IOOptionBits options;
};

static bool map_and_touch(void *context)
{
    const struct mapping *with = context;
    IOMemoryMapRef map =
        IOMemoryDescriptorCreateMappingInTask(with->md, with->task, 0, with->options | kIOMapAnywhere, 0, 0);
    bool done = map != NULL;
    uint8_t byte = 0;

    if (done)
        assert_true(touch_read(with->task, address(map) + 3 * PAGE, &byte) && byte == 0x13);
    drop(map);
    return done;
}

static void maps__come_or_do_not(void **state)
{
    static const IOOptionBits options[] = {0, kIOMapReadOnly, kIOMapGuardedSmall};
    IOBufferMemoryDescriptorRef buffer = mixed();
    task_t task = IOAddressSpaceCreate(LOW, HIGH);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        host_fail_each(map_and_touch, &(struct mapping){md_of(buffer), kernel_task, options[i] | kIOMapUnique});
        host_fail_each(map_and_touch, &(struct mapping){md_of(buffer), task, options[i]});
    }
    assert_int_equal(resident(buffer), 2);
    assert_int_equal(count_of(buffer), 1);
    IOAddressSpaceDestroy(task);
    drop(buffer);
}

/* Pages that come under a map that lacks the table for them come to others all the same. */
static bool touch_an_absent_page(void *context)
{
    const struct mapping *with = context;
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 600);
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(md_of(buffer), with->task, 0, kIOMapAnywhere, 0, 0);
    IOMemoryMapRef other = map ? IOMemoryDescriptorMap(md_of(buffer), 0) : NULL;
    bool done = other != NULL;

    for (uint64_t i = 0; done && i < 600; i += 299)
        done = write_or_wait(with->task, address(map) + i * PAGE, 5) &&
               touch_write(kernel_task, address(other) + i * PAGE, 6) &&
               byte_of(with->task, address(map) + i * PAGE) == 6;
    drop(other);
    drop(map);
    drop(buffer);
    return done;
}

static void pages__come_or_wait(void **state)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);

    (void)state;
    host_fail_each(touch_an_absent_page, &(struct mapping){.task = kernel_task});
    host_fail_each(touch_an_absent_page, &(struct mapping){.task = task});
    IOAddressSpaceDestroy(task);
}

static bool prepare(void *unused)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 20);
    IOMemoryMapRef map = buffer ? IOMemoryDescriptorMap(md_of(buffer), 0) : NULL;
    bool done = map && IOMemoryDescriptorPrepare(md_of(buffer), kIODirectionInOut) == kIOReturnSuccess;

    (void)unused;
    if (map && !done) {
        assert_int_equal(IOMemoryDescriptorGetPreparationID(md_of(buffer)), 0);
        enough();
        for (uint64_t i = 0; i < 20; i++) {
            put_byte(kernel_task, address(map) + i * PAGE, 1);
            assert_int_equal(port_frame(shown(kernel_task, address(map) + i * PAGE).pa)->pins, 0);
        }
    }
    drop(map);
    drop(buffer);
    return done;
}

static void prepares__pin_all_or_nothing(void **state)
{
    (void)state;
    host_fragment(); /* a run a page: the list of them is an allocation too */
    host_fail_each(prepare, NULL);
    host_defragment();
}

static bool wire(void *unused)
{
    IOBufferMemoryDescriptorRef buffer = pageable(NULL, 0, 5);
    IOMemoryMapRef map = buffer ? IOMemoryDescriptorMap(md_of(buffer), 0) : NULL;
    bool done = map && IOMemoryMapWireRange(map, kIODirectionOut, PAGE, 3 * PAGE) == kIOReturnSuccess;

    (void)unused;
    if (map && !done) {
        enough();
        for (uint64_t i = 0; i < 5; i++) {
            put_byte(kernel_task, address(map) + i * PAGE, 1);
            assert_int_equal(port_frame(shown(kernel_task, address(map) + i * PAGE).pa)->pins, 0);
        }
    }
    drop(map);
    drop(buffer);
    return done;
}

static void wires__pin_all_or_nothing(void **state)
{
    (void)state;
    host_fail_each(wire, NULL);
}

/* The types of the first and the last page, in the buffer's own view and in the linear map. */
static void expect_type(IOBufferMemoryDescriptorRef buffer, uint32_t type)
{
    for (uint64_t i = 0; i < 4; i += 3) {
        uint64_t va = bytes_of(buffer) + i * PAGE;

        assert_int_equal(host_attr(va), type | MMU_WRITE);
        assert_int_equal(host_linear_type(host_pa(va)), type);
    }
}

static bool retype(void *object)
{
    IOBufferMemoryDescriptorRef buffer = object;
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(buffer), kIOMapWriteCombineCache | kIOMapUnique);
    bool done = map != NULL;

    expect_type(buffer, done ? MMU_UNCACHED : MMU_WRITEBACK);
    drop(map);
    if (done) {
        enough();
        map = IOMemoryDescriptorMap(md_of(buffer), kIOMapCopybackCache | kIOMapUnique);
        assert_non_null(map);
        drop(map);
        expect_type(buffer, MMU_WRITEBACK);
    }
    return done;
}

/* A page that comes with a mode, while the linear map or another lacks a table to change. */
static bool touch_with_a_mode(void *unused)
{
    IOBufferMemoryDescriptorRef buffer = pageable(kernel_task, kIOMapWriteCombineCache, 2);
    bool done = buffer && write_or_wait(kernel_task, bytes_of(buffer) + PAGE, 1);

    (void)unused;
    drop(buffer);
    return done;
}

static void modes__change_or_do_not(void **state)
{
    IOBufferMemoryDescriptorRef buffer = mixed();

    (void)state;
    host_fail_each(retype, buffer);
    host_fail_each(touch_with_a_mode, NULL);
    drop(buffer);
}

static bool redirect(void *context)
{
    const struct mapping *with = context;
    IOBufferMemoryDescriptorRef buffer = mixed();
    IOMemoryMapRef map = buffer ? IOMemoryDescriptorMap(md_of(buffer), kIOMapUnique) : NULL;
    uint64_t va = map ? address(map) : 0;
    bool blocked = map && IOMemoryMapRedirect(map, NULL, 0, 0) == kIOReturnSuccess;
    bool done = map && IOMemoryMapRedirect(map, with->md, 0, 0) == kIOReturnSuccess;

    if (map) {
        enough();
        if (blocked && !done) /* it had no memory to come back either */
            assert_int_equal(IOMemoryMapRedirect(map, IOMemoryMapGetMemoryDescriptor(map), 0, 0), 0);
        assert_int_equal(byte_of(kernel_task, va), done ? 0x20 : 0x10);
        assert_int_equal(byte_of(kernel_task, va + 3 * PAGE), done ? 0x23 : 0x13);
        assert_int_equal(byte_of(kernel_task, va + PAGE), 0);
        assert_ptr_equal(IOMemoryMapGetMemoryDescriptor(map), done ? with->md : md_of(buffer));
    }
    drop(map);
    drop(buffer);
    return done;
}

static void redirections__happen_or_do_not(void **state)
{
    IOBufferMemoryDescriptorRef other = pageable(kernel_task, 0, 4);

    (void)state;
    put_byte(kernel_task, bytes_of(other), 0x20);
    put_byte(kernel_task, bytes_of(other) + 3 * PAGE, 0x23);
    host_fail_each(redirect, &(struct mapping){.md = md_of(other)});
    drop(other);
}

static bool overwrite(void *context)
{
    const struct mapping *with = context;
    IOBufferMemoryDescriptorRef buffer = mixed();
    IOMemoryMapRef map = NULL;
    bool done;

    if (!buffer)
        return false;
    map = IOMemoryDescriptorCreateMappingInTask(with->md, kernel_task, bytes_of(buffer), kIOMapOverwrite, 0, 4 * PAGE);
    done = map != NULL;
    drop(map);
    enough();
    assert_int_equal(byte_of(kernel_task, bytes_of(buffer)), done ? 0x20 : 0x10);
    assert_int_equal(byte_of(kernel_task, bytes_of(buffer) + 3 * PAGE), done ? 0x23 : 0x13);
    assert_int_equal(byte_of(kernel_task, bytes_of(buffer) + 2 * PAGE), 0);
    drop(buffer);
    return done;
}

static void overwriting__happens_or_does_not(void **state)
{
    IOBufferMemoryDescriptorRef other = pageable(NULL, 0, 4);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md_of(other), 0);

    (void)state;
    put_byte(kernel_task, address(map), 0x20);
    put_byte(kernel_task, address(map) + 3 * PAGE, 0x23);
    host_fail_each(overwrite, &(struct mapping){.md = md_of(other)});
    drop(map);
    drop(other);
}

static bool copy(void *object)
{
    IOBufferMemoryDescriptorRef from = object;
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCopy(
        kernel_task, kIODirectionInOut | kIOMemoryPageable, kernel_task, bytes_of(from), 4 * PAGE);
    bool done = buffer != NULL;

    if (done)
        assert_int_equal(byte_of(kernel_task, bytes_of(buffer) + 3 * PAGE), 0x13);
    drop(buffer);
    return done;
}

static void copies__are_made_or_not(void **state)
{
    IOBufferMemoryDescriptorRef from = mixed();

    (void)state;
    host_fail_each(copy, from);
    assert_int_equal(byte_of(kernel_task, bytes_of(from)), 0x10);
    drop(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(buffers__come_or_do_not),
        TEST(maps__come_or_do_not),
        TEST(pages__come_or_wait),
        TEST(prepares__pin_all_or_nothing),
        TEST(wires__pin_all_or_nothing),
        TEST(modes__change_or_do_not),
        TEST(redirections__happen_or_do_not),
        TEST(overwriting__happens_or_does_not),
        TEST(copies__are_made_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
