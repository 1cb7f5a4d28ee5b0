/*
 * Part of the engine for short descriptors: what engine_entry64.h is for entries of 64 bits. The file of a format says
 * before whether its sections have PXN: HAS_PXN.
 */
#include "mmu/short.h"

/* What EL0 may execute PL1 may not. Pages cannot say so: theirs is their table's. */
static inline uint32_t section_pxn(uint64_t leaf)
{
    return HAS_PXN && leaf & AP_USER && !(leaf & XN);
}

static inline uint32_t short_encode(uint64_t entry, unsigned level)
{
    if (!(entry & VALID))
        return entry ? invalid_encode(entry, level) : 0;
    if (level == 3)
        return page_encode(entry);
    return entry & TABLE_OR_PAGE ? ((uint32_t)entry & 0xfffffc00) | 1 : section_encode(entry) | section_pxn(entry);
}

/* ---- what the engine calls ---- */

static inline uint64_t entry_get(const entry_t *slot, unsigned level)
{
    uint32_t entry = *slot;

    if (!(entry & 3))
        return entry ? invalid_decode(slot, level) : 0;
    if (level == 3)
        return page_decode(slot);
    return entry & 2 ? section_decode(slot) : table_decode(slot);
}

/* A domain other than 0, TEX[2:1], a page table's PXN and what else is not the engine's would be lost. */
static inline bool entry_is_known(const entry_t *slot, unsigned level)
{
    return short_encode(entry_get(slot, level), level) == *slot;
}

static inline void short_keep_count(entry_t *slot, uint64_t entry, unsigned level)
{
    if (level == 2 && entry & TABLE_OR_PAGE)
        *short_count(slot) =
            (uint16_t)((entry >> COUNT_LOW_SHIFT & 0x3fff) | (entry & MIXED ? (unsigned)SHORT_MIXED : 0));
}

static inline void entry_put(entry_t *slot, uint64_t value, unsigned level)
{
    short_keep_count(slot, value, level);
    entry_write32(slot, short_encode(value, level));
}

static inline void entry_put_four(entry_t *slot, const uint64_t value[4], unsigned level)
{
    for (unsigned i = 0; i < 4; i++)
        entry_put(slot + i, value[i], level);
}

static inline void entry_put_table(entry_t *slot, uint64_t descriptor, unsigned level)
{
    short_keep_count(slot, descriptor, level);
    entry_link32(slot, short_encode(descriptor, level));
}

static inline void entry_put_none(entry_t *slot, size_t count)
{
    while (count--)
        entry_write32(slot++, 0);
}

#include "mmu/engine_eight.h"

static inline void entry_put_empty(entry_t *table, size_t count)
{
    entry_put_none(table, count);
}

/* Table memory lies below 2^32, in the host's tests too: the second word of the pointer is 0. */
static inline void entry_put_next(entry_t *table, const void *next)
{
    entry_write32(table, (uint32_t)(uintptr_t)next);
    entry_write32(table + 1, 0);
}

static inline uint64_t table_get(const struct mmu_space *space, const entry_t *slot, unsigned level)
{
    return slot == (const entry_t *)&space->root ? space->root : entry_get(slot, level - 1);
}

static inline void table_put(struct mmu_space *space, entry_t *slot, uint64_t descriptor, unsigned level)
{
    if (slot == (entry_t *)&space->root)
        space->root = descriptor;
    else
        entry_put(slot, descriptor, level - 1);
}
