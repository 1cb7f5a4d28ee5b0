/* ARMv7's short descriptors of cores that have PXN (ID_MMFR0.VMSA 4 or more, Arm ARM DDI 0406C B4.1.89) */
#include "mmu/level.h"
#include "mmu/short_leaf.h"

enum { HAS_PXN = 1 };
enum { FIRST_LEVEL = 2, GRANULE_BITS = 12, INDEX_BITS = 12, POOL_MARK = 8 };

static const struct level levels[] = {{44, 0, 0}, {32, 0, 0}, {20, 1, 4}, {12, 1, 4}};

#include "mmu/engine_short.h"
#include "mmu/engine.h"

const struct mmu_format mmu_short_pxn = ENGINE_FORMAT;
