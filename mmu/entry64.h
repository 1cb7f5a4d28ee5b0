/* Entries of 64 bits: the engine computes with them as they stand in the tables. */
#ifndef MMU_ENTRY64_H
#define MMU_ENTRY64_H

#include <stdint.h>

static inline uint64_t entry_in(uint64_t entry)
{
    return entry;
}

static inline uint64_t entry_out(uint64_t entry)
{
    return entry;
}

#include "mmu/engine_entry64.h"

/* Eight from *slot on, the first one `first` and each of the next `step` more. *slot and the result go on from there.
 */
static inline uint64_t entry_put_eight(entry_t **slot, unsigned level, uint64_t first, uint64_t step)
{
    (void)level;
    return entry_write_eight(slot, first, step);
}

/* Bits that all of these entries have */
static inline uint64_t entry_common_bits(const entry_t *slot, unsigned level, size_t count)
{
    (void)level;
    return entry_common(slot, count);
}

/* Is the entry here `first`, and is each of the next seven `step` more? */
static inline bool entry_eight_follow(const entry_t *slot, unsigned level, uint64_t first, uint64_t step)
{
    (void)level;
    return entry_eight(slot, first, step);
}

#endif
