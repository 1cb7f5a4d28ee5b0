/* Serving aborts: demand-zero pages, copy-on-write, and blocked maps. */
#ifndef IOMEM_MEMORY_FAULT_H
#define IOMEM_MEMORY_FAULT_H

#include <stdbool.h>

#include "iomem/port.h"

/* The first page that an abort will bring, or the first blocked map, is about to be made. */
void memory_fault_open(void);

/* map_block.c's: the access met a translation fault where pages are blocked. True: try it again. */
bool map_block_wait(const struct port_abort *abort);

#endif
