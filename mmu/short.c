/* ARMv7's short descriptors: sections and supersections, then small and large pages (Arm ARM DDI 0406C B3.5) */
#include "mmu/short_leaf.h"

#define FORMAT short
enum { HAS_PXN = 0 };

#include "mmu/engine_short.h"
#include "mmu/engine.h"

const struct mmu_format mmu_short = ENGINE_FORMAT;
