/*
 * The algorithm, compiled once a format: a format's .c includes the header of its leaves, names itself (FORMAT),
 * defines its geometry (FIRST_LEVEL and so on) and includes this file. Functions are static
 * there but the calls that format.h lists, which have the format's name in theirs.
 *
 * Two kinds of code: what programs call all day, for one table that is known (struct mmu_near), made for speed; and
 * passes over any range of any levels (struct job, each), made for size.
 *
 * `off` is an address less the base of the space's half, so that its bits are table indices.
 * A table is named by its descriptor, which holds its address and its entry count.
 */
#include "mmu/format.h"
#include "mmu/pool.h"
#include "mmu/small.h"
#include "mmu/space.h"

#define INLINE         static inline __attribute__((always_inline))
#define NOINLINE       static APART
#define GRANULE        (UINT64_C(1) << GRANULE_BITS)
#define ENTRIES(level) (1u << level_bits(level))

/* Levels have Arm's numbers, plus LEVEL_BIAS where there is a level -1. */
enum {
    LEVEL_BIAS = FIRST_LEVEL < 0 ? -FIRST_LEVEL : 0,
    TOP_LEVEL = FIRST_LEVEL + LEVEL_BIAS,
    TOP_LEAF_LEVEL = FIRST_LEAF_LEVEL + LEVEL_BIAS,
    LAST_LEVEL = 3 + LEVEL_BIAS
};

_Static_assert(LAST_LEVEL < sizeof((struct mmu_near *)0)->path / sizeof(void *), "struct mmu_near");

/* What a TLBI may be told of a level: the number, or 0 for "any" */
INLINE uint8_t level_hint(unsigned level)
{
    return (uint8_t)(level > LEVEL_BIAS ? level - LEVEL_BIAS : 0);
}

/* An entry translates 2^this bytes */
INLINE unsigned level_shift(unsigned level)
{
    return GRANULE_BITS + LEVEL_STEP * (LAST_LEVEL - level);
}

INLINE uint64_t level_size(unsigned level)
{
    return UINT64_C(1) << level_shift(level);
}

INLINE bool has_leaves(unsigned level)
{
    return level >= TOP_LEAF_LEVEL;
}

/* A contiguous group, 2^this leaves: one TLB entry may cover them (Arm ARM D8.6.1); 0: there is none of that level */
INLINE unsigned group_bits(unsigned level)
{
    if (level == LAST_LEVEL)
        return PAGE_GROUP_BITS;
    return level == TOP_LEAF_LEVEL ? TOP_BLOCK_GROUP_BITS : BLOCK_GROUP_BITS;
}

INLINE unsigned group_count(unsigned level)
{
    return 1u << group_bits(level);
}

INLINE uint64_t group_size(unsigned level)
{
    return level_size(level) << group_bits(level);
}

