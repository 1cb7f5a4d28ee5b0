/* The core's own timer, by its registers: it interrupts once its count has reached a deadline. */
#ifndef STARTUP_TIMER_H
#define STARTUP_TIMER_H

#include <stdint.h>

uint64_t timer_ticks(void);
uint64_t timer_hertz(void); /* ticks a second; 0 = nobody has set it up */

void timer_set(uint64_t deadline); /* in ticks; one that has passed interrupts at once */
void timer_stop(void);

/* Which of the architected timers it is: the place of its interrupt in a device tree's list. */
enum { TIMER_VIRTUAL = 2, TIMER_HYPERVISOR = 3 };
extern const unsigned timer_kind;

#endif
