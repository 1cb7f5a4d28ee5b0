/* VMSAv8-64, 4 KiB granule (Arm ARM D8.2.8): no blocks at level 0 */
#include "mmu/level.h"
#include "mmu/vmsa64_leaf.h"

enum { FIRST_LEVEL = 0, GRANULE_BITS = 12, INDEX_BITS = 9, POOL_MARK = 8 };

static const struct level levels[] = {{39, 0, 0}, {30, 1, 4}, {21, 1, 4}, {12, 1, 4}};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_4k = ENGINE_FORMAT;
