/* VMSAv8-64, 16 KiB granule (Arm ARM D8.2.9): no blocks above level 2 */
#include "mmu/entry64.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_16k
enum {
    VA_BITS_MAX = 48,
    PA_BITS_MAX = 48,
    FIRST_LEVEL = 0,
    FIRST_LEAF_LEVEL = 2,
    GRANULE_BITS = 14,
    INDEX_BITS = 11,
    POOL_MARK = 2,
    PAGE_GROUP_BITS = 7,
    BLOCK_GROUP_BITS = 5,
    TOP_BLOCK_GROUP_BITS = 5
};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_16k = ENGINE_FORMAT;
