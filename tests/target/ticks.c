#include "tests/target/ticks.h"

#include "startup/timer.h"

uint64_t ticks_now(void)
{
    return timer_ticks();
}

uint64_t ticks_in(uint64_t microseconds)
{
    return timer_hertz() * microseconds / 1000000;
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
