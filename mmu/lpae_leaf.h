/*
 * From MMU_ attributes to a leaf of AArch32's long descriptors, and back: as VMSAv8-64's, but that bit 54 is XN, for
 * PL0 and PL1, and that PL0 executes only what it may read (Arm ARM DDI 0406C B3.6.2, B3.7.2).
 */
#ifndef MMU_LPAE_LEAF_H
#define MMU_LPAE_LEAF_H

#include "mmu/entry64.h"
#include "mmu/mair_leaf.h"

#define XN UXN

static const struct leaf_code leaf_code = {
    .type = MAIR_TYPES,
    .permission =
        {
            [0] = AP_READ_ONLY | PXN | XN,
            [MMU_WRITE >> 4] = PXN | XN,
            [MMU_EXEC >> 4] = AP_READ_ONLY | NOT_BOTH,
            [(MMU_WRITE | MMU_EXEC) >> 4] = NONE,
            [MMU_USER >> 4] = AP_USER | AP_READ_ONLY | NG | PXN | XN,
            [(MMU_USER | MMU_WRITE) >> 4] = AP_USER | NG | PXN | XN,
            [(MMU_USER | MMU_EXEC) >> 4] = AP_USER | AP_READ_ONLY | NG | PXN | NOT_BOTH,
            [(MMU_USER | MMU_WRITE | MMU_EXEC) >> 4] = NONE,
        },
};

static inline uint64_t leaf_attributes(uint32_t attr)
{
    return leaf_encode(&leaf_code, attr);
}

static const struct mair_attr attr_of = {
    MAIR_TYPES_BACK,
    {ATTR_OF_AP(MMU_EXEC, MMU_EXEC), ATTR_OF_AP(0, MMU_EXEC), ATTR_OF_AP(0, 0), ATTR_OF_AP(0, 0)},
};

static inline uint32_t leaf_attr(uint64_t leaf)
{
    return mair_attr(&attr_of, leaf);
}

/* TTBCR.T0SZ and T1SZ are 0 to 7; a high half of 32 bits would leave nothing to TTBR0. */
enum { VA_BITS_MIN = 25, VA_BITS_MAX = 32, ADDRESS_BITS = 32, PA_BITS_MAX = 40 };

#endif
