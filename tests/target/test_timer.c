/* Timer calls on one core: never early, not late, in order, and as many as there is room for. */
#include "arch/cpu.h"
#include "startup/runtime.h"
#include "tests/target/tap.h"
#include "tests/target/ticks.h"

#define SECOND 1000000

static volatile int count;
static volatile uint64_t order;

static void add_one(void *unused)
{
    (void)unused;
    count++;
}

static void note(void *digit)
{
    order = order * 10 + (uintptr_t)digit;
    count++;
}

static volatile uint64_t came_at;

static void note_time(void *unused)
{
    (void)unused;
    came_at = ticks_now();
    count++;
}

static void timer__calls_not_before_its_time_and_not_long_after(void)
{
    for (uint64_t delay = 0; delay <= 100000; delay = delay * 10 + (delay == 0)) {
        uint64_t asked = ticks_now();

        count = 0;
        CHECK_EQ(timer_call(delay, note_time, NULL), 0);
        CHECK(ticks_wait(&count, 1));
        CHECK(came_at - asked >= ticks_in(delay));
        CHECK(came_at - asked < ticks_in(delay + 5 * SECOND)); /* the host may be busy */
    }
}

/* Ticks that it took to ask. */
static uint64_t ask_out_of_order(void)
{
    uint64_t begin = ticks_now();

    count = 0;
    order = 0;
    CHECK_EQ(timer_call(90000, note, (void *)5), 0);
    CHECK_EQ(timer_call(30000, note, (void *)2), 0);
    CHECK_EQ(timer_call(60000, note, (void *)3), 0);
    CHECK_EQ(timer_call(15000, note, (void *)1), 0);
    CHECK_EQ(timer_call(75000, note, (void *)4), 0);
    return ticks_now() - begin;
}

/* A busy host can take this machine's time away between two calls: then they are due in another order. */
static void timer__calls_in_the_order_in_which_they_are_due(void)
{
    uint64_t took;

    CHECK_EQ(timer_call(UINT64_MAX, note, (void *)9), 0); /* never */
    do {
        took = ask_out_of_order();
        CHECK(ticks_wait(&count, 5));
    } while (took > ticks_in(10000));
    CHECK_EQ(order, 12345);
}

/* Masked meanwhile, so that they are all due at once. */
static void timer__keeps_the_order_of_calls_that_are_due_together(void)
{
    uintptr_t was = irq_mask();

    count = 0;
    order = 0;
    for (uintptr_t i = 1; i <= 6; i++)
        CHECK_EQ(timer_call(0, note, (void *)i), 0);
    ticks_pause(10000);
    CHECK_EQ(count, 0);
    irq_restore(was);
    CHECK(ticks_wait(&count, 6));
    CHECK_EQ(order, 123456);
}

/* Masked, so that none comes before all are asked for. */
static void timer__refuses_one_call_too_many_and_changes_nothing(void)
{
    int taken = 0, error = 0;
    uintptr_t was = irq_mask();

    count = 0;
    while (taken < 100 && !(error = timer_call(10000, add_one, NULL)))
        taken++;
    irq_restore(was);
    CHECK_EQ(taken, TIMER_CALLS - 1); /* one that never comes is outstanding already */
    CHECK_EQ(error, IRQ_FULL);
    CHECK(ticks_wait(&count, taken));
    CHECK_EQ(timer_call(0, add_one, NULL), 0);
    CHECK(ticks_wait(&count, taken + 1));
}

static void tick(void *left)
{
    if (--*(int *)left)
        timer_call(1000, tick, left);
    else
        count++;
}

static void again_at_once(void *unused)
{
    (void)unused;
    count++;
    if (count < 1000)
        timer_call(0, again_at_once, NULL);
}

static void timer__may_be_asked_again_by_its_own_call(void)
{
    static int left = 50;

    count = 0;
    CHECK_EQ(timer_call(1000, tick, &left), 0);
    CHECK(ticks_wait(&count, 1));
    CHECK_EQ(left, 0);
    count = 0;
    CHECK_EQ(timer_call(0, again_at_once, NULL), 0);
    CHECK(ticks_wait(&count, 1000));
}

int main(void)
{
    TAP_RUN(timer__calls_not_before_its_time_and_not_long_after);
    TAP_RUN(timer__calls_in_the_order_in_which_they_are_due);
    TAP_RUN(timer__keeps_the_order_of_calls_that_are_due_together);
    TAP_RUN(timer__refuses_one_call_too_many_and_changes_nothing);
    TAP_RUN(timer__may_be_asked_again_by_its_own_call);
    return tap_done();
}
