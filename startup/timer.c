/*
 * Calls at a time: each core has its own, in the order in which they are due, and its own timer set to the
 * first. Only the core itself touches its list, with interrupts masked.
 */
#include "startup/timer.h"

#include <string.h>

#include "arch/cpu.h"
#include "startup/core.h"
#include "startup/irq.h"
#include "startup/irq_tree.h"
#include "startup/runtime.h"
#include "startup/wakers.h"

struct call {
    uint64_t deadline; /* ticks */
    void (*run)(void *);
    void *arg;
};

struct schedule {
    struct call calls[TIMER_CALLS];
    unsigned count;
    bool ready; /* this core's timer may interrupt it */
};

static struct schedule schedules[CORE_MAX];

static void arm(const struct schedule *schedule)
{
    if (schedule->count)
        timer_set(schedule->calls[0].deadline);
    else
        timer_stop();
}

/* Behind those that are due at the same time. */
static void insert(struct schedule *schedule, struct call call)
{
    unsigned at = schedule->count++;

    for (; at && schedule->calls[at - 1].deadline > call.deadline; at--)
        schedule->calls[at] = schedule->calls[at - 1];
    schedule->calls[at] = call;
}

static struct call take_first(struct schedule *schedule)
{
    struct call first = schedule->calls[0];

    schedule->count--;
    memmove(&schedule->calls[0], &schedule->calls[1], schedule->count * sizeof first);
    return first;
}

/* A call that orders the next one with no delay is not due yet: the interrupted code gets its turn. */
static void expire(void *unused)
{
    struct schedule *schedule = &schedules[core_this()->number];
    uint64_t now = timer_ticks();

    (void)unused;
    while (schedule->count && schedule->calls[0].deadline <= now) {
        struct call call = take_first(schedule);

        call.run(call.arg);
        wakers_remove();
    }
    arm(schedule);
}

static int start(struct schedule *schedule)
{
    unsigned id = irq_tree_timer(runtime_device_tree(), timer_kind);
    int error = id && timer_hertz() ? irq_handle_quietly(id, expire, NULL) : IRQ_NONE;

    schedule->ready = !error;
    return error;
}

/* Rounded up: a call never comes early. What would lie beyond the count's end lies there. */
static uint64_t deadline_after(uint64_t microseconds)
{
    uint64_t hertz = timer_hertz(), now = timer_ticks();
    uint64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;

    if (seconds > (UINT64_MAX - now) / hertz - 1)
        return UINT64_MAX;
    return now + seconds * hertz + (rest * hertz + 999999) / 1000000 + 1;
}

int timer_call(uint64_t microseconds, void (*run)(void *), void *arg)
{
    struct schedule *schedule;
    uintptr_t was = irq_mask();
    int error;

    schedule = &schedules[core_this()->number];
    error = schedule->ready ? 0 : start(schedule);
    if (!error && schedule->count == TIMER_CALLS)
        error = IRQ_FULL;
    if (!error) {
        wakers_add();
        insert(schedule, (struct call){deadline_after(microseconds), run, arg});
        arm(schedule);
    }
    irq_restore(was);
    return error;
}
