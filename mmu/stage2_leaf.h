/*
 * From MMU_ attributes to a VMSAv8-64 stage 2 leaf's attributes, and back (Arm ARM DDI 0487 D8.3, D8.4, D8.6): for
 * HCR_EL2.FWB 0 and without FEAT_XNX. Stage 2 does not tell EL0 from EL1, so MMU_USER does not exist; a guest's RAM
 * may be written and executed, as its own stage 1 says which.
 */
#ifndef MMU_STAGE2_LEAF_H
#define MMU_STAGE2_LEAF_H

#include <stdbool.h>

#include "mmu/entry64.h"
#include "mmu/leaf_code.h"
#include "mmu/long.h"

#define MEMATTR(n)   FIELD(n, 2)
#define S2AP_READ    BIT(6)
#define S2AP_WRITE   BIT(7)
#define NG           0 /* there are no global leaves, as every TLB entry has a VMID */
#define XN           BIT(54)
#define ATTRIBUTES   (MEMATTR(0xf) | S2AP_READ | S2AP_WRITE | SH_INNER | AF | XN)
#define BREAK_NEEDED (MEMATTR(0xf) | SH_INNER) /* D8.16.1 */

#define S2_DEVICE(type)     (MEMATTR(type) | SH_OUTER | AF | VALID | NOT_BOTH)
#define S2_NORMAL(type, sh) (MEMATTR(type) | (sh) | AF | VALID)

static const struct leaf_code leaf_code = {
    .type =
        {
            [MMU_DEVICE_nGnRnE] = S2_DEVICE(0),
            [MMU_DEVICE_nGnRE] = S2_DEVICE(1),
            [MMU_DEVICE_nGRE] = S2_DEVICE(2),
            [MMU_DEVICE_GRE] = S2_DEVICE(3),
            [MMU_UNCACHED] = S2_NORMAL(0x5, SH_OUTER),
            [MMU_WRITETHROUGH] = S2_NORMAL(0xa, SH_INNER),
            [MMU_WRITEBACK] = S2_NORMAL(0xf, SH_INNER),
            [MMU_WRITEBACK + 1 ... MMU_TYPE_MASK] = NONE,
        },
    .permission =
        {
            [0] = S2AP_READ | XN,
            [MMU_WRITE >> 4] = S2AP_READ | S2AP_WRITE | XN,
            [MMU_EXEC >> 4] = S2AP_READ | NOT_BOTH,
            [(MMU_WRITE | MMU_EXEC) >> 4] = S2AP_READ | S2AP_WRITE | NOT_BOTH,
            [MMU_USER >> 4 ... 7] = NONE,
        },
};

static inline uint64_t leaf_attributes(uint32_t attr)
{
    return leaf_encode(&leaf_code, attr);
}

static inline bool leaf_cacheable(uint64_t leaf)
{
    return (leaf & MEMATTR(0xf)) >= MEMATTR(0xa);
}

/* By the outer half of MemAttr: a Device type, or Normal memory of one cacheability inside and out */
static inline uint32_t leaf_attr(uint64_t leaf)
{
    uint32_t outer = leaf >> 4 & 3, type = outer ? MMU_UNCACHED - 1 + outer : leaf >> 2 & 3;

    return type | (leaf & S2AP_WRITE ? MMU_WRITE : 0u) | (leaf & XN ? 0u : MMU_EXEC);
}

/* Of intermediate physical addresses, which have no upper half */
enum { VA_BITS_MIN = 36, VA_BITS_MAX = 48, ADDRESS_BITS = VA_BITS_MIN, PA_BITS_MAX = 48 };

#endif
