#include "tests/host/touch.h"

#include "iomem/address_space.h"
#include "tests/host/model.h"

#define TRIES 8 /* an access that is to come through has no more faults than this */

static struct judge_leaf try_once(task_t task, uint64_t va)
{
    return model_touch((unsigned)host_core, address_space_tables(task), va);
}

/* Serve the fault; false: it is one to the end. */
static bool serve(task_t task, uint64_t va, bool write, bool translation)
{
    struct port_abort abort = {
        .va = va,
        .space = address_space_tables(task),
        .write = write,
        .user = task->user,
        .translation = translation,
        .permission = !translation,
        .can_wait = true,
    };

    return host_abort_handler && host_abort_handler(&abort);
}

static uint8_t *touch(task_t task, uint64_t va, bool write)
{
    unsigned wanted = JUDGE_R | (write ? JUDGE_W : 0);

    for (unsigned i = 0; i < TRIES; i++) {
        struct judge_leaf leaf = try_once(task, va);
        unsigned granted = task->user ? leaf.el0 : leaf.el1;

        if (leaf.fault == JUDGE_NONE && (granted & wanted) == wanted)
            return port_linear(leaf.pa);
        if (!serve(task, va, write, leaf.fault != JUDGE_NONE))
            return NULL;
    }
    fail_msg("the access at %#jx faults for ever", (uintmax_t)va);
    return NULL;
}

bool touch_read(task_t task, uint64_t va, uint8_t *value)
{
    const uint8_t *byte = touch(task, va, false);

    if (byte)
        *value = *byte;
    return byte != NULL;
}

bool touch_write(task_t task, uint64_t va, uint8_t value)
{
    uint8_t *byte = touch(task, va, true);

    if (byte)
        *byte = value;
    return byte != NULL;
}

uint8_t byte_of(task_t task, uint64_t va)
{
    uint8_t value = 0;

    assert_true(touch_read(task, va, &value));
    return value;
}

void put_byte(task_t task, uint64_t va, uint8_t value)
{
    assert_true(touch_write(task, va, value));
}

struct IOPageInfo shown(task_t task, uint64_t va)
{
    struct IOPageInfo info = {0};
    IOReturn result = IOAddressSpaceQuery(task, va, &info);

    assert_true(result == kIOReturnSuccess || result == KERN_INVALID_ADDRESS);
    return info;
}

uint64_t resident(void *md)
{
    uint64_t pages = 99, dirty = 99;

    assert_int_equal(IOMemoryDescriptorGetPageCounts(md, &pages, &dirty), kIOReturnSuccess);
    assert_int_equal(dirty, pages);
    return pages;
}
