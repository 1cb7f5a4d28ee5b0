/*
 * Entries of 64 bits, as the engine reads and writes them: what every format of such has in common. The file that
 * includes this one says what an entry of the tables is to the engine, and back: entry_in and entry_out. They only move
 * bits, so that invalid entries lose nothing either. A format with other entries brings the same functions
 * (engine_short.h). All stores go through arch/cpu.h.
 */
#ifndef MMU_ENGINE_ENTRY64_H
#define MMU_ENGINE_ENTRY64_H

#include "mmu/space.h"

typedef uint64_t entry_t;

#define TABLE_BYTES  (1 << GRANULE_BITS)
#define ROOT_BYTES   TABLE_BYTES
#define ROOT_ADDRESS OUTPUT_ADDRESS
/* What an entry translates has so many bits less than what one of the level above does */
#define LEVEL_STEP INDEX_BITS
/* The index of a table of that level */
#define level_bits(level) ((void)(level), (unsigned)INDEX_BITS)

/* Where the table begins in ROOT_BYTES of memory */
static inline void *root_first(const struct mmu_space *space, void *memory)
{
    (void)space;
    return memory;
}

/* Does the engine know all that this valid entry says? It keeps bits that it has no name for. */
static inline bool entry_is_known(const entry_t *slot, unsigned level)
{
    (void)slot;
    (void)level;
    return true;
}

/* `level` is the table's, for formats whose entries look different at each. */
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

/* All of a table that nobody walks yet */
static inline void entry_put_empty(entry_t *table, size_t count)
{
    entry_clear_table(table, count);
}

/* A table's first entry becomes the next one of a list: invalid to a walker, as a pointer is even. */
static inline void entry_put_next(entry_t *table, const void *next)
{
    entry_write(table, (uintptr_t)next);
}

/*
 * A table's descriptor where it stands: `slot` is an entry of level - 1, or the space's root, which is the engine's
 * own: nobody walks it.
 */
static inline uint64_t table_get(const struct mmu_space *space, const entry_t *slot, unsigned level)
{
    uint64_t descriptor = *slot;

    (void)level;
    return slot == &space->root ? descriptor : entry_in(descriptor);
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
