/* EL2's physical timer, which device trees have listed since the first: CNTP's names reach it from there. */
#include "startup/timer.h"

const unsigned timer_kind = TIMER_HYPERVISOR;

void timer_set(uint64_t deadline)
{
    __asm__ volatile("msr cntp_cval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb"
                     :
                     : "r"(deadline), "r"(UINT64_C(1))
                     : "memory");
}

void timer_stop(void)
{
    __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" : : : "memory");
}
