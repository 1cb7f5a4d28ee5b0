/*
 * Overwriting maps: they reserve no place, and their pages stay when they go. A map's record stays with its pages, so
 * that those have the types that their memory gets, and go when it does, until the place is somebody's anew or all of
 * it another's that stays. One that reaches over several places loses its address with the first of them that goes.
 * The caller holds the memory lock.
 */
#ifndef IOMEM_MAP_OVER_H
#define IOMEM_MAP_OVER_H

#include "iomem/overwriters.h"

/* The map is unmapped, and its pages stay. map_over_free: and freed; its memory, too, when they do not stay. */
void map_over_stay(IOMemoryMapRef map);
void map_over_free(IOMemoryMapRef map);

/*
 * What the tables show in this range is somebody else's from now on, or nothing: maps that lay over it and have a
 * higher order (0: all) show nothing there any more.
 */
void map_over_drop(task_t task, uint64_t va, uint64_t size, uint64_t order);

/* A place has been taken that may show what such maps left where nobody had anything. False: no memory for a table. */
bool map_over_clear_place(task_t task, const struct region *region);
static inline bool map_over_clear(task_t task, const struct region *region)
{
    return !task->overwriters || map_over_clear_place(task, region);
}

/*
 * These frames are about to be free: what shows them still goes, and where there is no memory for a table, all of the
 * block that holds it. False: some stays, as a part of such a block is another's.
 */
bool map_over_frames_go(uint64_t pa, uint64_t size);

#endif
