/* VMSAv8-64, 64 KiB granule (Arm ARM D8.2.10): starts at level 1, which has no blocks (without FEAT_LPA) */
#include "mmu/entry64.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_64k
enum {
    VA_BITS_MAX = 48,
    PA_BITS_MAX = 48,
    FIRST_LEVEL = 1,
    FIRST_LEAF_LEVEL = 2,
    GRANULE_BITS = 16,
    INDEX_BITS = 13,
    POOL_MARK = 2,
    PAGE_GROUP_BITS = 5,
    BLOCK_GROUP_BITS = 5,
    TOP_BLOCK_GROUP_BITS = 5
};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_64k = ENGINE_FORMAT;
