/* What any reader of the device tree needs beyond libfdt (Devicetree Specification 0.4, chapter 2). */
#ifndef STARTUP_TREE_H
#define STARTUP_TREE_H

#include <libfdt.h>
#include <stdbool.h>
#include <stdint.h>

#include "boards/board.h"

/* A number of count cells. */
uint64_t tree_number(const fdt32_t *cells, int count);

/* The index-th (address, size) of the node's reg, in its parent's cells. false: there is none. */
bool tree_reg(const void *fdt, int node, int index, struct board_range *out);

/* The same, as the CPU sees it: translated by the ranges of each bus on the way. false also: the CPU does not reach it.
 */
bool tree_registers(const void *fdt, int node, int index, struct board_range *out);

bool tree_has_type(const void *fdt, int node, const char *type);

bool tree_is_enabled(const void *fdt, int node);

#endif
