/* The Raspberry Pi's mini-UART (BCM2835 ARM Peripherals, 2.2), UART1 of its auxiliary devices. */
#ifndef BOARDS_MINI_UART_H
#define BOARDS_MINI_UART_H

#include "boards/board.h"

/* The base is that of the auxiliary devices. */
extern const struct console mini_uart_console;

/* Before init, when nobody has set a rate: hertz is the VideoCore's core clock. One out of reach changes nothing. */
void mini_uart_set_rate(uintptr_t base, uint32_t hertz, uint32_t baud);
uint32_t mini_uart_divisor(uintptr_t base); /* 0: no rate has been set */

/* As pl011_early_putc. */
void mini_uart_early_putc(uint64_t pa, char c);

#endif
