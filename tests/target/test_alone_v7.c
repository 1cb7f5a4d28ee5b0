/*
 * What AArch32 does not have is refused with its reason: second cores and interrupts.
 *
 * QEMU: -smp 2
 */
#include "startup/runtime.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static int runs;

static void run(void *unused)
{
    (void)unused;
    runs++;
}

static void cores__are_refused(void)
{
    CHECK_EQ(cpu_self(), 0);
    CHECK_EQ(cpu_start(-1, run, NULL), CPU_NONE);
    CHECK_EQ(cpu_start(cpu_count(), run, NULL), CPU_NONE);
    CHECK_EQ(cpu_start(0, run, NULL), CPU_RUNNING);
    for (int i = 1; i < cpu_count(); i++)
        CHECK_EQ(cpu_start(i, run, NULL), CPU_REFUSED);
    CHECK_EQ(runs, 0);
}

static void interrupts__are_refused(void)
{
    CHECK_EQ(irq_handle(34, run, NULL), IRQ_NONE);
    CHECK_EQ(timer_call(1, run, NULL), IRQ_NONE);
    CHECK_EQ(runs, 0);
}

int main(void)
{
    TAP_RUN(cores__are_refused);
    TAP_RUN(interrupts__are_refused);
    return tap_done();
}
