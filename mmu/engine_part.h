/*
 * Part of engine.h: the usual cut, of a part that is unmapped in one leaf of the table met last: what is left of it is
 * written once, where the passes of engine_split.h would make the leaf a table and change that.
 */

/* Is the range a part of this leaf of the table met last, which may be broken, and made of what such a leaf is cut to?
 */
INLINE bool is_part(const struct mmu_space *space, uint64_t leaf, uint64_t va, uint64_t size)
{
    const struct mmu_near *near = &space->near;

    return near->level != LAST_LEVEL && is_leaf(leaf, near->level) && !(leaf & CONTIGUOUS) && near->live &&
           !space->no_break && !space->keeps && !((va | size) & (level_size(near->level + 1u) - 1)) &&
           size - 1 <= near->mask - (va & near->mask);
}

/* A table of what is left of a leaf: all but the range. Returns its descriptor. */
INLINE uint64_t table_without(struct mmu_space *space, uint64_t leaf, uint64_t va, uint64_t size)
{
    unsigned level = space->near.level + 1u, count = (unsigned)(size >> level_shift(level));
    unsigned first = index_of(va - space->base, level), next = first + count;
    entry_t *table = (entry_t *)pool_take(space);

    leaf = smaller_leaf(leaf, level);
    fill_run(table, level, leaf, first);
    entry_put_none(table + first, count);
    fill_run(table + next, level, leaf + next * level_size(level), ENTRIES(level) - next);
    return table_count_add(table_entry(space, table), (int64_t)ENTRIES(level) - count);
}

/* A part of the leaf at `slot` in the table met last, which is broken until nobody uses it (Arm ARM D8.16.1). */
NOINLINE int unmap_part(struct mmu_space *space, entry_t *slot, uint64_t va, uint64_t size)
{
    struct mmu_near *near = &space->near;
    unsigned level = near->level;
    struct mmu_flush leaf = {va & ~near->mask, near->mask + 1, near->mask + 1, false, level_hint(level)};
    entry_t *table = near->path[level];

    if (!pool_reserve(space, 1))
        return MMU_TABLES;
    entry_put(slot, broken_entry(table_without(space, entry_get(slot, level), va, size)), level);
    table_put(space, table, table_get(space, table, level) | MIXED, level);
    space->backend->invalidate(space, &leaf);
    mend(slot, level);
    near_forget(near); /* a call in between may have met the table while it was broken */
    space->backend->publish(space);
    return MMU_OK;
}
