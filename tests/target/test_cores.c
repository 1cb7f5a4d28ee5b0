/*
 * More than one core: each is started, is set up as the first one is, has its own stacks and errno, takes its own
 * interrupts, and shares malloc, the console and locks with the others.
 *
 * QEMU: -smp 4
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mmu/lock.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "startup/runtime.h"
#include "tests/target/core_setup.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

/* ---- how a core is set up ---------------------------------------------------------------------------------------- */

struct setup {
    struct core_setup registers;
    int core;
    double half;
};

static struct setup setups[TEAM_MAX];

static void read_setup(void *unused)
{
    struct setup *setup = &setups[cpu_self()];
    volatile double one = 1.0;

    (void)unused;
    core_setup_read(&setup->registers);
    setup->core = cpu_self();
    setup->half = one / 2;
}

static void check_setup(const struct setup *setup, const struct setup *first)
{
    CHECK(setup->registers.home);
    for (int i = 0; i < CORE_SETUP_SAME; i++)
        CHECK_EQ(setup->registers.same[i], first->registers.same[i]);
    CHECK(setup->half > 0.4 && setup->half < 0.6);
}

static void cores__are_set_up_as_the_first_is(void)
{
    memset(setups, 0xff, sizeof setups);
    read_setup(NULL);
    CHECK(team_run(read_setup, NULL));
    for (int i = 0; i < cpu_count(); i++) {
        CHECK_EQ(setups[i].core, i);
        check_setup(&setups[i], &setups[0]);
        for (int other = 0; other < i; other++)
            CHECK(setups[other].registers.affinity != setups[i].registers.affinity);
    }
}

/* Both ends of the mapped pages around sp. */
static void find_stack(uint64_t sp, uint64_t *low, uint64_t *high)
{
    struct mmu_leaf leaf;

    *low = *high = sp & ~(PAGE - 1);
    while (mmu_walk(mmu_kernel_space(), *low - PAGE, &leaf) == MMU_OK)
        *low -= PAGE;
    CHECK_EQ(leaf.tag, MMU_TAG_GUARD);
    while (mmu_walk(mmu_kernel_space(), *high, &leaf) == MMU_OK)
        *high += PAGE;
    CHECK_EQ(leaf.tag, MMU_TAG_GUARD);
}

static void cores__have_stacks_of_their_own_between_guards(void)
{
    uint64_t low[2 * TEAM_MAX], high[2 * TEAM_MAX];
    int count = 0;

    for (int i = 0; i < cpu_count(); i++) {
        find_stack(setups[i].registers.sp, &low[count], &high[count]);
        count++;
        find_stack(setups[i].registers.exception_sp - 16, &low[count], &high[count]);
        count++;
    }
    for (int i = 0; i < count; i++) {
        CHECK(high[i] - low[i] >= 16384);
        for (int other = 0; other < i; other++)
            CHECK(low[i] >= high[other] || low[other] >= high[i]);
    }
}

/* ---- faults, panics and errno of a core -------------------------------------------------------------------------- */

static struct {
    struct touch touch;
    struct fault overflow;
    const char *message;
    bool survived;
    int error;
} tried[TEAM_MAX];

static volatile bool deeper = true;

static void overflow(void *depth)
{
    volatile char filler[4096];

    filler[0] = 1;
    if (deeper)
        overflow(depth);
    filler[1] = filler[0];
}

static void panic_with_number(void *unused)
{
    (void)unused;
    panic("core %d says so", cpu_self());
}

static void try_all(void *unused)
{
    int self = cpu_self();

    (void)unused;
    for (int i = 0; i < 200; i++) {
        errno = 100 + self;
        tried[self].touch = touch_read((uint64_t)self * 16);
        tried[self].survived = !panic_try(panic_with_number, NULL, &tried[self].message);
        tried[self].survived &= !fault_try(overflow, NULL, &tried[self].overflow);
        tried[self].error = errno;
    }
}

static void fault_try_and_panic_try__are_each_cores_own(void)
{
    memset(tried, 0, sizeof tried);
    CHECK(team_run(try_all, NULL));
    for (int i = 0; i < cpu_count(); i++) {
        char wanted[32];

        snprintf(wanted, sizeof wanted, "core %d says so", i);
        CHECK_REFUSED(tried[i].touch, FAULT_UNMAPPED);
        CHECK_EQ(tried[i].touch.fault.va, i * 16);
        CHECK(tried[i].survived && strcmp(tried[i].message, wanted) == 0);
        CHECK_EQ(tried[i].error, 100 + i);
        for (int other = 0; other < i; other++)
            CHECK(tried[i].overflow.va != tried[other].overflow.va);
    }
}

/* ---- starting ---------------------------------------------------------------------------------------------------- */

static volatile int go, started;

static void wait_to_go(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&started, 1, __ATOMIC_RELAXED);
    while (!go)
        ;
}

static void cpu_start__refuses_a_core_that_is_not_there_or_at_work(void)
{
    go = started = 0;
    CHECK_EQ(cpu_start(-1, wait_to_go, NULL), CPU_NONE);
    CHECK_EQ(cpu_start(cpu_count(), wait_to_go, NULL), CPU_NONE);
    CHECK_EQ(cpu_start(1 << 30, wait_to_go, NULL), CPU_NONE);
    CHECK_EQ(cpu_start(0, wait_to_go, NULL), CPU_RUNNING);
    CHECK(team_start(1, wait_to_go, NULL));
    CHECK_EQ(cpu_start(1, wait_to_go, NULL), CPU_RUNNING);
    go = 1;
    CHECK(team_start(1, wait_to_go, NULL)); /* once it has come to its end */
    CHECK(team_wait_idle(1));
    CHECK_EQ(started, 2);
}

