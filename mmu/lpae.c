/* AArch32's long descriptors (LPAE): 4 KiB granule; starts at level 1, or 2 from 30 bits down (Arm ARM B3.6.6) */
#include "mmu/level.h"
#include "mmu/lpae_leaf.h"

enum { FIRST_LEVEL = 1, GRANULE_BITS = 12, INDEX_BITS = 9, POOL_MARK = 8 };

static const struct level levels[] = {{39, 0, 0}, {30, 1, 4}, {21, 1, 4}, {12, 1, 4}};

#include "mmu/engine.h"

const struct mmu_format mmu_lpae = ENGINE_FORMAT;
