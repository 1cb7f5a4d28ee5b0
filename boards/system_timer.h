/*
 * The BCM2835's system timer: one count of microseconds for all cores, from the board's start, and interrupts when it
 * meets a number. base is where its registers are mapped.
 */
#ifndef BOARDS_SYSTEM_TIMER_H
#define BOARDS_SYSTEM_TIMER_H

#include <stdint.h>

uint64_t system_timer_microseconds(uintptr_t base);

/* The one of its four comparers that is used here: 0 and 2 are the VideoCore's. Also the BCM2835's interrupt. */
#define SYSTEM_TIMER_LINE 1

/*
 * Interrupt so many microseconds from now, or as soon as can be; and every 71 minutes after it. Called with interrupts
 * masked: one that is served meanwhile would be taken for one that was missed.
 */
void system_timer_alarm(uintptr_t base, uint32_t microseconds);
void system_timer_silence(uintptr_t base); /* the interrupt that has come is over */

#endif
