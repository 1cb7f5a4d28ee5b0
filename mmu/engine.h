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

#define INLINE         static inline __attribute__((always_inline))
#define GRANULE        (UINT64_C(1) << GRANULE_BITS)
#define ENTRIES(level) (1u << level_bits(level))

INLINE uint64_t level_size(unsigned level)
{
    return UINT64_C(1) << levels[level].shift;
}

/* A contiguous group: leaves that one TLB entry may cover (Arm ARM D8.6.1) */
INLINE unsigned group_count(unsigned level)
{
    return 1u << levels[level].group_bits;
}

INLINE uint64_t group_size(unsigned level)
{
    return level_size(level) << levels[level].group_bits;
}

INLINE unsigned index_of(uint64_t off, unsigned level)
{
    return (unsigned)(off >> levels[level].shift) & (ENTRIES(level) - 1);
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

INLINE entry_t *table_at(uintptr_t table_offset, uint64_t descriptor)
{
    return (entry_t *)(uintptr_t)((descriptor & OUTPUT_ADDRESS) + table_offset);
}

INLINE entry_t *table_of(const struct mmu_space *space, uint64_t descriptor)
{
    return table_at(space->table_offset, descriptor);
}

INLINE uint64_t table_entry(const struct mmu_space *space, const entry_t *table)
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
INLINE bool table_full_of_leaves(uint64_t descriptor, unsigned level)
{
    return !(descriptor & MIXED) && table_count(descriptor) == ENTRIES(level);
}

/* An entry for off, at or above the level that was asked for, and the descriptor of the table it is in. */
struct place {
    entry_t *slot, *table;
    uint64_t size; /* the entry's, which translates as many bytes */
    unsigned level;
};

/* One level down, into `table`: true when the way ends here. `level` is constant where this is used. */
INLINE bool descend(entry_t *table, uint64_t off, unsigned level, struct place *at)
{
    at->table = at->slot;
    at->slot = table + index_of(off, level);
    at->size = level_size(level);
    at->level = level;
    return !is_table(entry_get(at->slot, level), level);
}

/*
 * Follow tables to `level` (not 0); an entry that is none ends the way earlier. The last-level table met last
 * is remembered until some table leaves the tree: neighbours come in a row, and most of the way is spared then.
 */
INLINE struct place find(struct mmu_space *space, uint64_t off, unsigned level)
{
    struct place at = {.slot = (entry_t *)&space->root};
    entry_t *table = space->root_table;
    uintptr_t offset = space->table_offset;

    if (level == LAST_LEVEL && off >> levels[LAST_LEVEL - 1].shift == space->near_key) {
        at.slot = space->near_slot;
        descend(space->near_table, off, LAST_LEVEL, &at);
        return at;
    }
    __asm__("" : "+r"(offset)); /* or it is read again at each level */
    if (FIRST_LEVEL == 0 && space->root_level == 0) {
        if (descend(table, off, 0, &at))
            return at;
        table = table_at(offset, entry_get(at.slot, 0));
    }
    if (FIRST_LEVEL <= 1 && space->root_level <= 1) {
        if (descend(table, off, 1, &at) || level == 1)
            return at;
        table = table_at(offset, entry_get(at.slot, 1));
    }
    if (descend(table, off, 2, &at) || level == 2)
        return at;
    table = table_at(offset, entry_get(at.slot, 2));
    space->near_key = off >> levels[LAST_LEVEL - 1].shift;
    space->near_slot = at.slot;
    space->near_table = table;
    descend(table, off, LAST_LEVEL, &at);
    return at;
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

/* Entries that a call has broken, side by side in a table. */
struct broken {
    entry_t *slot;
    unsigned count, level;
};

/* What a call takes away on its way; update_finish makes sure that nobody uses any of it. */
struct update {
    struct mmu_space *space;
    uint64_t off, end;       /* the leaves that went or broke are in here */
    unsigned shift;          /* the smallest of them is 2^shift bytes */
    bool leaves;             /* there is one */
    entry_t *tables;         /* unlinked: each holds the next one's address where its first entry was */
    struct broken broken[2]; /* at the range's ends: they come back, changed, when nobody uses what they were */
    unsigned broken_count;
};

INLINE struct update update_start(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return (struct update){.space = space, .off = va - space->base, .end = va - space->base + size, .shift = 63};
}

INLINE void note_leaf(struct update *update, unsigned level)
{
    if (levels[level].shift < update->shift)
        update->shift = levels[level].shift;
    update->leaves = true;
}

/* A TLBI takes one address a stride: from the start of the first leaf, as the range may begin in its middle. */
static void update_invalidate(const struct update *update)
{
    struct mmu_space *space = update->space;
    uint64_t stride = UINT64_C(1) << update->shift, off = update->off & ~(stride - 1);
    struct mmu_flush flush = {space->base + off, update->end - off, stride, update->tables != NULL, 0};

    space->backend->invalidate(space, &flush);
}

/* The broken entries that the call has not put its own into. */
static void mend(const struct broken *broken)
{
    for (unsigned i = 0; i < broken->count; i++) {
        uint64_t entry = entry_get(broken->slot + i, broken->level), mended = (entry & ~TAG(7)) | VALID;

        if (entry & VALID || !(entry & (AF | TABLE_OR_PAGE)))
            continue;
        if (is_table(entry, broken->level))
            entry_put_table(broken->slot + i, mended, broken->level);
        else
            entry_put(broken->slot + i, mended, broken->level);
    }
}

static void update_finish(struct update *update)
{
    struct mmu_space *space = update->space;

    if (update->leaves || update->tables)
        update_invalidate(update);
    for (unsigned i = 0; i < update->broken_count; i++)
        mend(&update->broken[i]);
    if (update->broken_count || !(update->leaves || update->tables))
        space->backend->publish(space);
    pool_give_back(space, (uint64_t *)update->tables);
}

#include "mmu/engine_read.h"
#include "mmu/engine_map.h"
#include "mmu/engine_pages.h"
#include "mmu/engine_fill.h"
#include "mmu/engine_split.h"
#include "mmu/engine_clear.h"
#include "mmu/engine_protect.h"
#include "mmu/engine_fold.h"
#include "mmu/engine_adopt.h"

static void root_open(struct mmu_space *space, void *memory)
{
    space->root_table = root_first(space, memory);
    space->root = table_entry(space, space->root_table);
    entry_put_none(memory, ENTRIES(FIRST_LEVEL));
}

#define ENGINE_FORMAT                                                                                                  \
    {                                                                                                                  \
        .granule_bits = GRANULE_BITS, .index_bits = INDEX_BITS, .table_bytes = TABLE_BYTES, .root_bytes = ROOT_BYTES,  \
        .root_address = ROOT_ADDRESS, .first_level = FIRST_LEVEL, .va_bits_min = VA_BITS_MIN,                          \
        .va_bits_max = VA_BITS_MAX, .address_bits = ADDRESS_BITS, .pa_bits_max = PA_BITS_MAX, .pool_mark = POOL_MARK,  \
        .map = map, .map_pages = map_pages, .unmap = unmap, .protect = protect, .tag = tag, .fill = fill_place,        \
        .fold = fold, .walk = walk, .translate = translate, .segment = segment, .tables_needed = tables_needed,        \
        .tables_max = tables_max, .root_open = root_open, .adopt = adopt, .release = release,                          \
    }
