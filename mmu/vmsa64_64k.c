/* VMSAv8-64, 64 KiB granule (Arm ARM D8.2.10): starts at level 1, which has no blocks (without FEAT_LPA) */
#include "mmu/level.h"
#include "mmu/vmsa64_leaf.h"

enum { FIRST_LEVEL = 1, GRANULE_BITS = 16, INDEX_BITS = 13, POOL_MARK = 2 };

static const struct level levels[] = {{55, 0, 0}, {42, 0, 0}, {29, 1, 5}, {16, 1, 5}};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_64k = ENGINE_FORMAT;
