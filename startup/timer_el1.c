/* The virtual timer: EL1 may use it whoever runs at EL2, which has set its offset (Arm ARM D11.2). */
#include "startup/timer.h"

const unsigned timer_kind = TIMER_VIRTUAL;

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
