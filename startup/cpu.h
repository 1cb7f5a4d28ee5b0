/* What the runtime asks of the CPU's registers. */
#ifndef STARTUP_CPU_H
#define STARTUP_CPU_H

#include <stdint.h>

/* Bits of the physical addresses that the CPU puts out: PARange, 52 at most. A format may hold less. */
unsigned cpu_pa_bits(void);

/* Interrupts and aborts that are pending or come later are taken from here on. */
void cpu_unmask(void);

#endif
