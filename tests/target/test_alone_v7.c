/*
 * What AArch32 does not have is refused with its reason: second cores, interrupts, programs at PL0.
 *
 * QEMU: -smp 2
 */
#include "iomem/IOAddressSpace.h"
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

static void programs_at_pl0__are_refused(void)
{
    task_t task = IOAddressSpaceCreate(UINT64_C(0x10000000), UINT64_C(0x20000000));
    struct el0_exit end = {.kind = 77};

    CHECK_EQ(el0_run(task, UINT64_C(0x10000000), 0, 0, &end), EL0_UNSUPPORTED);
    CHECK_EQ(end.kind, 77);
    IOAddressSpaceDestroy(task);
}

int main(void)
{
    TAP_RUN(cores__are_refused);
    TAP_RUN(interrupts__are_refused);
    TAP_RUN(programs_at_pl0__are_refused);
    return tap_done();
}
