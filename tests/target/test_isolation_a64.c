/*
 * What a hostile program at EL0 tries by registers, instructions and addresses of AArch64, and while other cores run.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "iomem/iomem.h"
#include "startup/core.h"
#include "startup/layout.h"
#include "tests/target/four_pages.h"
#include "tests/target/hostile.h"
#include "tests/target/machine.h"
#include "tests/target/registers_a64.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

static struct el0_task hostile;
static struct el0_exit out;

static void nowhere__of_64_bits_is_refused(void)
{
    static const uint64_t nowhere[] = {UINT64_C(1) << TASK_VA_BITS, UINT64_C(0x0000ffffffffffc0),
                                       UINT64_C(0x5a00000010000000), /* no tags in the top byte */
                                       UINT64_C(0xff7fffffffffffc0), UINT64_C(0xffffff7fffffffc0)};

    for (unsigned i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        CHECK(hostile_cannot_touch(&hostile, nowhere[i], FAULT_UNMAPPED));
}

static struct el0_exit elsewhere;

static void spin_on_core(void *va)
{
    el0_begin(&hostile, el0_spin, (uintptr_t)va, &elsewhere);
}

/* A store that comes after the unmap would be seen in the page. */
static void stale__another_core_loses_the_page_while_it_runs(void)
{
    for (unsigned turn = 0; turn < 20; turn++) {
        IOMemoryMapRef map =
            IOMemoryDescriptorCreateMappingInTask(four_pages, hostile.task, 0, kIOMapAnywhere, 0, PAGE);
        volatile uint64_t *count = (volatile uint64_t *)(four_pages_linear(0) + 8);
        uint64_t va = address(map), then;

        *(volatile uint64_t *)four_pages_linear(0) = *count = 0;
        if (!CHECK(team_start(1, spin_on_core, (void *)(uintptr_t)va)))
            return;
        while (*count < 100)
            ;
        IOMemoryMapUnmap(map);
        then = *count;
        CHECK(team_wait_idle(1));
        CHECK_EQ(*count, then);
        CHECK_EQ(elsewhere.kind, EL0_FAULT);
        CHECK_EQ(elsewhere.fault.verdict, FAULT_UNMAPPED);
        CHECK_EQ(elsewhere.fault.va & ~UINT64_C(15), va);
        release(map);
    }
    memset((void *)(uintptr_t)four_pages_linear(0), 0x20, 16);
}

static volatile int waking, woken;

/* WFI goes on with an interrupt: there is always a next one, until it is said to be enough. */
static void wake(void *unused)
{
    if (waking)
        timer_call(20000, wake, unused);
    else
        woken = 1;
}

static void instructions__of_el1_and_above_are_refused(void)
{
    uint64_t sum = hostile_image_sum();

    CHECK(hostile_all_refused(&hostile, hostile_privileged, hostile_privileged_names, EL0_DATA, FAULT_OTHER));
    CHECK(hostile_all_refused(&hostile, hostile_privileged, hostile_privileged_names, UINT64_MAX, FAULT_OTHER));
    waking = 1;
    CHECK_EQ(timer_call(20000, wake, NULL), 0);
    CHECK(hostile_all_done(&hostile, hostile_allowed, hostile_allowed_names, EL0_DATA));
    waking = 0;
    CHECK(ticks_wait(&woken, 1));
    CHECK_EQ(hostile_image_sum(), sum);
}

static void stop_el0(void *unused)
{
    (void)unused;
    el0_stop();
}

static void registers__a_bad_pc_or_sp_hurts_el0_alone(void)
{
    CHECK_EQ(el0_run(hostile.task, el0_entry(el0_look) + 2, EL0_STACK_TOP, 0, &out), 0);
    CHECK(out.kind == EL0_FAULT && touch_class(&out.fault) == 0x22 && out.fault.verdict == FAULT_OTHER);
    CHECK_EQ(el0_run(hostile.task, el0_entry(el0_push), EL0_STACK_TOP - 8, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL || touch_class(&out.fault) == 0x26); /* QEMU does not check it */
    CHECK_EQ(el0_run(hostile.task, el0_entry(el0_push), core_this()->main_stack_top - 64, 0, &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_PERMISSION);
    for (uint64_t i = 0; i < 8; i++) { /* interrupts do not use its stack */
        *(volatile uint64_t *)el0_data(&hostile) = 0;
        CHECK_EQ(timer_call(500, stop_el0, NULL), 0);
        CHECK_EQ(el0_run(hostile.task, el0_entry(el0_spin), core_this()->exception_stack_top + i, EL0_DATA, &out), 0);
        CHECK_EQ(out.kind, EL0_INTERRUPTED);
    }
}

static bool right[TEAM_MAX];

/* SCTLR_EL1: EnTP2 and all other fields above 31, UCI, UCT, EnRCTX and UMA 0; SA0, DZE, nTWI, nTWE and TSCXT 1. */
static void look_at_rights(void *unused)
{
    uint64_t sctlr = READ_REGISTER("sctlr_el1"), set = 1 << 4 | 1 << 14 | 1 << 16 | 1 << 18 | 1 << 20;

    (void)unused;
    right[cpu_self()] = sctlr >> 32 == 0 && (sctlr & (1 << 26 | 1 << 15 | 1 << 10 | 1 << 9 | set)) == set &&
                        READ_REGISTER("cntkctl_el1") == 0 && READ_REGISTER("pmuserenr_el0") == 0 &&
                        READ_REGISTER("mdscr_el1") == 1 << 12 && READ_REGISTER("cpacr_el1") == 3 << 20 &&
                        READ_REGISTER("tpidrro_el0") == 0;
}

static void rights__are_the_same_on_every_core(void)
{
    memset(right, 0, sizeof right);
    CHECK(team_run(look_at_rights, NULL));
    for (int core = 0; core < cpu_count(); core++)
        CHECK(right[core]);
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&hostile) || !hostile_enter(&hostile))
        return 1;
    TAP_RUN(nowhere__of_64_bits_is_refused);
    TAP_RUN(stale__another_core_loses_the_page_while_it_runs);
    TAP_RUN(instructions__of_el1_and_above_are_refused);
    TAP_RUN(registers__a_bad_pc_or_sp_hurts_el0_alone);
    TAP_RUN(rights__are_the_same_on_every_core);
    return tap_done();
}
