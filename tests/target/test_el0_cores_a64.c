/*
 * Programs at EL0 while interrupts come, and on several cores: served and gone on with, stopped, destroyed under
 * others.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "startup/spaces.h"
#include "iomem/iomem.h"
#include "tests/target/el0.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

static struct el0_task one;
static struct el0_exit out;

static volatile unsigned handled;

enum { SPIN_SIZE = 16 }; /* what el0_spin uses: a word that ends it, and its count */

/* What a core's el0_spin has counted so far in a task. */
static uint64_t turns_of(const struct el0_task *task, int core)
{
    return *(volatile uint64_t *)(el0_data(task) + SPIN_SIZE * core + 8);
}

static uint64_t turns(void)
{
    return turns_of(&one, 0);
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
static void spin_in_victim(void *unused)
{
    (void)unused;
    el0_begin(&victim, el0_spin, EL0_DATA + SPIN_SIZE * (uint64_t)cpu_self(), &last[cpu_self()]);
}

static void destroy_under_the_others(void)
{
    CHECK(el0_task_make(&victim));
    for (int core = 1; core < cpu_count(); core++) {
        CHECK(team_start(core, spin_in_victim, NULL));
        while (turns_of(&victim, core) == 0)
            ;
    }
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

static struct el0_task active, next;

/* The next one may get what the destroyed one had. */
static void destroy_the_active(void *unused)
{
    (void)unused;
    while (turns() < 100)
        ;
    el0_task_drop(&active);
    CHECK(el0_task_make(&next));
    *el0_data(&one) = 1;
}

static void run_over_its_destruction(void)
{
    clear_data();
    CHECK(el0_task_make(&active));
    IOAddressSpaceActivate(active.task);
    CHECK(touch_write_el0(EL0_DATA, 1).done);
    CHECK(team_start(1, destroy_the_active, NULL));
    CHECK_EQ(el0_begin(&one, el0_spin, EL0_DATA, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK(team_wait_idle(1));
    CHECK_REFUSED(touch_read_el0(EL0_DATA), FAULT_UNMAPPED);
    IOAddressSpaceActivate(NULL);
    el0_task_drop(&next);
}

/* The space that was active before el0_run, and would be again, goes meanwhile. */
static void destroy__of_the_space_that_was_active_before(void)
{
    struct machine_use before, after;

    run_over_its_destruction();
    before = machine_use();
    for (int i = 0; i < 3; i++)
        run_over_its_destruction();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
    CHECK_EQ(spaces_asid_count(), 1); /* of task one */
}

/* Not before EL0 runs, however long the host lets it wait. */
static void destroy_victim(void *unused)
{
    (void)unused;
    if (turns_of(&victim, 0) == 0) {
        timer_call(1000, destroy_victim, NULL);
        return;
    }
    el0_task_drop(&victim);
    handled++;
}

/* EL0 goes on with nothing mapped: it faults, and only then do its registers' places go. */
static void destroy__by_a_handler_of_what_it_interrupted(void)
{
    handled = 0;
    for (unsigned turn = 1; turn < 4; turn++) {
        CHECK(el0_task_make(&victim));
        CHECK_EQ(timer_call(1000, destroy_victim, NULL), 0);
        CHECK_EQ(el0_begin(&victim, el0_spin, EL0_DATA, &out), 0);
        CHECK_EQ(handled, turn);
        CHECK_EQ(out.kind, EL0_FAULT);
        CHECK_EQ(out.fault.verdict, FAULT_UNMAPPED);
        CHECK_EQ(spaces_asid_count(), 1);
    }
}

#define MAPPED (EL0_DATA + 0x2000000)

static volatile bool stop;
static volatile unsigned mapped;

static void come_and_go(void *unused)
{
    (void)unused;
    while (!stop) {
        IOMemoryMapRef map =
            IOMemoryDescriptorCreateMappingInTask(four_pages, one.task, MAPPED, kIOMapUnique, 0, FOUR_PAGES);

        mapped += map != NULL;
        release(map);
    }
}

static void copy__meets_pages_that_come_and_go(void)
{
    static uint8_t bytes[128];
    unsigned whole = 0, refused = 0, tries = 0;

    stop = false;
    mapped = 0;
    if (!CHECK(team_start(1, come_and_go, NULL)))
        return;
    while ((tries++ < 500 || !whole || !refused) && tries < 200000) {
        int result = el0_copy_in(one.task, bytes, MAPPED + PAGE - 64, 128);

        whole += result == 0;
        refused += result == EL0_POINTER;
        if (result == 0 && (bytes[63] != 0x20 || bytes[64] != 0x21))
            break;
    }
    stop = true;
    CHECK(team_wait_idle(1));
    CHECK(whole && refused && mapped);
    CHECK_EQ(whole + refused, tries - 1);
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&one))
        return 1;
    TAP_RUN(interrupt__is_served_and_el0_goes_on);
    TAP_RUN(interrupt__ends_the_run_when_a_handler_says_so);
    TAP_RUN(interrupt__a_stop_that_comes_early_is_not_lost);
    TAP_RUN(cores__run_one_task_together);
    TAP_RUN(destroy__ends_what_other_cores_run);
    TAP_RUN(destroy__of_the_space_that_was_active_before);
    TAP_RUN(destroy__by_a_handler_of_what_it_interrupted);
    TAP_RUN(copy__meets_pages_that_come_and_go);
    return tap_done();
}
