/* The virtual timer: PL1 may use it whoever runs in HYP mode, which has set its offset (Arm ARM B8.1). */
#include "startup/timer.h"

const unsigned timer_kind = TIMER_VIRTUAL;

uint64_t timer_ticks(void)
{
    uint64_t count;

    __asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(count)::"memory"); /* not read ahead of what it times */
    return count;
}

uint64_t timer_hertz(void)
{
    uint32_t frequency;

    __asm__("mrc p15, 0, %0, c14, c0, 0" : "=r"(frequency));
    return frequency;
}

void timer_set(uint64_t deadline)
{
    __asm__ volatile("mcrr p15, 3, %Q0, %R0, c14\n\tmcr p15, 0, %1, c14, c3, 1\n\tisb" /* CNTV_CVAL, CNTV_CTL */
                     :
                     : "r"(deadline), "r"(1)
                     : "memory");
}

void timer_stop(void)
{
    __asm__ volatile("mcr p15, 0, %0, c14, c3, 1\n\tisb" : : "r"(0) : "memory");
}
