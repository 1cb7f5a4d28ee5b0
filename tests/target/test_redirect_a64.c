/*
 * Maps that change what they show, by real accesses: new memory, none until some is given back (by another core, by an
 * interrupt), a wait that nobody could end.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "mmu/lock.h"
#include "startup/runtime.h"
#include "tests/target/classes.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

#define SIZE (16 * PAGE)

static IOMemoryDescriptorRef one, two;
static IOMemoryMapRef map;

static void begin(void)
{
    one = filled_buffer(SIZE, 0x11);
    two = filled_buffer(SIZE, 0x22);
    map = IOMemoryDescriptorMap(one, kIOMapUnique);
}

static void end(void)
{
    release(map);
    release(one);
    release(two);
}

static void touch_map(void *unused)
{
    (void)unused;
    shown(map, 0);
}

static void touch_map_with_a_lock(void *unused)
{
    struct lock lock = LOCK_INIT;

    (void)unused;
    lock_acquire(&lock); /* masks interrupts, so nothing could end the wait on this core */
    shown(map, 0);
}

static void touch_map_in_interrupt(void *message)
{
    panic_try(touch_map, NULL, message);
}

static void blocked__a_wait_that_cannot_end_is_refused(void)
{
    const char *message = NULL, *volatile in_interrupt = NULL;

    begin();
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK(!panic_try(touch_map_with_a_lock, NULL, &message));
    CHECK(message && strstr(message, "cannot wait"));
    CHECK_EQ(timer_call(1000, touch_map_in_interrupt, (void *)(uintptr_t)&in_interrupt), 0);
    while (!in_interrupt)
        ;
    CHECK(strstr(in_interrupt, "cannot wait"));
    CHECK_EQ(IOMemoryMapRedirect(map, one, 0, 0), kIOReturnSuccess);
    CHECK_EQ(shown(map, 0), 0x11);
    end();
}

static volatile uint8_t seen;
static volatile int started;
static volatile uint64_t waited; /* ticks; 0: not at its end yet */

static void read_map(void *unused)
{
    uint64_t begun = ticks_now();

    (void)unused;
    started = 1;
    seen = shown(map, 5 * PAGE);
    waited = ticks_now() - begun;
}

/* Core 1 waits at a blocked page; this core copies the old memory, changes it, and gives the copy. */
static void another_core_waits(void)
{
    uint8_t byte = 0;

    begin();
    started = 0;
    waited = 0;
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    if (!CHECK(team_start(1, read_map, NULL)) || !CHECK(ticks_wait(&started, 1)))
        return;
    ticks_pause(20000);
    CHECK_EQ(waited, 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(one, 5 * PAGE, &byte, 1), 1);
    byte = (uint8_t)(byte + 1);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(two, 5 * PAGE, &byte, 1), 1);
    CHECK_EQ(IOMemoryMapRedirect(map, two, 0, 0), kIOReturnSuccess);
    CHECK(team_wait_idle(1));
    CHECK_EQ(seen, 0x12);
    CHECK(waited >= ticks_in(20000));
    end();
}

static unsigned refused;

static void read_map_or_count(void *unused)
{
    if (!panic_try(touch_map, unused, NULL))
        __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
}

/* Once this core has been refused, all others that are left wait, and go on to do so: who comes last is told. */
static void blocked__who_comes_last_is_refused_not_those_who_wait(void)
{
    begin();
    for (int round = 0; round < 20; round++) {
        CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
        for (int core = 1; core < 4; core++)
            CHECK(team_start(core, read_map_or_count, NULL));
        CHECK(!panic_try(touch_map, NULL, NULL));
        unsigned before = __atomic_load_n(&refused, __ATOMIC_RELAXED);
        for (int i = 0; i < 100; i++)
            CHECK(!panic_try(touch_map, NULL, NULL));
        CHECK_EQ(__atomic_load_n(&refused, __ATOMIC_RELAXED), before);
        CHECK_EQ(IOMemoryMapRedirect(map, two, 0, 0), kIOReturnSuccess);
        CHECK(team_wait());
    }
    end();
}

static void give_two(void *unused)
{
    (void)unused;
    IOMemoryMapRedirect(map, two, 0, 0);
}

static void blocked__a_timer_interrupt_of_this_core_ends_the_wait(void)
{
    begin();
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK_EQ(timer_call(20000, give_two, NULL), 0);
    CHECK_EQ(shown(map, 5 * PAGE), 0x22);
    end();
}

static void unmap_it(void *unused)
{
    (void)unused;
    IOMemoryMapUnmap(map);
}

static void blocked__who_waits_faults_when_the_map_goes(void)
{
    uint64_t va;

    begin();
    va = address(map);
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK_EQ(timer_call(20000, unmap_it, NULL), 0);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    end();
}

static volatile bool stop;
static volatile unsigned wrong;

/* Every byte read is one of the two memories': never a fault, never something else. */
static void read_on(void *unused)
{
    (void)unused;
    while (!stop) {
        uint8_t byte = shown(map, 3 * PAGE + 7);

        wrong += byte != 0x11 && byte != 0x22;
    }
}

static void redirect__readers_on_other_cores_see_old_or_new(void)
{
    begin();
    stop = false;
    wrong = 0;
    for (int core = 1; core < 4; core++)
        CHECK(team_start(core, read_on, NULL));
    for (int i = 0; i < 500; i++)
        if (IOMemoryMapRedirect(map, i % 3 == 2 ? NULL : (i % 2 ? one : two), 0, 0) != kIOReturnSuccess)
            wrong++;
    CHECK_EQ(IOMemoryMapRedirect(map, one, 0, 0), kIOReturnSuccess);
    stop = true;
    CHECK(team_wait());
    CHECK_EQ(wrong, 0);
    end();
}

int main(void)
{
    TAP_RUN(blocked__a_wait_that_cannot_end_is_refused);
    TAP_RUN(blocked__a_timer_interrupt_of_this_core_ends_the_wait);
    TAP_RUN(blocked__who_waits_faults_when_the_map_goes);
    tap_run("D12 redirect(NULL): another core waits, and goes on with the new memory", another_core_waits);
    TAP_RUN(blocked__who_comes_last_is_refused_not_those_who_wait);
    TAP_RUN(redirect__readers_on_other_cores_see_old_or_new);
    return tap_done();
}
