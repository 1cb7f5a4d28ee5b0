/* Time for tests of interrupts: the generic timer's count. */
#ifndef TESTS_TARGET_TICKS_H
#define TESTS_TARGET_TICKS_H

#include <stdbool.h>
#include <stdint.h>

uint64_t ticks_now(void);
uint64_t ticks_in(uint64_t microseconds);

/* Until *word is wanted; false: 20 seconds have passed. The host may be busy. */
bool ticks_wait(volatile int *word, int wanted);

void ticks_pause(uint64_t microseconds);

#endif
