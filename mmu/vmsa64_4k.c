/* VMSAv8-64, 4 KiB granule (Arm ARM D8.2.8): no blocks at level 0 */
#include "mmu/entry64.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_4k
enum {
    VA_BITS_MAX = 48,
    PA_BITS_MAX = 48,
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

const struct mmu_format mmu_vmsa64_4k = ENGINE_FORMAT;
