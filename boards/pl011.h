/* Arm PrimeCell UART PL011 (Arm DDI 0183). */
#ifndef BOARDS_PL011_H
#define BOARDS_PL011_H

#include "boards/board.h"

extern const struct console pl011_console;

/* Before init, where the firmware has not: hertz is UARTCLK. A rate out of its reach changes nothing. */
void pl011_set_rate(uintptr_t base, uint32_t hertz, uint32_t baud);

/* One character, polled, at the physical address of the registers; gives up on a UART that never has room. */
void pl011_early_putc(uint64_t pa, char c);

#endif
