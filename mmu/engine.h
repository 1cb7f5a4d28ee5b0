/*
 * The algorithm, compiled once a format: a format's .c includes the header of its leaves,
 * defines its geometry (FIRST_LEVEL, GRANULE_BITS, INDEX_BITS, levels[]) and includes this file. Every function is
 * static there.
 *
 * `off` is an address less the base of the space's half, so that its bits are table indices.
 * A table is named by its descriptor, which holds its address and its entry count.
 */
#include "mmu/format.h"
#include "mmu/pool.h"
#include "mmu/space.h"

#define INLINE  static inline __attribute__((always_inline))
#define GRANULE (UINT64_C(1) << GRANULE_BITS)
#define ENTRIES (1u << INDEX_BITS)

INLINE uint64_t level_size(unsigned level)
{
    return UINT64_C(1) << levels[level].shift;
}

INLINE unsigned index_of(uint64_t off, unsigned level)
{
    return (unsigned)(off >> levels[level].shift) & (ENTRIES - 1);
}

INLINE bool is_leaf(uint64_t entry, unsigned level)
{
    return (entry & KIND) == (level == LAST_LEVEL ? KIND : VALID);
}

INLINE bool is_table(uint64_t entry, unsigned level)
{
    return level != LAST_LEVEL && entry & TABLE_OR_PAGE;
}

/* What makes a leaf's attributes a whole leaf, its address aside */
INLINE uint64_t leaf_kind(unsigned level)
{
    return level == LAST_LEVEL ? KIND : VALID;
}

/* The end of the slot that holds off, but at most end. */
INLINE uint64_t slot_end(uint64_t off, uint64_t end, unsigned level)
{
    uint64_t last = off | (level_size(level) - 1);

    return last < end - 1 ? last + 1 : end;
}

INLINE uint64_t *table_at(uintptr_t table_offset, uint64_t descriptor)
{
    return (uint64_t *)(uintptr_t)((descriptor & OUTPUT_ADDRESS) + table_offset);
}

INLINE uint64_t *table_of(const struct mmu_space *space, uint64_t descriptor)
{
    return table_at(space->table_offset, descriptor);
}

INLINE uint64_t table_entry(const struct mmu_space *space, const uint64_t *table)
{
    return ((uintptr_t)table - space->table_offset) | KIND;
}

INLINE unsigned table_count(uint64_t descriptor)
{
    uint64_t count = descriptor >> COUNT_LOW_SHIFT & (BIT(COUNT_LOW_BITS) - 1);

    if (INDEX_BITS >= COUNT_LOW_BITS)
        count |= (descriptor >> COUNT_HIGH_SHIFT & (BIT(COUNT_HIGH_BITS) - 1)) << COUNT_LOW_BITS;
    return (unsigned)count;
}

/* The descriptor of the same table with `by` more entries in use; by may be negative. */
INLINE uint64_t table_count_add(uint64_t descriptor, int64_t by)
{
    uint64_t count;

    if (INDEX_BITS < COUNT_LOW_BITS)
        return descriptor + ((uint64_t)by << COUNT_LOW_SHIFT);
    count = table_count(descriptor) + (uint64_t)by;
    return (descriptor & ~COUNT) | (count & (BIT(COUNT_LOW_BITS) - 1)) << COUNT_LOW_SHIFT |
           count >> COUNT_LOW_BITS << COUNT_HIGH_SHIFT;
}

/* Every entry is a leaf: known without reading the table. */
INLINE bool table_full_of_leaves(uint64_t descriptor)
{
    return !(descriptor & MIXED) && table_count(descriptor) == ENTRIES;
}

/* An entry for off, at or above the level that was asked for, and the descriptor of the table it is in. */
struct place {
    uint64_t *slot, *table;
    uint64_t size; /* the entry's, which translates as many bytes */
    unsigned level;
};

/* One level down, into `table`: true when the way ends here. `level` is constant where this is used. */
INLINE bool descend(uint64_t *table, uint64_t off, unsigned level, struct place *at)
{
    at->table = at->slot;
    at->slot = table + index_of(off, level);
    at->size = level_size(level);
    at->level = level;
    return !is_table(*at->slot, level);
}

/* Follow tables to `level` (not 0); an entry that is none ends the way earlier. */
INLINE struct place find(struct mmu_space *space, uint64_t off, unsigned level)
{
    struct place at = {.slot = &space->root};
    uint64_t *table = space->root_table;
    uintptr_t offset = space->table_offset;

    __asm__("" : "+r"(offset)); /* or it is read again at each level */
    if (FIRST_LEVEL == 0 && space->root_level == 0) {
        if (descend(table, off, 0, &at))
            return at;
        table = table_at(offset, *at.slot);
    }
    if (space->root_level <= 1) {
        if (descend(table, off, 1, &at) || level == 1)
            return at;
        table = table_at(offset, *at.slot);
    }
    if (descend(table, off, 2, &at) || level == 2)
        return at;
    descend(table_at(offset, *at.slot), off, 3, &at);
    return at;
}

/* The root's descriptor is the space's own word, any other is in a table. */
INLINE void table_update(struct mmu_space *space, uint64_t *slot, uint64_t descriptor)
{
    if (slot == &space->root)
        *slot = descriptor;
    else
        entry_write(slot, descriptor);
}

/* The first address is inside the half and aligned, and so is the last. */
INLINE int check_va(const struct mmu_space *space, uint64_t va, uint64_t size)
{
    if ((va | size) & (GRANULE - 1) || size - 1 >= space->span || va - space->base > space->span - size)
        return MMU_RANGE;
    return MMU_OK;
}

/* Low-half leaves belong to an address space of their own: never global. */
INLINE uint64_t leaf_bits(const struct mmu_space *space, uint32_t attr)
{
    return leaf_attributes(attr) | (space->base ? 0 : NG);
}

/* Tables that nobody links any more; each holds the next one's address where its first entry was. */
struct detached {
    uint64_t *list;
    unsigned shift; /* the smallest leaf that went is 2^shift bytes */
    bool leaves;    /* some leaf went */
};

static void finish_update(struct mmu_space *space, uint64_t va, uint64_t size, const struct detached *gone)
{
    struct mmu_flush flush = {va, size, UINT64_C(1) << gone->shift, gone->list != NULL};

    if (gone->list || gone->leaves)
        space->backend->invalidate(space, &flush);
    else
        space->backend->publish(space);
    pool_give_back(space, gone->list);
}

#include "mmu/engine_read.h"
#include "mmu/engine_map.h"
#include "mmu/engine_clear.h"
#include "mmu/engine_protect.h"

static uint64_t root_entry(uint64_t pa)
{
    return pa | KIND;
}

#define ENGINE_FORMAT                                                                                                  \
    {                                                                                                                  \
        .granule_bits = GRANULE_BITS, .index_bits = INDEX_BITS, .first_level = FIRST_LEVEL,                            \
        .va_bits_min = VA_BITS_MIN, .va_bits_max = VA_BITS_MAX, .address_bits = ADDRESS_BITS,                          \
        .pa_bits_max = PA_BITS_MAX, .pool_mark = POOL_MARK, .map = map, .unmap = unmap, .protect = protect,            \
        .tag = tag, .walk = walk, .translate = translate, .segment = segment, .tables_needed = tables_needed,          \
        .root_entry = root_entry, .release = release,                                                                  \
    }
