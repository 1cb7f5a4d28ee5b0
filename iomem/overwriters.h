/*
 * Where overwriting maps lie in a space: a treap by address, which finds those in a range at a cost that grows with
 * the logarithm of how many there are. Ranges may overlap; the latest lies on top. The caller holds the memory lock.
 * Addresses are in bytes and multiples of PORT_PAGE_SIZE.
 */
#ifndef IOMEM_OVERWRITERS_H
#define IOMEM_OVERWRITERS_H

#include "iomem/map.h"

/* Over [va, va + size) of map->space, on top of those that are there. Of a map in the tree already, another place. */
void overwriters_add(IOMemoryMapRef map, uint64_t va, uint64_t size);
uint64_t overwriters_newest(void);                                    /* the order of the last that was added */
void overwriters_trim(IOMemoryMapRef map, uint64_t va, uint64_t end); /* it lies over a part of its range only */
/* One that is in no tree is ignored. */
void overwriters_remove(IOMemoryMapRef map);

/*
 * The lowest that overlaps [va, end), of those after the place `after`, which may be NULL; NULL: there is none. A copy
 * of a map's place tells where to go on when that map, or any other, has been removed or freed.
 */
IOMemoryMapRef overwriters_next(task_t task, uint64_t va, uint64_t end, const struct map_over *after);

/* The latest that lies over va, or NULL. */
IOMemoryMapRef overwriters_top(task_t task, uint64_t va);

#endif
