/*
 * The memory types of stage 1 long descriptors: AttrIndx and SH. Every runtime sets the same types at the same
 * indices: MAIR_EL1 0x0C0804FF00BB44FF; in AArch32 MAIR1:MAIR0 MMU_LPAE_MAIR.
 */
#ifndef MMU_MAIR_LEAF_H
#define MMU_MAIR_LEAF_H

#include <stdbool.h>

#include "mmu/leaf_code.h"
#include "mmu/vmsa64.h"

/*
 * Normal cacheable memory is inner shareable in every table, so that aliases never disagree; the
 * walker ignores SH of Device and Normal non-cacheable memory (D8.6.2), outer shareable is what it takes it for.
 */
#define DEVICE(index)    (ATTRINDX(index) | SH_OUTER | AF | VALID | NOT_BOTH)
#define UNCACHED(index)  (ATTRINDX(index) | SH_OUTER | AF | VALID)
#define CACHEABLE(index) (ATTRINDX(index) | SH_INNER | AF | VALID)

/* struct leaf_code's type */
#define MAIR_TYPES                                                                                                     \
    {                                                                                                                  \
        [MMU_DEVICE_nGnRnE] = DEVICE(3), [MMU_DEVICE_nGnRE] = DEVICE(5), [MMU_DEVICE_nGRE] = DEVICE(6),                \
        [MMU_DEVICE_GRE] = DEVICE(7), [MMU_UNCACHED] = UNCACHED(1), [MMU_WRITETHROUGH] = CACHEABLE(2),                 \
        [MMU_WRITEBACK] = CACHEABLE(0), [MMU_WRITEBACK + 1 ... MMU_TYPE_MASK] = NONE,                                  \
    }

static inline bool leaf_cacheable(uint64_t leaf)
{
    return (leaf & ATTRINDX(7)) == ATTRINDX(0) || (leaf & ATTRINDX(7)) == ATTRINDX(2);
}

/* Back again: by AttrIndx (index 4 is nobody's; its MAIR byte is 0xFF), and by AP[2:1] and UXN (LPAE: XN), PXN. */
struct mair_attr {
    uint32_t type[8], permission[16];
};

#define MAIR_TYPES_BACK                                                                                                \
    {                                                                                                                  \
        MMU_WRITEBACK, MMU_UNCACHED, MMU_WRITETHROUGH, MMU_DEVICE_nGnRnE, MMU_WRITEBACK, MMU_DEVICE_nGnRE,             \
            MMU_DEVICE_nGRE, MMU_DEVICE_GRE                                                                            \
    }

/* Of the four values of AP[2:1], what each may do beside, `el1` and `el0` being 0 or MMU_EXEC */
#define ATTR_OF_AP(el1, el0) MMU_WRITE | (el1), MMU_WRITE | MMU_USER | (el0), (el1), MMU_USER | (el0)

static inline __attribute__((always_inline)) uint32_t mair_attr(const struct mair_attr *of, uint64_t leaf)
{
    return of->type[leaf >> 2 & 7] | of->permission[(leaf >> 6 & 3) | (leaf >> 53 & 3) << 2];
}

#endif
