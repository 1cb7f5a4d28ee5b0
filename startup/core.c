/*
 * Cores beyond the first. One is woken once; between two runs it idles in the kernel space, with interrupts on, and
 * the next cpu_start hands it the work. Whoever moves a core's state on does so in one step.
 */
#include "startup/core.h"

#include <stdlib.h>
#include <string.h>

#include "mmu/lock.h"
#include "startup/cpu.h"
#include "startup/irq.h"
#include "startup/psci.h"
#include "startup/runtime.h"
#include "startup/stacks.h"
#include "startup/timer.h"
#include "startup/wakers.h"

enum { PATIENCE = 1000000 }; /* microseconds, for a core to say that it runs */

static struct lock wake_lock = LOCK_INIT; /* memory for a core, and the one place where a parked core looks */

static bool move(struct core *core, enum core_state from, enum core_state to)
{
    return __atomic_compare_exchange_n(&core->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static enum core_state state_of(const struct core *core)
{
    return __atomic_load_n(&core->state, __ATOMIC_ACQUIRE);
}

/* Masked, or the interrupt that brings the work could come between the look and the wait. */
static void wait_for_work(const struct core *core)
{
    uintptr_t was = irq_mask();

    while (state_of(core) != CORE_RUNNING)
        core_doze(core);
    irq_restore(was);
}

/* Streams are flushed and closed, and the next run finds the state of a fresh start. */
static void renew_reent(struct core *core)
{
    _reclaim_reent(core->reent);
    _REENT_INIT_PTR(core->reent);
}

/* Where a core arrives, on its own stack. Whoever waited for it may have given up: then it has no work. */
static void core_main(void)
{
    struct core *core = core_this();

    irq_ready();
    while (!move(core, CORE_STARTING, CORE_RUNNING) && !move(core, CORE_OFF, CORE_IDLE))
        core_relax();
    cpu_unmask();
    for (;;) {
        wait_for_work(core);
        core->run(core->arg);
        renew_reent(core);
        __atomic_store_n(&core->state, CORE_IDLE, __ATOMIC_RELEASE);
        wakers_remove();
    }
}

/* What it has for good. false: no memory; what there is stays for the next attempt. */
static bool furnish(struct core *core)
{
    if (!core->reent) {
        core->reent = malloc(sizeof *core->reent);
        if (core->reent)
            _REENT_INIT_PTR(core->reent);
    }
    return core->reent && (core->main_stack_top || stacks_create(core));
}

static bool arrives(const struct core *core)
{
    uint64_t end = timer_ticks() + timer_hertz() * PATIENCE / 1000000;

    while (state_of(core) == CORE_STARTING && timer_ticks() < end)
        core_relax();
    return state_of(core) != CORE_STARTING;
}

static int wake(struct core *core)
{
    int error;

    if (!furnish(core))
        return CPU_MEMORY;
    error = core_wake(core, core_main);
    if (error && error != PSCI_ALREADY_ON && error != PSCI_ON_PENDING)
        return CPU_REFUSED;
    return arrives(core) ? 0 : CPU_SILENT;
}

static int start_first_time(struct core *core)
{
    uintptr_t entered = lock_enter(&wake_lock);
    int error = wake(core);

    if (error && !move(core, CORE_STARTING, CORE_OFF))
        error = 0; /* it came at the last moment */
    if (error)
        wakers_remove();
    lock_leave(&wake_lock, entered);
    return error;
}

int cpu_start(int number, void (*run)(void *), void *arg)
{
    struct core *core;
    bool idle;

    if (number < 0 || number >= cpu_count())
        return CPU_NONE;
    core = &cores[number];
    idle = move(core, CORE_IDLE, CORE_CLAIMED);
    if (!idle && !move(core, CORE_OFF, CORE_CLAIMED))
        return CPU_RUNNING;
    wakers_add();
    core->number = (unsigned)number;
    core->run = run;
    core->arg = arg;
    __atomic_store_n(&core->state, idle ? CORE_RUNNING : CORE_STARTING, __ATOMIC_RELEASE);
    if (!idle)
        return start_first_time(core);
    core_rouse(core);
    return 0;
}
