/* From MMU_ attributes to a VMSAv8-64 stage 1 leaf's attributes, and back. */
#ifndef MMU_VMSA64_LEAF_H
#define MMU_VMSA64_LEAF_H

#include "mmu/mair_leaf.h"

/* What may be written is never executable. */
static const struct leaf_code leaf_code = {
    .type = MAIR_TYPES,
    .permission =
        {
            [0] = AP_READ_ONLY | PXN | UXN,
            [MMU_WRITE >> 4] = PXN | UXN,
            [MMU_EXEC >> 4] = AP_READ_ONLY | UXN | NOT_BOTH,
            [(MMU_WRITE | MMU_EXEC) >> 4] = NONE,
            [MMU_USER >> 4] = AP_USER | AP_READ_ONLY | NG | PXN | UXN,
            [(MMU_USER | MMU_WRITE) >> 4] = AP_USER | NG | PXN | UXN,
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
    {ATTR_OF_AP(MMU_EXEC, MMU_EXEC), ATTR_OF_AP(0, MMU_EXEC), ATTR_OF_AP(MMU_EXEC, 0), ATTR_OF_AP(0, 0)},
};

static inline uint32_t leaf_attr(uint64_t leaf)
{
    return mair_attr(&attr_of, leaf);
}

/* What spaces of these formats can be */
enum { VA_BITS_MIN = 36, ADDRESS_BITS = 64 };

#endif
