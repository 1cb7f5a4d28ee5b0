#include "boards/system_timer.h"

enum { CS = 0x00, CLO = 0x04, CHI = 0x08, C0 = 0x0c };

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/* Both halves of one moment: the upper one is the same before and after. */
uint64_t system_timer_microseconds(uintptr_t base)
{
    uint32_t high, low;

    do {
        high = *reg(base, CHI);
        low = *reg(base, CLO);
    } while (*reg(base, CHI) != high);
    return (uint64_t)high << 32 | low;
}

/* Only equality interrupts: a moment that has passed before it was written down would come in 71 minutes. */
void system_timer_alarm(uintptr_t base, uint32_t microseconds)
{
    uint32_t moment;

    do {
        moment = *reg(base, CLO) + microseconds;
        *reg(base, C0 + 4 * SYSTEM_TIMER_LINE) = moment;
        microseconds = 2 * microseconds + 1;
    } while (*reg(base, CLO) - moment < UINT32_C(0x80000000) && !(*reg(base, CS) & 1 << SYSTEM_TIMER_LINE));
}

void system_timer_silence(uintptr_t base)
{
    *reg(base, CS) = 1 << SYSTEM_TIMER_LINE;
}
