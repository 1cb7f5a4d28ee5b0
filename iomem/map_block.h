/*
 * Blocked maps: every page is an invalid entry with MMU_TAG_BLOCKED, and whoever touches one waits in the abort
 * handler until there are pages again. The caller holds the memory lock.
 */
#ifndef IOMEM_MAP_BLOCK_H
#define IOMEM_MAP_BLOCK_H

#include "iomem/map.h"

/* Why a map is blocked; it is while either stands. */
enum { MAP_BLOCKED_BY_REDIRECT = 1, MAP_BLOCKED_BY_TASK = 2 };

/* The caller knows that the map has pages of its own. A failure leaves it as it was. */
IOReturn map_block(IOMemoryMapRef map, unsigned why);

/* The pages come back, each in the mode that its memory has now, when nothing else blocks the map. */
IOReturn map_unblock(IOMemoryMapRef map, unsigned why);

/* No pages come back, and who waits for them faults. */
void map_unblock_for_good(IOMemoryMapRef map);

/*
 * The runs of `fresh` take the place of the map's, which may be blocked; between the two an access waits.
 * On failure the map shows what it showed.
 */
IOReturn map_exchange(IOMemoryMapRef map, IOMemoryMapRef fresh);

#endif
