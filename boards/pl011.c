#include "boards/pl011.h"

enum { DR = 0x00, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IMSC = 0x38, ICR = 0x44 };
enum { FR_BUSY = 1 << 3, FR_RXFE = 1 << 4, FR_TXFF = 1 << 5 };
enum { LCR_H_FEN = 1 << 4, LCR_H_WLEN8 = 3 << 5 };
enum { CR_UARTEN = 1 << 0, CR_TXE = 1 << 8, CR_RXE = 1 << 9 };

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/*
 * The baud rate stays as the firmware set it: the clock behind it is not ours to know. So do the FIFOs: a change of
 * FEN empties the receiver (DDI 0183, LCR_H), and what was typed ahead may arrive at any moment.
 */
static void init(uintptr_t base)
{
    while (*reg(base, FR) & FR_BUSY)
        ;
    *reg(base, CR) = 0; /* DDI 0183, LCR_H: disabled and idle before LCR_H changes */
    *reg(base, IMSC) = 0;
    *reg(base, ICR) = 0x7ff;
    *reg(base, LCR_H) = LCR_H_WLEN8 | (*reg(base, LCR_H) & LCR_H_FEN);
    *reg(base, CR) = CR_UARTEN | CR_TXE | CR_RXE;
}

/* On, unless something was typed ahead: it would be lost. */
static uint32_t fifo(uintptr_t base)
{
    return *reg(base, FR) & FR_RXFE ? LCR_H_FEN : *reg(base, LCR_H) & LCR_H_FEN;
}

/* The divisor in 64ths: UARTCLK / (16 * rate). init's write of LCR_H makes it count (DDI 0183, LCR_H). */
void pl011_set_rate(uintptr_t base, uint32_t hertz, uint32_t baud)
{
    uint32_t divisor = (uint32_t)(((uint64_t)hertz * 4 + baud / 2) / baud);

    if (divisor < 64 || divisor >= 0x10000 * 64u)
        return;
    while (*reg(base, FR) & FR_BUSY)
        ;
    *reg(base, CR) = 0;
    *reg(base, IBRD) = divisor / 64;
    *reg(base, FBRD) = divisor % 64;
    *reg(base, LCR_H) = LCR_H_WLEN8 | fifo(base);
}

static void put(uintptr_t base, char c)
{
    while (*reg(base, FR) & FR_TXFF)
        ;
    *reg(base, DR) = (unsigned char)c;
}

static int get(uintptr_t base)
{
    if (*reg(base, FR) & FR_RXFE)
        return -1;
    return (int)(*reg(base, DR) & 0xff);
}

const struct console pl011_console = {init, put, get};

void pl011_early_putc(uint64_t pa, char c)
{
    uintptr_t base = (uintptr_t)pa;

    for (int patience = 1000000; patience && (*reg(base, FR) & FR_TXFF); patience--)
        ;
    *reg(base, DR) = (unsigned char)c;
}
