/* Arm PrimeCell UART PL011 (Arm DDI 0183). */
#ifndef BOARDS_PL011_H
#define BOARDS_PL011_H

#include "boards/board.h"

extern const struct console pl011_console;

/* One character, polled, at the physical address of the registers; gives up on a UART that never has room. */
void pl011_early_putc(uint64_t pa, char c);

#endif
