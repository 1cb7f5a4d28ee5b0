/* fault_try and panic_try: a function runs to its end, or its fault or panic is told and the program goes on. */
#include <assert.h>
#include <string.h>

#include "iomem/port.h"
#include "startup/runtime.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static void succeed(void *count)
{
    ++*(int *)count;
}

static void read_zero(void *unused)
{
    (void)unused;
    touch_read(0);             /* caught inside */
    (void)*(volatile int *)16; /* caught by whoever tries this */
}

static void fault_try__runs_to_the_end_and_nests(void)
{
    struct fault fault = {0};
    int count = 0;

    CHECK(fault_try(succeed, &count, NULL));
    CHECK_EQ(count, 1);
    CHECK(!fault_try(read_zero, NULL, &fault));
    CHECK_EQ(fault.va, 16);
    CHECK(!fault_try(read_zero, NULL, NULL));
}

static void fault_try__costs_nothing_in_the_long_run(void)
{
    uint64_t free = machine_use().free;
    int caught = 0;

    for (int i = 0; i < 5000; i++)
        caught += !touch_write(8 * (uint64_t)i, 0).done;
    CHECK_EQ(caught, 5000);
    CHECK_EQ(machine_use().free, free);
}

static void panic_with_a_number(void *number)
{
    panic("number %d is %s", *(int *)number, "wrong");
}

static void fail_assertion(void *number)
{
    assert(*(int *)number == 1234);
}

static void call_port_panic(void *message)
{
    port_panic(message);
}

static void panic_try__tells_the_message(void)
{
    const char *message = NULL;
    int number = 7;

    CHECK(panic_try(succeed, &number, &message));
    CHECK_EQ(number, 8);
    CHECK(!panic_try(panic_with_a_number, &number, &message));
    CHECK(message && strcmp(message, "number 8 is wrong") == 0);
    CHECK(!panic_try(fail_assertion, &number, &message));
    CHECK(message && strstr(message, "number == 1234") && strstr(message, "test_try.c"));
    CHECK(!panic_try(call_port_panic, "from below", &message));
    CHECK(message && strstr(message, "from below"));
    CHECK(!panic_try(panic_with_a_number, &number, NULL));
}

static void panic_inside_and_outside(void *number)
{
    const char *message = NULL;

    CHECK(!panic_try(panic_with_a_number, number, &message));
    panic("outer");
}

static void fault_then_panic(void *number)
{
    CHECK_REFUSED(touch_read(0), FAULT_UNMAPPED);
    panic_with_a_number(number);
}

static void panic_and_read_zero(void *number)
{
    CHECK(!panic_try(fault_then_panic, number, NULL));
    (void)*(volatile int *)24;
}

static void panic_try__nests_with_itself_and_fault_try(void)
{
    const char *message = NULL;
    struct fault fault = {0};
    int number = 1;

    CHECK(!panic_try(panic_inside_and_outside, &number, &message));
    CHECK(message && strcmp(message, "outer") == 0);
    CHECK(!fault_try(panic_and_read_zero, &number, &fault));
    CHECK_EQ(fault.va, 24);
}

int main(void)
{
    TAP_RUN(fault_try__runs_to_the_end_and_nests);
    TAP_RUN(fault_try__costs_nothing_in_the_long_run);
    TAP_RUN(panic_try__tells_the_message);
    TAP_RUN(panic_try__nests_with_itself_and_fault_try);
    return tap_done();
}
