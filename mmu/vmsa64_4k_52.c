/* VMSAv8-64, 4 KiB granule, 52-bit addresses (FEAT_LPA2, TCR.DS 1): a level -1, blocks at level 0 */
#include "mmu/entry52_ds.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_4k_52
enum {
    VA_BITS_MAX = 52,
    PA_BITS_MAX = 52,
    FIRST_LEVEL = -1,
    FIRST_LEAF_LEVEL = 0,
    GRANULE_BITS = 12,
    INDEX_BITS = 9,
    POOL_MARK = 8,
    PAGE_GROUP_BITS = 4,
    BLOCK_GROUP_BITS = 4,
    TOP_BLOCK_GROUP_BITS = 0
};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_4k_52 = ENGINE_FORMAT;
