/* What a hostile program in User mode tries by registers and instructions of AArch32. */
#include "startup/core.h"
#include "tests/target/hostile.h"
#include "tests/target/registers_v7.h"
#include "tests/target/tap.h"

static struct el0_task hostile;
static struct el0_exit out;

static void instructions__of_pl1_and_above_are_refused(void)
{
    uint64_t sum = hostile_image_sum();

    CHECK(hostile_all_refused(&hostile, hostile_privileged, hostile_privileged_names, EL0_DATA, FAULT_OTHER));
    CHECK(hostile_all_refused(&hostile, hostile_privileged, hostile_privileged_names, UINT32_MAX, FAULT_OTHER));
    CHECK(hostile_all_done(&hostile, hostile_allowed, hostile_allowed_names, EL0_DATA));
    CHECK_EQ(hostile_image_sum(), sum);
}

/* The handlers' stack is not where SP points. */
static void registers__a_bad_sp_hurts_el0_alone(void)
{
    const uint64_t bad[] = {core_this()->main_stack_top - 64, core_this()->exception_stack_top - 64, 0, 3, UINT32_MAX};

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQ(el0_run(hostile.task, el0_entry(el0_push), bad[i], 0, &out), 0);
        CHECK_EQ(out.kind, EL0_FAULT);
        CHECK_EQ(el0_run(hostile.task, el0_entry(el0_count), bad[i], 1, &out), 0);
        CHECK(out.kind == EL0_SYSCALL && out.args[0] == 2);
    }
}

/* CPACR, CNTKCTL, PMUSERENR, TPIDRURO, DBGDSCRext.UDCCdis, TEECR.XED where there is ThumbEE. */
static void rights__are_what_user_rights_says(void)
{
    CHECK_EQ(READ_CP15("c1, c0, 2"), 0xfu << 20);
    CHECK_EQ(READ_CP15("c14, c1, 0"), 0);
    CHECK_EQ(READ_CP15("c9, c14, 0"), 0);
    CHECK_EQ(READ_CP15("c13, c0, 3"), 0);
    CHECK(READ_COPROCESSOR("p14, 0, %0, c0, c2, 2") >> 12 & 1);
    if (READ_CP15("c0, c1, 0") >> 12 & 0xf)
        CHECK_EQ(READ_COPROCESSOR("p14, 6, %0, c0, c0, 0"), 1);
}

int main(void)
{
    if (!el0_task_make(&hostile) || !hostile_enter(&hostile))
        return 1;
    TAP_RUN(instructions__of_pl1_and_above_are_refused);
    TAP_RUN(registers__a_bad_sp_hurts_el0_alone);
    TAP_RUN(rights__are_what_user_rights_says);
    return tap_done();
}
