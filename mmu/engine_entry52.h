/*
 * Entries of 64 bits whose addresses have 52: some of the upper bits stand elsewhere in the tables (Arm ARM DDI 0487,
 * D8.3). The engine computes with addresses of one piece, in [51:12]; entry_in and entry_out of the file that includes
 * this one (entry52_ds.h, entry52_64k.h) bring an entry from the tables' form into that one, and back. They only move
 * bits, so that invalid entries lose nothing either. All else is as in entry64.h.
 */
#ifndef MMU_ENGINE_ENTRY52_H
#define MMU_ENGINE_ENTRY52_H

#include "mmu/long.h"
#include "mmu/space.h"

#undef OUTPUT_ADDRESS
#define OUTPUT_ADDRESS UINT64_C(0x000ffffffffff000)

typedef uint64_t entry_t;

#define TABLE_BYTES       (1 << GRANULE_BITS)
#define ROOT_BYTES        TABLE_BYTES
#define ROOT_ADDRESS      OUTPUT_ADDRESS
#define LEVEL_STEP        INDEX_BITS
#define level_bits(level) ((void)(level), (unsigned)INDEX_BITS)

static inline void *root_first(const struct mmu_space *space, void *memory)
{
    (void)space;
    return memory;
}

static inline uint64_t entry_get(const entry_t *slot, unsigned level)
{
    (void)level;
    return entry_in(*slot);
}

static inline void entry_put(entry_t *slot, uint64_t value, unsigned level)
{
    (void)level;
    entry_write(slot, entry_out(value));
}

static inline void entry_put_four(entry_t *slot, const uint64_t value[4], unsigned level)
{
    (void)level;
    entry_write_four(slot, entry_out(value[0]), entry_out(value[1]), entry_out(value[2]), entry_out(value[3]));
}

static inline void entry_put_table(entry_t *slot, uint64_t descriptor, unsigned level)
{
    (void)level;
    entry_link(slot, entry_out(descriptor));
}

static inline void entry_put_none(entry_t *slot, size_t count)
{
    entry_clear(slot, count);
}

static inline bool entry_eight_follow(const entry_t *slot, unsigned level, uint64_t first, uint64_t step)
{
    uint64_t differ = 0;

    for (unsigned i = 0; i < 8; i++)
        differ |= entry_get(slot + i, level) ^ (first + i * step);
    return !differ;
}

static inline void entry_put_empty(entry_t *table, size_t count)
{
    entry_clear_table(table, count);
}

static inline void entry_put_next(entry_t *table, const void *next)
{
    entry_write(table, (uintptr_t)next);
}

/* The root's is the engine's own: nobody walks it. */
static inline uint64_t table_get(const struct mmu_space *space, const entry_t *slot, unsigned level)
{
    (void)level;
    return slot == &space->root ? *slot : entry_in(*slot);
}

static inline void table_put(struct mmu_space *space, entry_t *slot, uint64_t descriptor, unsigned level)
{
    (void)level;
    if (slot == &space->root)
        *slot = descriptor;
    else
        entry_write(slot, entry_out(descriptor));
}

#endif
