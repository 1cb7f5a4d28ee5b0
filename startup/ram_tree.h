/* Between ram.c, which keeps the list, and ram_tree.c, which reads the device tree. */
#ifndef STARTUP_RAM_TREE_H
#define STARTUP_RAM_TREE_H

#include "startup/ram.h"

bool ram_add(struct ram_map *map, uint64_t start, uint64_t size); /* whole pages of it; joins its neighbours */
bool ram_cut(struct ram_map *map, uint64_t start, uint64_t size); /* every page that it touches */
bool ram_read_tree(struct ram_map *map, const void *fdt);

#endif
