/* What the runtime asks of the CPU's registers. */
#ifndef STARTUP_CPU_H
#define STARTUP_CPU_H

#include <stdint.h>

/* Bits of the physical addresses that the CPU puts out: PARange, 52 at most. A format may hold less. */
unsigned cpu_pa_bits(void);

/* Interrupts and aborts that are pending or come later are taken from here on. */
void cpu_unmask(void);

/* The generic timer's count in units of 1/hertz s. It counts from some time before the boot. */
uint64_t cpu_timer(uint64_t hertz);

#endif
