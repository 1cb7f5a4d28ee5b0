/* VMSAv8-64, 64 KiB granule, 52-bit addresses (FEAT_LPA; FEAT_LVA for those of input): blocks at level 1 */
#include "mmu/entry52_64k.h"
#include "mmu/vmsa64_leaf.h"

#define FORMAT vmsa64_64k_52
enum {
    VA_BITS_MAX = 52,
    PA_BITS_MAX = 52,
    FIRST_LEVEL = 1,
    FIRST_LEAF_LEVEL = 1,
    GRANULE_BITS = 16,
    INDEX_BITS = 13,
    POOL_MARK = 2,
    PAGE_GROUP_BITS = 5,
    BLOCK_GROUP_BITS = 5,
    TOP_BLOCK_GROUP_BITS = 0
};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_64k_52 = ENGINE_FORMAT;
