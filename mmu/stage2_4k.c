/* VMSAv8-64 stage 2, 4 KiB granule, without concatenated start tables (Arm ARM DDI 0487 D8.2.8) */
#include "mmu/stage2_leaf.h"

#define FORMAT stage2_4k
enum {
    FIRST_LEVEL = 0,
    FIRST_LEAF_LEVEL = 1,
    GRANULE_BITS = 12,
    INDEX_BITS = 9,
    POOL_MARK = 8,
    PAGE_GROUP_BITS = 4,
    BLOCK_GROUP_BITS = 4,
    TOP_BLOCK_GROUP_BITS = 4
};

#include "mmu/engine.h"

const struct mmu_format mmu_stage2_4k = ENGINE_FORMAT;
