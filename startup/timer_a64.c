/* The virtual count, which is the physical one: CNTVOFF_EL2 is 0 or does not count (Arm ARM D11.2). */
#include "startup/timer.h"

uint64_t timer_ticks(void)
{
    uint64_t count;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count)::"memory"); /* not read ahead of what it times */
    return count;
}

uint64_t timer_hertz(void)
{
    uint64_t frequency;

    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency & UINT32_MAX;
}
