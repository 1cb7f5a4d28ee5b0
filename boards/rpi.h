/*
 * What the Raspberry Pi 2, 3 and 4 have in common: the devices that the BCM2835 had, at the same distances from where
 * the chip's peripherals begin, and their firmware.
 */
#ifndef BOARDS_RPI_H
#define BOARDS_RPI_H

#include "boards/board.h"
#include "boards/system_timer.h"

/* From the peripherals' base, in bytes. */
#define RPI_TIMER   0x3000
#define RPI_DMA     0x7000
#define RPI_MAILBOX 0xb000 /* the page; ARMC's interrupts are in it as well */
#define RPI_PM      0x100000
#define RPI_GPIO    0x200000
#define RPI_PL011   0x201000
#define RPI_AUX     0x215000

/* The first of board.registers of such a board, and where they are in the runtime's map of them. */
#define RPI_REGISTERS(base)                                                                                            \
    {(base) + RPI_GPIO, 0x2000}, {(base) + RPI_AUX, 0x1000}, {(base) + RPI_MAILBOX, 0x1000},                           \
    {                                                                                                                  \
        (base) + RPI_PM, 0x1000                                                                                        \
    }
enum { RPI_AT_GPIO = 0, RPI_AT_PL011 = 0x1000, RPI_AT_AUX = 0x2000, RPI_AT_MAILBOX = 0x3000, RPI_AT_PM = 0x4000 };
#define RPI_AT_MORE 0x5000 /* what the board adds */

#define RPI_BAUD 115200

/* The devices that a program may look for; the BCM2835's interrupt n is INTID irqs + n. */
#define RPI_DEVICES(base, irqs)                                                                                        \
    {"arm,pl011", {(base) + RPI_PL011, 0x200}, (irqs) + 57},                                                           \
        {"brcm,bcm2835-aux", {(base) + RPI_AUX, 0x1000}, (irqs) + 29},                                                 \
        {"brcm,bcm2835-mbox", {(base) + RPI_MAILBOX + 0x880, 0x40}, 0},                                                \
        {"brcm,bcm2835-gpio", {(base) + RPI_GPIO, 0xb4}, (irqs) + 49},                                                 \
        {"brcm,bcm2835-system-timer", {(base) + RPI_TIMER, 0x1000}, (irqs) + SYSTEM_TIMER_LINE},                       \
        {"brcm,bcm2835-dma", {(base) + RPI_DMA, 0xf00}, (irqs) + 16},                                                  \
    {                                                                                                                  \
        "brcm,bcm2835-pm", {(base) + RPI_PM, 0x114}, 0                                                                 \
    }

/*
 * The old DMA engine has addresses of 32 bits, of which the upper two choose how it goes through the VideoCore's
 * caches: 3 is past them. That leaves 1 GiB.
 */
#define RPI_DMA_WINDOW                                                                                                 \
    {                                                                                                                  \
        "brcm,bcm2835-dma", {0, 0x40000000}, 0xC0000000                                                                \
    }

/*
 * The console is the UART that GPIO14 and 15 lead to: the mini-UART when the firmware has put them there, as it does
 * on a Pi 3 and 4 with enable_uart=1; else the PL011, which gets them.
 */
extern const struct console rpi_console;
void rpi_start(const struct board_access *access);
void rpi_turn_off(const struct board_access *access);
void rpi_early_putc(uint64_t peripherals, char c);

/* RAM as the firmware tells it: the ARM's part of the first GiB, and on a Pi 4 what lies above that GiB. */
size_t rpi_find_ram(const struct board_access *access, struct board_range ranges[BOARD_RAM_MAX]);
size_t rpi4_find_ram(const struct board_access *access, struct board_range ranges[BOARD_RAM_MAX]);

#endif
