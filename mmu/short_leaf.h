/* From MMU_ attributes to a short descriptor's, and back. The runtime's PRRR and NMRR are MMU_SHORT_PRRR and _NMRR. */
#ifndef MMU_SHORT_LEAF_H
#define MMU_SHORT_LEAF_H

#include <stdbool.h>

#include "mmu/leaf_code.h"
#include "mmu/short.h"

/*
 * A region a type, in the order of MMU_ types; but region 6 is the implementation's (B3.8.3), so MMU_WRITEBACK is 7.
 * What EL0 executes EL1 may execute too, but for sections that have PXN (engine_short.h).
 */
static const struct leaf_code leaf_code = {
    .type =
        {
            [MMU_DEVICE_nGnRnE] = REGION(0) | AF | VALID | NOT_BOTH,
            [MMU_DEVICE_nGnRE] = REGION(1) | AF | VALID | NOT_BOTH,
            [MMU_DEVICE_nGRE] = REGION(2) | AF | VALID | NOT_BOTH,
            [MMU_DEVICE_GRE] = REGION(3) | AF | VALID | NOT_BOTH,
            [MMU_UNCACHED] = REGION(4) | AF | VALID,
            [MMU_WRITETHROUGH] = REGION(5) | AF | VALID,
            [MMU_WRITEBACK] = REGION(7) | AF | VALID,
            [MMU_WRITEBACK + 1 ... MMU_TYPE_MASK] = NONE,
        },
    .permission =
        {
            [0] = AP_READ_ONLY | XN,
            [MMU_WRITE >> 4] = XN,
            [MMU_EXEC >> 4] = AP_READ_ONLY | NOT_BOTH,
            [(MMU_WRITE | MMU_EXEC) >> 4] = NONE,
            [MMU_USER >> 4] = AP_USER | AP_READ_ONLY | NG | XN,
            [(MMU_USER | MMU_WRITE) >> 4] = AP_USER | NG | XN,
            [(MMU_USER | MMU_EXEC) >> 4] = AP_USER | AP_READ_ONLY | NG | NOT_BOTH,
            [(MMU_USER | MMU_WRITE | MMU_EXEC) >> 4] = NONE,
        },
};

static inline uint64_t leaf_attributes(uint32_t attr)
{
    return leaf_encode(&leaf_code, attr);
}

static inline bool leaf_cacheable(uint64_t leaf)
{
    return (leaf & REGION(7)) >= REGION(5);
}

static inline uint32_t leaf_attr(uint64_t leaf)
{
    uint32_t region = leaf >> 32 & 7;

    return (region == 7 ? MMU_WRITEBACK : region) | (leaf & AP_READ_ONLY ? 0u : MMU_WRITE) |
           (leaf & XN ? 0u : MMU_EXEC) | (leaf & AP_USER ? MMU_USER : 0u);
}

/* TTBCR.N is 32 - va_bits; there is no TTBR1 when it is 0. */
enum { VA_BITS_MIN = 25, VA_BITS_MAX = 32, ADDRESS_BITS = 32, PA_BITS_MAX = 32 };

#endif
