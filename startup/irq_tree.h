/* What the device tree says about interrupts and cores. */
#ifndef STARTUP_IRQ_TREE_H
#define STARTUP_IRQ_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "boards/board.h"

/* The first two entries of reg of the node with one of these names (ended by NULL). fdt may be NULL. */
bool irq_tree_registers(const void *fdt, const char *const *compatible, struct board_range registers[2]);

unsigned irq_tree_timer(const void *fdt, unsigned kind); /* INTID of that kind of timer.h; 0 = none */

/* MPIDR's affinity fields of the index-th core. Without a tree: the board's first, and so on. */
uint64_t irq_tree_affinity(const void *fdt, int index);

/* Physical address of the 8 bytes in which a core that firmware has parked looks for an address to go to; 0 = none. */
uint64_t irq_tree_release_slot(const void *fdt, int index);

#endif
