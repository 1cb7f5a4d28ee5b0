/* ARMv7's short descriptors of cores that have PXN (ID_MMFR0.VMSA 4 or more, Arm ARM DDI 0406C B4.1.89) */
#include "mmu/short_leaf.h"

#define FORMAT short_pxn
enum { HAS_PXN = 1 };

#include "mmu/engine_short.h"
#include "mmu/engine.h"

const struct mmu_format mmu_short_pxn = ENGINE_FORMAT;
