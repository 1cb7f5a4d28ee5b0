/* Serving aborts: demand-zero pages, copy-on-write, and blocked maps. */
#ifndef IOMEM_MEMORY_FAULT_H
#define IOMEM_MEMORY_FAULT_H

#include <stdbool.h>

#include "iomem/port.h"

struct mmu_leaf;

/* The first page that an abort will bring, or the first blocked map, is about to be made. */
void memory_fault_open(void);

/*
 * map_block.c's, of a translation fault: is the page blocked, and has the wait been worth it? *seen is what the entry
 * said last.
 */
enum map_wait { MAP_NOT_BLOCKED, MAP_WAITED, MAP_CANNOT_WAIT };
enum map_wait map_block_wait(const struct port_abort *abort, struct mmu_leaf *seen);

#endif
