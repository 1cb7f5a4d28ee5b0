/* A board: what startup/ cannot find out for itself. One const object a board; the Makefile links one. */
#ifndef BOARDS_BOARD_H
#define BOARDS_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "boards/irq_controller.h"

struct board_range {
    uint64_t pa, size; /* bytes */
};

/* A serial console. base is where its registers are mapped. */
struct console {
    void (*init)(uintptr_t base);
    void (*putc)(uintptr_t base, char c); /* waits for room */
    int (*getc)(uintptr_t base);          /* 0..255, or -1 when nothing has come in */
};

struct board {
    const char *name;
    const struct console *console;
    struct board_range console_registers; /* physical, whole pages */
    uint64_t device_tree;                 /* where one may lie when no register says so; 0 = nowhere */

    /* Used when there is no device tree. An entry of size 0 ends a list. */
    const struct board_range *ram;
    const struct board_range *reserved;
    int core_count;
};

extern const struct board board;

/* Those that the board may have, ended by NULL: the device tree says which. Linked where interrupts are used. */
extern const struct irq_controller *const board_irq_controllers[];

/*
 * For a board that enters at EL3: where a GIC's distributor, GICv2's CPU interface and GICv3's redistributors
 * lie, so that EL1 can be given its interrupts. All 0: it never enters there, or there is none.
 */
extern const uint64_t board_secure_gic[3];

/* Print before the MMU is on: physical addresses, no SIMD, nothing set up. */
void board_early_putc(char c);

#endif
