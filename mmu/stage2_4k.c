/* VMSAv8-64 stage 2, 4 KiB granule, without concatenated start tables (Arm ARM DDI 0487 D8.2.8) */
#include "mmu/level.h"
#include "mmu/stage2_leaf.h"

enum { FIRST_LEVEL = 0, GRANULE_BITS = 12, INDEX_BITS = 9, POOL_MARK = 8 };

static const struct level levels[] = {{39, 0, 0}, {30, 1, 4}, {21, 1, 4}, {12, 1, 4}};

#include "mmu/engine.h"

const struct mmu_format mmu_stage2_4k = ENGINE_FORMAT;
