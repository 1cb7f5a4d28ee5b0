/* A map's pages: entering them into a space's tables and taking them out. The caller holds the memory lock. */
#ifndef IOMEM_MAP_PLACE_H
#define IOMEM_MAP_PLACE_H

#include "iomem/map.h"

/* One more run, after those there are. kIOReturnNoMemory: the list stays as it was. */
IOReturn map_add_run(IOMemoryMapRef map, const struct map_run *run);
struct map_run *map_get_run(IOMemoryMapRef map, uint32_t index);
void map_drop_runs(IOMemoryMapRef map);

/*
 * Find the map's address and enter its runs there; lead is how far into the first page its first byte lies.
 * On failure the map has no region, and its runs are in no table.
 */
IOReturn map_place(IOMemoryMapRef map, uint64_t lead);

/* Take the pages away; those of an overwriting map stay. */
IOReturn map_leave(IOMemoryMapRef map);

/* The tables are somebody else's business now: forget the address only. */
void map_abandon(IOMemoryMapRef map);

void map_unwire_all(IOMemoryMapRef map);

#endif
