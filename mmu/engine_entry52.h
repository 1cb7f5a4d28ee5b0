/*
 * Entries of 64 bits whose addresses have 52: some of the upper bits stand elsewhere in the tables (Arm ARM DDI 0487,
 * D8.3). The engine computes with addresses of one piece, in [51:12]: entry52_ds.h and entry52_64k.h bring an entry
 * into that form and back.
 */
#ifndef MMU_ENGINE_ENTRY52_H
#define MMU_ENGINE_ENTRY52_H

#include "mmu/engine_entry64.h"
#include "mmu/long.h"

#undef OUTPUT_ADDRESS
#define OUTPUT_ADDRESS UINT64_C(0x000ffffffffff000)

static inline uint64_t entry_put_eight(entry_t *slot, unsigned level, uint64_t first, uint64_t step)
{
    for (unsigned i = 0; i < 8; i++, first += step)
        entry_put(slot + i, first, level);
    return first;
}

static inline uint64_t entry_eight_common(const entry_t *slot, unsigned level)
{
    uint64_t common = ~UINT64_C(0);

    for (unsigned i = 0; i < 8; i++)
        common &= entry_get(slot + i, level);
    return common;
}

static inline bool entry_eight_follow(const entry_t *slot, unsigned level, uint64_t first, uint64_t step)
{
    uint64_t differ = 0;

    for (unsigned i = 0; i < 8; i++)
        differ |= entry_get(slot + i, level) ^ (first + i * step);
    return !differ;
}

#endif
