/* What is served below a program leaves its registers alone: pages that come, copies, waits with interrupts in them. */
#include "startup/runtime.h"
#include "tests/target/classes.h"
#include "tests/target/interrupted.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

enum { PAGES = 32, WAITS = 20 };

static IOMemoryDescriptorRef pageable(void)
{
    return make_buffer(kernel_task, kIODirectionInOut | kIOMemoryPageable, PAGES * PAGE);
}

static uint64_t resident(IOMemoryDescriptorRef buffer)
{
    uint64_t pages = 0, dirty = 0;

    CHECK_EQ(IOMemoryDescriptorGetPageCounts(buffer, &pages, &dirty), kIOReturnSuccess);
    return pages;
}

static void page_that_comes__changes_none(void)
{
    IOMemoryDescriptorRef buffer = pageable();

    for (unsigned i = 0; i < PAGES; i++) {
        CHECK_EQ(resident(buffer), i);
        CHECK_EQ(touch_changed_registers((uintptr_t)bytes_of(buffer) + i * PAGE), 0);
    }
    CHECK_EQ(resident(buffer), PAGES);
    release(buffer);
}

static void page_that_is_copied__changes_none(void)
{
    IOMemoryDescriptorRef buffer = pageable(), copied;
    IOMemoryMapRef map;

    for (unsigned i = 0; i < PAGES; i++)
        bytes_of(buffer)[i * PAGE] = 7;
    copied = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes_of(buffer), PAGES * PAGE,
                                                      kIODirectionInOut | kIOMemoryMapCopyOnWrite, kernel_task);
    map = IOMemoryDescriptorMap(copied, kIOMapUnique);
    for (unsigned i = 0; i < PAGES; i++) {
        CHECK_EQ(shown(map, i * PAGE), 7);
        CHECK_EQ(touch_changed_registers((uintptr_t)address(map) + i * PAGE), 0);
        CHECK(shown(map, i * PAGE) != 7);
        CHECK_EQ(bytes_of(buffer)[i * PAGE], 7);
    }
    release(map);
    release(copied);
    release(buffer);
}

static IOMemoryDescriptorRef buffer_shown;
static IOMemoryMapRef map_shown;

static void scribble(void *unused)
{
    (void)unused;
    interrupted_scribble();
}

static void give(void *unused)
{
    (void)unused;
    interrupted_scribble();
    IOMemoryMapRedirect(map_shown, buffer_shown, 0, 0);
}

/* The wait goes on after the first interrupt; the second ends it, and the access is tried again. */
static void page_that_is_waited_for__changes_none(void)
{
    buffer_shown = filled_buffer(PAGE, 0x11);
    map_shown = IOMemoryDescriptorMap(buffer_shown, kIOMapUnique);
    for (unsigned i = 0; i < WAITS; i++) {
        CHECK_EQ(IOMemoryMapRedirect(map_shown, NULL, 0, 0), kIOReturnSuccess);
        CHECK_EQ(timer_call(500, scribble, NULL), 0);
        CHECK_EQ(timer_call(1000, give, NULL), 0);
        CHECK_EQ(touch_changed_registers((uintptr_t)address(map_shown)), 0);
    }
    release(map_shown);
    release(buffer_shown);
}

int main(void)
{
    TAP_RUN(page_that_comes__changes_none);
    TAP_RUN(page_that_is_copied__changes_none);
    TAP_RUN(page_that_is_waited_for__changes_none);
    return tap_done();
}
