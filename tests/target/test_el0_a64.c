/*
 * Programs at EL0, by el0_run: entered with nothing of the kernel's, left by calls, faults and handlers, gone on with.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"
#include "tests/target/el0_a64.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

static struct el0_task one, two;
static struct el0_exit out;

static void run__enters_with_nothing_of_the_kernels(void)
{
    CHECK_EQ(el0_begin(&one, el0_look, 0x5a, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.number, 1);
    CHECK_EQ(out.args[0], 0x5a);
    CHECK_EQ(out.args[1], EL0_STACK_TOP);
    CHECK_EQ(out.args[2], 0x5a);
    CHECK_EQ(out.args[3], 33);
    CHECK_EQ(out.args[4], 44);
    CHECK_EQ(out.args[5], 55);
    CHECK_EQ(out.fault.va, 0);
    CHECK_EQ(out.fault.syndrome, 0);
}

static void run__goes_on_after_a_call_with_its_result(void)
{
    CHECK_EQ(el0_begin(&one, el0_count, 7, &out), 0);
    for (uint64_t turn = 0; turn < 100; turn++) {
        CHECK_EQ(out.kind, EL0_SYSCALL);
        CHECK_EQ(out.number, 500 + turn);
        CHECK_EQ(out.args[0], 8 + 10 * turn);
        CHECK_EQ(el0_go_on(&one, out.args[0] + 9, &out), 0);
    }
}

static void run__keeps_every_register_of_el0(void)
{
    CHECK_EQ(el0_begin(&one, el0_keep, 0x1234567800, &out), 0);
    CHECK_EQ(out.number, 3);
    CHECK_EQ(out.args[0], 0x1234567800);
    CHECK_EQ(out.args[5], 0x1234567805);
    CHECK_EQ(el0_begin(&two, el0_look, 0, &out), 0); /* another task's come in between */
    CHECK_EQ(out.args[0], 0);
    CHECK_EQ(el0_go_on(&one, 77, &out), 0);
    CHECK_EQ(out.number, 2);
    CHECK_EQ(out.args[0], 0);
    CHECK_EQ(out.args[1], 77);
}

static void run__keeps_the_callers_registers(void)
{
    register double d8 __asm__("d8") = 1.5;
    register double d15 __asm__("d15") = 2.5;
    register uint64_t x19 __asm__("x19") = 19;
    register uint64_t x28 __asm__("x28") = 28;
    bool kept;

    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    el0_begin(&one, el0_keep, 0x55, &out);
    __asm__ volatile("" : "+w"(d8), "+w"(d15), "+r"(x19), "+r"(x28));
    kept = d8 == 1.5 && d15 == 2.5 && x19 == 19 && x28 == 28;
    CHECK(kept);
}

static void tasks__take_turns(void)
{
    struct el0_exit other;

    CHECK_EQ(el0_begin(&one, el0_count, 1000, &out), 0);
    CHECK_EQ(el0_begin(&two, el0_count, 2000, &other), 0);
    for (uint64_t turn = 1; turn < 20; turn++) {
        CHECK_EQ(el0_go_on(&one, out.args[0], &out), 0);
        CHECK_EQ(el0_go_on(&two, other.args[0], &other), 0);
        CHECK_EQ(out.args[0], 1001 + turn);
        CHECK_EQ(other.args[0], 2001 + turn);
    }
}

static void run__leaves_the_active_space_as_it_was(void)
{
    IOAddressSpaceActivate(two.task);
    *el0_data(&two) = 0x42;
    *el0_data(&one) = 0x41;
    CHECK_EQ(el0_begin(&one, el0_load, EL0_DATA, &out), 0);
    CHECK_EQ(out.args[0], 0x41);
    CHECK_EQ(touch_read_el0(EL0_DATA).value, 0x42);
    IOAddressSpaceActivate(NULL);
    CHECK_EQ(el0_begin(&two, el0_load, EL0_DATA, &out), 0);
    CHECK_EQ(out.args[0], 0x42);
    CHECK_REFUSED(touch_read_el0(EL0_DATA), FAULT_UNMAPPED);
}

