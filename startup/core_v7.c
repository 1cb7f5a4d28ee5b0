/* AArch32 wakes no second core and takes no interrupts yet: cpu_start, irq_handle and timer_call say so. */
#include "startup/core.h"

#include "startup/psci.h"
#include "startup/timer.h"

int core_wake(const struct core *core, void (*run)(void))
{
    (void)core;
    (void)run;
    return PSCI_NOT_SUPPORTED;
}

/* No core ever comes to these. */
void core_doze(const struct core *core)
{
    (void)core;
}

void core_rouse(const struct core *core)
{
    (void)core;
}

uint64_t timer_ticks(void)
{
    return 0;
}

uint64_t timer_hertz(void)
{
    return 0;
}

void timer_set(uint64_t deadline)
{
    (void)deadline;
}

void timer_stop(void)
{
}

const unsigned timer_kind = TIMER_VIRTUAL;