INLINE unsigned index_of(uint64_t off, unsigned level)
{
    return (unsigned)(off >> level_shift(level)) & (ENTRIES(level) - 1);
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

/* The bit that makes a valid entry of this level a table; 0 where there are none */
INLINE uint8_t table_bit(unsigned level)
{
    return level == LAST_LEVEL ? 0 : TABLE_OR_PAGE;
}

/* A table leaves the tree: it may be the one met last. Small code begins at the root each time. */
INLINE void near_forget(struct mmu_near *near)
{
    if (SMALL)
        return;
    near->span = 0;
    near->mask = UINT64_MAX;
}

/* Is all of [va, va + size) in the table met last? */
INLINE bool near_holds(const struct mmu_near *near, uint64_t va, uint64_t size)
{
    uint64_t from = va - near->va;

    return from < near->span && size - 1 < near->span - from;
}

/*
 * Follow tables down, from *near where that has off, to the lowest one with an entry for off, or to one that
 * near->whole_level takes as an entry. *near becomes that table. Returns the entry.
 */
NOINLINE entry_t *seek(struct mmu_space *space, struct mmu_near *near, uint64_t off)
{
    uint64_t span = space->span, live = VALID, descriptor, size;
    entry_t *slot = (entry_t *)&space->root;
    unsigned level = space->root_level;

    if (!SMALL && off - (near->va - space->base) < near->span) {
        level = near->level;
        slot = (entry_t *)near->table + index_of(off, level);
        if (!is_table(entry_get(slot, level), level))
            return slot;
        span = near->span;
        live = near->live;
        slot = near->path[level];
    }
    for (;; level++, span = size) {
        near->path[level] = slot;
        descriptor = table_get(space, slot, level);
        live &= descriptor;
        near->table = table_of(space, descriptor);
        slot = (entry_t *)near->table + index_of(off, level);
        size = level_size(level);
        if (!is_table(entry_get(slot, level), level) ||
            (!SMALL && level >= near->whole_level && !(off & (size - 1)) && off + size <= near->whole_end))
            break;
    }
    if (!SMALL)
        near->va = space->base + (off & -span);
    near->span = span;
    near->mask = has_leaves(level) ? size - 1 : UINT64_MAX;
    near->level = (uint8_t)level;
    near->shift = (uint8_t)level_shift(level);
    if (!SMALL)
        near->table_bit = table_bit(level);
    near->live = live & VALID;
    return slot;
}

INLINE entry_t *near_slot(const struct mmu_near *near, uint64_t va)
{
    return (entry_t *)near->table + ((va - near->va) >> near->shift);
}

/* The first address is inside the half and aligned, and so is the last. */
static int check_va(const struct mmu_space *space, uint64_t va, uint64_t size)
{
    if ((va | size) & (GRANULE - 1) || size - 1 >= space->span || va - space->base > space->span - size)
        return MMU_RANGE;
    return MMU_OK;
}

/* The attributes of a leaf; bits of REFUSED where there is no such attr. */
INLINE uint64_t leaf_bits(const struct mmu_space *space, uint32_t attr)
{
    return leaf_attributes(attr) | space->leaf_always;
}

/* Bits in which some of these entries differ from `bits`. */
NOINLINE uint64_t differing(const entry_t *slot, unsigned level, uint64_t bits, unsigned count)
{
    const entry_t *end = slot + count, *eights = slot + (SMALL ? 0 : count & ~7u);
    uint64_t differ = 0;

    for (; slot != eights; slot += 8)
        differ |= (entry_get(slot, level) ^ bits) | (entry_get(slot + 1, level) ^ bits) |
                  (entry_get(slot + 2, level) ^ bits) | (entry_get(slot + 3, level) ^ bits) |
                  (entry_get(slot + 4, level) ^ bits) | (entry_get(slot + 5, level) ^ bits) |
                  (entry_get(slot + 6, level) ^ bits) | (entry_get(slot + 7, level) ^ bits);
    while (slot != end)
        differ |= entry_get(slot++, level) ^ bits;
    return differ;
}

/* A new space's base, root, and the level of it: whose tables resolve the topmost bits of the space's addresses. */
static void place(struct mmu_space *space, void *memory)
{
    unsigned level = TOP_LEVEL;

    while (level < LAST_LEVEL && space->va_bits <= level_shift(level))
        level++;
    space->root_level = (uint8_t)level;
    if (space->global)
        space->base = -space->span & UINT64_MAX >> (64 - ADDRESS_BITS);
    space->root = table_entry(space, root_first(space, memory));
}

#include "mmu/engine_job.h"
#include "mmu/engine_leaves.h"
#include "mmu/engine_split.h"
#include "mmu/engine_map.h"
#include "mmu/engine_pages.h"
#include "mmu/engine_fill.h"
#include "mmu/engine_part.h"
#include "mmu/engine_clear.h"
#include "mmu/engine_protect.h"
#include "mmu/engine_fold.h"
#include "mmu/engine_read.h"
#include "mmu/engine_adopt.h"

static void root_open(struct mmu_space *space, void *memory)
{
    place(space, memory);
    space->leaf_always = space->global ? 0 : NG;
    if (SMALL)
        fill_same(memory, TOP_LEVEL, 0);
    else
        entry_put_none(memory, ENTRIES(TOP_LEVEL));
}

#define ENGINE_FORMAT                                                                                                  \
    {                                                                                                                  \
        .number = FORMAT_NUMBER(FORMAT), .granule_bits = GRANULE_BITS, .table_bytes = TABLE_BYTES,                     \
        .root_bytes = ROOT_BYTES, .root_address = ROOT_ADDRESS, .va_bits_min = VA_BITS_MIN,                            \
        .va_bits_max = VA_BITS_MAX, .address_bits = ADDRESS_BITS, .pa_bits_max = PA_BITS_MAX, .pool_mark = POOL_MARK,  \
        .map = map, .unmap = unmap, .walk = walk, .translate = SMALL ? NULL : FORMAT_CALL(FORMAT, translate),          \
        .segment = SMALL ? NULL : FORMAT_CALL(FORMAT, segment), .root_open = root_open, .release = release,            \
    }
