/* A map's pages: entering them into a space's tables and taking them out. The caller holds the memory lock. */
#ifndef IOMEM_MAP_PLACE_H
#define IOMEM_MAP_PLACE_H

#include "iomem/cache_mode.h"
#include "iomem/map.h"

/* One more run, of these pages, after those there are. NULL: no memory; the list stays as it was. */
struct map_run *map_add_run(IOMemoryMapRef map, const struct cache_piece *pages);
static inline struct map_run *map_get_run(IOMemoryMapRef map, uint32_t index)
{
    return index == 0 ? &map->run : &map->more_runs[index - 1];
}

/* The same for pages of a memory object, by a view of them. */
struct memory_object;
IOReturn map_add_view(IOMemoryMapRef map, struct memory_object *object, uint64_t first, uint64_t count);
void map_drop_runs(IOMemoryMapRef map);
uint64_t map_size(IOMemoryMapRef map); /* of all runs, in bytes */

/*
 * Find the map's address and enter its runs there; lead is how far into the first page its first byte lies.
 * On failure the map has no region, and its runs are in no table. An overwriting map empties its range first; the
 * caller saves what was there.
 */
IOReturn map_place(IOMemoryMapRef map, uint64_t lead);

/*
 * The same for the usual map, of a device: it gets its only run here, `size` bytes of whole pages from `address`'s page
 * on, which are not RAM and have mode Inhibit; anywhere, without guards.
 */
IOReturn map_place_device(IOMemoryMapRef map, uint64_t address, uint64_t size);

/* The parts of map_place, for maps whose pages others enter. The address is set; guards are not there yet. */
IOReturn map_reserve(IOMemoryMapRef map, uint64_t size, uint64_t lead);
int map_enter_guards(IOMemoryMapRef map);
void map_register_runs(IOMemoryMapRef map); /* those that are not yet */
void map_forget_runs(IOMemoryMapRef map);   /* and drop them */
void map_unreserve(IOMemoryMapRef map);     /* and empties it */

/* Calls place; when the map is to overwrite size bytes and place fails, what was there comes back. */
IOReturn map_place_over(IOMemoryMapRef map, uint64_t size, IOReturn (*place)(void *context), void *context);

/* The runs' leaves at va, which is empty; an mmu error, and nothing entered. */
int map_enter(IOMemoryMapRef map, uint64_t va);

/* The runs of `from`, which are in the tables of map's space, become map's; its own are forgotten. */
void map_take_runs(IOMemoryMapRef map, IOMemoryMapRef from);

/* Take the pages away; those of an overwriting map stay. */
IOReturn map_leave(IOMemoryMapRef map);

/* The tables are somebody else's business now: forget the address only. */
void map_abandon(IOMemoryMapRef map);

void map_unwire_all(IOMemoryMapRef map);

#endif