static void fault__is_told_and_the_instruction_can_be_tried_again(void)
{
    uint64_t va = EL0_DATA + PAGE;

    CHECK_EQ(el0_begin(&one, el0_load, va, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.va, va);
    CHECK_EQ(out.fault.pc, el0_entry(el0_load));
    CHECK_EQ(out.fault.verdict, FAULT_UNMAPPED);
    CHECK_EQ(touch_class(&out.fault), 0x24);
    CHECK_EQ(el0_go_on(&one, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK(el0_task_map(&one, va, two.data_pa, 0));
    *el0_data(&two) = 0x66;
    CHECK_EQ(el0_go_on(&one, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.args[0], 0x66);
    CHECK_EQ(el0_begin(&one, el0_store, va, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
}

static void isolation__el0_reaches_nothing_of_the_kernels(void)
{
    static int data;
    uint64_t kernel[] = {(uintptr_t)el0_run, (uintptr_t)&data, (uintptr_t)el0_code, (uintptr_t)&kernel,
                         (uintptr_t)port_linear(one.data_pa)};

    for (unsigned i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        const char *programs[] = {el0_load, el0_store, el0_jump};

        for (unsigned p = 0; p < 3; p++) {
            CHECK_EQ(el0_begin(&one, programs[p], kernel[i], &out), 0);
            CHECK_EQ(out.kind, EL0_FAULT);
            CHECK_EQ(out.fault.va, kernel[i]);
            CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
        }
    }
    CHECK_EQ(el0_begin(&one, el0_jump, EL0_DATA, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
}

static void errors__run_nothing(void)
{
    struct el0_task fresh;
    struct lock lock = LOCK_INIT;

    out.kind = 99;
    CHECK_EQ(el0_run(NULL, EL0_CODE, 0, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(kernel_task, EL0_CODE, 0, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(one.task, EL0_CODE, 0, 0, NULL), EL0_BAD);
    lock_acquire(&lock);
    CHECK_EQ(el0_begin(&one, el0_look, 0, &out), EL0_CONTEXT);
    lock_release(&lock);
    CHECK(el0_task_make(&fresh));
    CHECK_EQ(el0_go_on(&fresh, 0, &out), EL0_NOTHING);
    CHECK_EQ(out.kind, 99);
    el0_task_drop(&fresh);
}

static volatile unsigned handled;

/* What el0_spin has counted so far. */
static uint64_t turns(void)
{
    return *(volatile uint64_t *)(el0_data(&one) + 8);
}

static void clear_data(void)
{
    memset((void *)(uintptr_t)el0_data(&one), 0, 16);
    handled = 0;
}

/* EL0 has been seen to go on after the first of these: the second ends its loop. */
static void let_it_go_on_once(void *seen)
{
    uint64_t now = turns();

    handled++;
    if (seen && now > (uintptr_t)seen)
        *el0_data(&one) = 9;
    else
        timer_call(1000, let_it_go_on_once, (void *)(uintptr_t)now);
}

static void interrupt__is_served_and_el0_goes_on(void)
{
    clear_data();
    CHECK_EQ(timer_call(1000, let_it_go_on_once, NULL), 0);
    CHECK_EQ(el0_begin(&one, el0_spin, EL0_DATA, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.args[0], 9);
    CHECK_EQ(out.args[1], turns());
    CHECK(handled >= 2);
}

static void stop_el0(void *unused)
{
    (void)unused;
    handled++;
    el0_stop();
}

static void interrupt__ends_the_run_when_a_handler_says_so(void)
{
    uint64_t before;

    clear_data();
    CHECK_EQ(timer_call(1000, stop_el0, NULL), 0);
    CHECK_EQ(el0_begin(&one, el0_spin, EL0_DATA, &out), 0);
    CHECK_EQ(out.kind, EL0_INTERRUPTED);
    CHECK_EQ(handled, 1);
    CHECK(out.fault.pc >= el0_entry(el0_spin) && out.fault.pc < EL0_CODE + PAGE);
    do {
        before = turns();
        CHECK_EQ(timer_call(1000, stop_el0, NULL), 0);
        CHECK_EQ(el0_go_on(&one, 0, &out), 0);
        CHECK_EQ(out.kind, EL0_INTERRUPTED);
    } while (turns() == before);
    *el0_data(&one) = 3;
    CHECK_EQ(el0_go_on(&one, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.args[0], 3);
}

static void interrupt__a_stop_that_comes_early_is_not_lost(void)
{
    el0_stop();
    CHECK_EQ(el0_begin(&one, el0_count, 5, &out), 0);
    CHECK_EQ(out.kind, EL0_INTERRUPTED);
    CHECK_EQ(out.fault.pc, el0_entry(el0_count));
    CHECK_EQ(el0_go_on(&one, 99, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.args[0], 6);
    el0_stop();
    CHECK_EQ(el0_go_on(&one, 10, &out), 0); /* the call's result is kept */
    CHECK_EQ(out.kind, EL0_INTERRUPTED);
    CHECK_EQ(el0_go_on(&one, 99, &out), 0);
    CHECK_EQ(out.args[0], 11);
}

static unsigned wrong[TEAM_MAX];

static void count_to_a_thousand(void *unused)
{
    struct el0_exit mine;
    uint64_t base = 100000 * (uint64_t)(cpu_self() + 1);
    unsigned *errors = &wrong[cpu_self()];

    (void)unused;
    *errors += el0_begin(&one, el0_count, base, &mine) != 0;
    for (uint64_t turn = 1; turn < 1000 && !*errors; turn++) {
        *errors += mine.kind != EL0_SYSCALL || mine.args[0] != base + turn || mine.number != 499 + turn;
        *errors += el0_go_on(&one, mine.args[0], &mine) != 0;
    }
}

static void cores__run_one_task_together(void)
{
    memset(wrong, 0, sizeof wrong);
    CHECK(team_run(count_to_a_thousand, NULL));
    for (int core = 0; core < cpu_count(); core++)
        CHECK_EQ(wrong[core], 0);
}

static struct el0_task victim;
static struct el0_exit last[TEAM_MAX];
static volatile unsigned inside;

static void spin_in_victim(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST);
    el0_begin(&victim, el0_spin, EL0_DATA, &last[cpu_self()]);
}

static void destroy_under_the_others(void)
{
    inside = 0;
    CHECK(el0_task_make(&victim));
    for (int core = 1; core < cpu_count(); core++)
        CHECK(team_start(core, spin_in_victim, NULL));
    while (inside + 1 < (unsigned)cpu_count())
        ;
    for (volatile int i = 0; i < 1000000; i++)
        ;
    el0_task_drop(&victim);
    CHECK(team_wait());
    for (int core = 1; core < cpu_count(); core++) {
        CHECK_EQ(last[core].kind, EL0_FAULT);
        CHECK_EQ(last[core].fault.verdict, FAULT_UNMAPPED);
    }
}

/* EL0 of other cores meets nothing any more, and all of the space comes back once they have left it. */
static void destroy__ends_what_other_cores_run(void)
{
    struct machine_use before, after;

    destroy_under_the_others(); /* the heap has grown */
    before = machine_use();
    for (int i = 0; i < 3; i++)
        destroy_under_the_others();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

static void copy__refuses_what_el0_may_not_touch(void)
{
    char bytes[24] = "a string of some length";
    uint64_t kernel = (uintptr_t)bytes;

    CHECK_EQ(el0_copy_out(one.task, EL0_DATA + 5, bytes, sizeof bytes), 0);
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(el0_copy_in(one.task, bytes, EL0_DATA + 5, sizeof bytes), 0);
    CHECK(strcmp(bytes, "a string of some length") == 0);
    CHECK_EQ(el0_copy_out(one.task, EL0_CODE, bytes, 1), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, EL0_CODE - 8, 16), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, kernel, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_out(one.task, kernel, bytes, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, UINT64_MAX - 3, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_in(kernel_task, bytes, EL0_DATA, 8), EL0_BAD);
}

int main(void)
{
    if (!el0_task_make(&one) || !el0_task_make(&two))
        return 1;
    TAP_RUN(run__enters_with_nothing_of_the_kernels);
    TAP_RUN(run__goes_on_after_a_call_with_its_result);
    TAP_RUN(run__keeps_every_register_of_el0);
    TAP_RUN(run__keeps_the_callers_registers);
    TAP_RUN(tasks__take_turns);
    TAP_RUN(run__leaves_the_active_space_as_it_was);
    TAP_RUN(fault__is_told_and_the_instruction_can_be_tried_again);
    TAP_RUN(copy__refuses_what_el0_may_not_touch);
    TAP_RUN(isolation__el0_reaches_nothing_of_the_kernels);
    TAP_RUN(errors__run_nothing);
    TAP_RUN(interrupt__is_served_and_el0_goes_on);
    TAP_RUN(interrupt__ends_the_run_when_a_handler_says_so);
    TAP_RUN(interrupt__a_stop_that_comes_early_is_not_lost);
    TAP_RUN(cores__run_one_task_together);
    TAP_RUN(destroy__ends_what_other_cores_run);
    return tap_done();
}
