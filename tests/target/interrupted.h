/* What an interrupt must leave as it was. */
#ifndef TESTS_TARGET_INTERRUPTED_H
#define TESTS_TARGET_INTERRUPTED_H

#include <stdbool.h>
#include <stdint.h>

/* In a handler: IRQs are masked. */
bool interrupted_is_masked(void);

/* In a handler: put nonsense into registers, general ones, of FP and SIMD and of status. */
void interrupted_scribble(void);

/* Hold known values in such registers until *count is no longer 0: 0 = they are still there. */
uint64_t interrupted_registers(volatile int *count);

#endif
