#include "boards/mini_uart.h"

enum { AUX_ENABLES = 0x04, IO = 0x40, IER = 0x44, LCR = 0x4c, MCR = 0x50, LSR = 0x54, CNTL = 0x60, BAUD = 0x68 };
enum { ENABLE_UART = 1 << 0, LCR_8_BITS = 3, LSR_READY = 1 << 0, LSR_ROOM = 1 << 5, CNTL_BOTH = 3 };

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/* What was typed ahead stays in the FIFO. */
static void init(uintptr_t base)
{
    *reg(base, AUX_ENABLES) |= ENABLE_UART; /* without it the registers are not there */
    *reg(base, IER) = 0;
    *reg(base, LCR) = LCR_8_BITS;
    *reg(base, MCR) = 0;
    *reg(base, CNTL) = CNTL_BOTH;
}

static void put(uintptr_t base, char c)
{
    while (!(*reg(base, LSR) & LSR_ROOM))
        ;
    *reg(base, IO) = (unsigned char)c;
}

static int get(uintptr_t base)
{
    if (!(*reg(base, LSR) & LSR_READY))
        return -1;
    return (int)(*reg(base, IO) & 0xff);
}

const struct console mini_uart_console = {init, put, get};

uint32_t mini_uart_divisor(uintptr_t base)
{
    *reg(base, AUX_ENABLES) |= ENABLE_UART;
    return *reg(base, BAUD) & 0xffff;
}

void mini_uart_set_rate(uintptr_t base, uint32_t hertz, uint32_t baud)
{
    uint32_t divisor = (hertz + 4 * baud) / (8 * baud); /* and the register holds one less */

    if (divisor < 2 || divisor > 0x10000)
        return;
    *reg(base, AUX_ENABLES) |= ENABLE_UART;
    *reg(base, CNTL) = 0;
    *reg(base, BAUD) = divisor - 1;
}

void mini_uart_early_putc(uint64_t pa, char c)
{
    uintptr_t base = (uintptr_t)pa;

    for (int patience = 1000000; patience && !(*reg(base, LSR) & LSR_ROOM); patience--)
        ;
    *reg(base, IO) = (unsigned char)c;
}
