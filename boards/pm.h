/* The Raspberry Pi's power management: its watchdog resets the board, or stops it. base is its page, mapped. */
#ifndef BOARDS_PM_H
#define BOARDS_PM_H

#include <stdint.h>

/* Either comes back at once; it happens some microseconds later. */
void pm_reset(uintptr_t base);
void pm_turn_off(uintptr_t base); /* reset, and the firmware then stays asleep instead of booting again */

#endif
