/* VMSAv8-64, 16 KiB granule (Arm ARM D8.2.9): no blocks above level 2 */
#include "mmu/level.h"
#include "mmu/vmsa64_leaf.h"

enum { FIRST_LEVEL = 0, GRANULE_BITS = 14, INDEX_BITS = 11, POOL_MARK = 2 };

static const struct level levels[] = {{47, 0, 0}, {36, 0, 0}, {25, 1, 5}, {14, 1, 7}};

#include "mmu/engine.h"

const struct mmu_format mmu_vmsa64_16k = ENGINE_FORMAT;
