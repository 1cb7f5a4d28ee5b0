/* AArch32's long descriptors (LPAE): 4 KiB granule; starts at level 1, or 2 from 30 bits down (Arm ARM B3.6.6) */
#include "mmu/lpae_leaf.h"

#define FORMAT lpae
enum {
    FIRST_LEVEL = 1,
    FIRST_LEAF_LEVEL = 1,
    GRANULE_BITS = 12,
    INDEX_BITS = 9,
    POOL_MARK = 8,
    PAGE_GROUP_BITS = 4,
    BLOCK_GROUP_BITS = 4,
    TOP_BLOCK_GROUP_BITS = 4
};

#include "mmu/engine.h"

const struct mmu_format mmu_lpae = ENGINE_FORMAT;
