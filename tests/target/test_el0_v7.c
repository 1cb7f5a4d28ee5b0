/* What is AArch32's own of el0_run: Thumb, immediates that are in the instruction only, addresses of 32 bits. */
#include "tests/target/el0.h"
#include "tests/target/tap.h"

static struct el0_task task;
static struct el0_exit out;

static void thumb__is_entered_by_an_odd_address(void)
{
    CHECK_EQ(el0_begin(&task, el0_thumb + 1, 40, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.number, 9);
    CHECK_EQ(out.args[0], 41);
    CHECK_EQ(out.fault.pc, el0_entry(el0_thumb) + 4);
    CHECK_EQ(el0_go_on(&task, 77, &out), 0);
    CHECK_EQ(out.number, 0x12345678);
    CHECK_EQ(out.args[0], 77);
}

static void call__has_an_immediate_of_24_bits(void)
{
    CHECK_EQ(el0_begin(&task, el0_wide, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.number, 0xabcdef);
}

static void entry__that_no_register_holds_is_refused(void)
{
    out.kind = 99;
    CHECK_EQ(el0_begin(&task, el0_look + 2, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(task.task, EL0_CODE + (UINT64_C(1) << 32), EL0_STACK_TOP, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(task.task, EL0_CODE, UINT64_C(1) << 32, 0, &out), EL0_BAD);
    CHECK_EQ(out.kind, 99);
}

static void result__is_the_low_half_of_what_it_is_told(void)
{
    CHECK_EQ(el0_begin(&task, el0_count, 0, &out), 0);
    CHECK_EQ(el0_go_on(&task, UINT64_MAX, &out), 0);
    CHECK_EQ(out.args[0], 0);
    CHECK_EQ(out.number, 501);
}

int main(void)
{
    if (!el0_task_make(&task))
        return 1;
    TAP_RUN(thumb__is_entered_by_an_odd_address);
    TAP_RUN(call__has_an_immediate_of_24_bits);
    TAP_RUN(entry__that_no_register_holds_is_refused);
    TAP_RUN(result__is_the_low_half_of_what_it_is_told);
    return tap_done();
}
