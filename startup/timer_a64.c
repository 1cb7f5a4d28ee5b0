/* The virtual timer: EL1 may use it whoever runs at EL2, which has set its offset (Arm ARM D11.2). */
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

void timer_set(uint64_t deadline)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
                     :
                     : "r"(deadline), "r"(UINT64_C(1))
                     : "memory");
}

void timer_stop(void)
{
    __asm__ volatile("msr cntv_ctl_el0, xzr\n\tisb" : : : "memory");
}
