/* A cache mode for the memory that a map shows. */
#ifndef IOMEM_MAP_MODE_H
#define IOMEM_MAP_MODE_H

#include "iomem/map.h"

/*
 * Give the memory that map shows this mode (kIOxxxCache): of a memory object, to the pages that come later too. The
 * map's runs are registered, so that it changes with all others. The caller holds the memory lock. All or nothing;
 * cache_mode_apply's errors.
 */
IOReturn map_set_mode(IOMemoryMapRef map, unsigned mode);

#endif
