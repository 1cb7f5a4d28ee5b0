/* VMSAv8-64, 16 KiB granule, 52-bit addresses (FEAT_LPA2, TCR.DS 1): blocks at level 1 */
#include "mmu/entry52_ds.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_16k_52
enum {
    VA_BITS_MAX = 52,
    PA_BITS_MAX = 52,
    FIRST_LEVEL = 0,
    FIRST_LEAF_LEVEL = 1,
    GRANULE_BITS = 14,
    INDEX_BITS = 11,
    POOL_MARK = 2,
    PAGE_GROUP_BITS = 7,
    BLOCK_GROUP_BITS = 5,
    TOP_BLOCK_GROUP_BITS = 0
};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_16k_52 = ENGINE_FORMAT;