static void add(void *sum)
{
    __atomic_fetch_add((int *)sum, 1 + cpu_self(), __ATOMIC_RELAXED);
}

static void cpu_start__can_be_repeated_without_end(void)
{
    struct machine_use before = machine_use();
    int sum = 0, wanted = 0;

    for (int i = 0; i < 2000; i++) {
        int core = 1 + i % (cpu_count() - 1);

        CHECK(team_start(core, add, &sum));
        wanted += 1 + core;
    }
    CHECK(team_wait());
    CHECK_EQ(sum, wanted);
    CHECK_EQ(machine_use().free, before.free);
}

static int relayed;

static void relay(void *unused)
{
    int next = cpu_self() + 1;

    (void)unused;
    relayed++;
    if (next < cpu_count())
        team_start(next, relay, NULL);
}

static void cpu_start__may_be_called_by_any_core(void)
{
    relayed = 0;
    CHECK(team_start(1, relay, NULL));
    for (int i = 1; i < cpu_count(); i++)
        CHECK(team_wait_idle(i));
    CHECK_EQ(relayed, cpu_count() - 1);
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static volatile int ticked[TEAM_MAX], strayed;

static void tick(void *number)
{
    int self = cpu_self();

    if (self != (int)(intptr_t)number)
        strayed++;
    if (++ticked[self] < 20)
        timer_call(1000, tick, number);
}

static void tick_and_wait(void *unused)
{
    int self = cpu_self();

    (void)unused;
    ticked[self] = 0;
    timer_call(500, tick, (void *)(intptr_t)self);
    while (ticked[self] < 10)
        ;
}

static void timer__calls_on_the_core_that_asked(void)
{
    CHECK(team_run(tick_and_wait, NULL));
    for (int i = 0; i < cpu_count(); i++) /* cores that have come to their end serve what they asked for */
        CHECK(ticks_wait(&ticked[i], 20));
    CHECK_EQ(strayed, 0);
}

/* ---- what cores share -------------------------------------------------------------------------------------------- */

static struct lock lock = LOCK_INIT;
static uint64_t guarded[2];

static void lock_and_count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        lock_acquire(&lock);
        lock_acquire(&lock);
        guarded[0]++;
        guarded[1] += guarded[0];
        lock_release(&lock);
        lock_release(&lock);
    }
}

static void lock__lets_one_core_in_at_a_time(void)
{
    uint64_t total = 20000 * (uint64_t)cpu_count();

    memset(guarded, 0, sizeof guarded);
    CHECK(team_run(lock_and_count, NULL));
    CHECK_EQ(guarded[0], total);
    CHECK_EQ(guarded[1], total * (total + 1) / 2);
}

static int spoiled;

static void allocate(void *unused)
{
    unsigned char *blocks[32] = {NULL};
    size_t sizes[32] = {0};
    unsigned char mark = (unsigned char)(1 + cpu_self());
    unsigned random = mark;

    (void)unused;
    for (int i = 0; i < 3000; i++) {
        unsigned at = (random = random * 1103515245 + 12345) >> 16 & 31;

        for (size_t byte = 0; byte < sizes[at]; byte++)
            if (blocks[at][byte] != mark)
                __atomic_fetch_add(&spoiled, 1, __ATOMIC_RELAXED);
        free(blocks[at]);
        sizes[at] = 1 + (random >> 8 & 0x7ff) * (at == 0 ? 20 : 1);
        blocks[at] = malloc(sizes[at]);
        if (!blocks[at])
            sizes[at] = 0;
        memset(blocks[at], mark, sizes[at]);
    }
    for (int i = 0; i < 32; i++)
        free(blocks[i]);
}

static void malloc__serves_all_cores_at_once(void)
{
    spoiled = 0;
    CHECK(team_run(allocate, NULL));
    CHECK_EQ(spoiled, 0);
    free(malloc(100000)); /* the heap is still sound */
}

/* A script counts these lines: each whole, and all of them there. */
static void speak(void *unused)
{
    (void)unused;
    for (int i = 0; i < 50; i++)
        printf("# core %d says line %d of its fifty, whole and unbroken\n", cpu_self(), i);
}

static void printf__keeps_the_lines_of_cores_apart(void)
{
    CHECK(team_run(speak, NULL));
}

int main(void)
{
    if (cpu_count() < 2) {
        printf("1..0 # SKIP one core\n");
        return 0;
    }
    TAP_RUN(cores__are_set_up_as_the_first_is);
    TAP_RUN(cores__have_stacks_of_their_own_between_guards);
    TAP_RUN(fault_try_and_panic_try__are_each_cores_own);
    TAP_RUN(cpu_start__refuses_a_core_that_is_not_there_or_at_work);
    TAP_RUN(cpu_start__can_be_repeated_without_end);
    TAP_RUN(cpu_start__may_be_called_by_any_core);
    TAP_RUN(timer__calls_on_the_core_that_asked);
    TAP_RUN(lock__lets_one_core_in_at_a_time);
    TAP_RUN(malloc__serves_all_cores_at_once);
    TAP_RUN(printf__keeps_the_lines_of_cores_apart);
    return tap_done();
}
