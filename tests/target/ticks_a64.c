#include "tests/target/ticks.h"

uint64_t ticks_now(void)
{
    uint64_t now;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now) : : "memory");
    return now;
}

uint64_t ticks_in(uint64_t microseconds)
{
    uint64_t hertz;

    __asm__("mrs %0, cntfrq_el0" : "=r"(hertz));
    return hertz * microseconds / 1000000;
}

bool ticks_wait(volatile int *word, int wanted)
{
    uint64_t end = ticks_now() + ticks_in(20000000);

    while (*word != wanted && ticks_now() < end)
        ;
    return *word == wanted;
}

void ticks_pause(uint64_t microseconds)
{
    uint64_t end = ticks_now() + ticks_in(microseconds);

    while (ticks_now() < end)
        ;
}
