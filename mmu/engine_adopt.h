/* Part of engine.h: a tree of tables that somebody else has built. */

/* Of the root only as many entries are the table's as the space's addresses reach. */
static unsigned entries_of(const struct mmu_space *space, unsigned level)
{
    return level == space->root_level ? (unsigned)((space->span - 1) >> level_shift(level)) + 1 : ENTRIES(level);
}

/*
 * A member of a contiguous group continues its neighbours in that, in all that it says; a group that does not fit the
 * table or its memory is none. The engine changes groups as one, so it takes none for one that is not.
 */
static bool group_is_whole(const struct mmu_space *space, const entry_t *table, unsigned i, unsigned level)
{
    unsigned group = group_count(level), member = i & (group - 1);
    uint64_t leaf = entry_get(table + i, level), step = level_size(level);

    if (!(leaf & CONTIGUOUS))
        return true;
    if (group == 1 || i - member + group > entries_of(space, level) ||
        ((leaf & OUTPUT_ADDRESS) >> level_shift(level) & (group - 1)) != member)
        return false;
    return (!member || entry_get(table + i - 1, level) == leaf - step) &&
           (member == group - 1 || entry_get(table + i + 1, level) == leaf + step);
}

/* Notes global leaves, which TLBs hold for every ASID. */
static bool leaf_is_ours(struct mmu_space *space, const entry_t *table, unsigned i, unsigned level)
{
    uint64_t leaf = entry_get(table + i, level);

    space->global |= !(leaf & NG);
    return has_leaves(level) && is_leaf(leaf, level) && leaf & AF && !(leaf >> TAG_SHIFT) &&
           !(leaf & OUTPUT_ADDRESS & (level_size(level) - 1)) && group_is_whole(space, table, i, level);
}

/* Does it hold only what this engine could have made itself? */
static bool is_ours(struct mmu_space *space, uint64_t descriptor, unsigned level)
{
    const entry_t *table = table_of(space, descriptor);

    for (unsigned i = 0; i < entries_of(space, level); i++) {
        uint64_t entry = entry_get(table + i, level);

        if (!(entry & VALID))
            continue;
        if (!entry_is_known(table + i, level))
            return false;
        if (is_table(entry, level)
                ? entry >> TAG_SHIFT || entry & OUTPUT_ADDRESS & (TABLE_BYTES - 1) || !is_ours(space, entry, level + 1)
                : !leaf_is_ours(space, table, i, level))
            return false;
    }
    return true;
}

/* What an invalid entry keeps: a tag, if the builder was such an engine. */
INLINE uint64_t adopt_invalid(uint64_t entry, bool tags)
{
    bool tag = tags && entry >> TAG_SHIFT && !(entry & ~(TAG(7) | OUTPUT_ADDRESS));

    return tag ? entry : 0;
}

/* Counts what is in use. Returns the new descriptor. */
static uint64_t adopt_table(struct mmu_space *space, uint64_t old, unsigned level, bool tags)
{
    entry_t *table = table_of(space, old);
    uint64_t descriptor = table_entry(space, table);

    space->tables++;
    for (unsigned i = 0; i < entries_of(space, level); i++) {
        uint64_t entry = entry_get(table + i, level), value = entry;

        if (!(entry & VALID))
            value = adopt_invalid(entry, tags);
        else if (is_table(entry, level))
            value = adopt_table(space, entry, level + 1, tags);
        if (value != entry)
            entry_put(table + i, value, level);
        if (value)
            descriptor = table_count_add(descriptor, 1);
        if (value && !is_leaf(value, level))
            descriptor |= MIXED;
    }
    return descriptor;
}

/* The space is new, and has no root yet. */
int FORMAT_CALL(FORMAT, adopt)(struct mmu_space *space, uint64_t root, bool tags)
{
    place(space, table_of(space, root));
    if (!is_ours(space, space->root, space->root_level))
        return MMU_ATTR;
    space->leaf_always = space->global ? 0 : NG;
    space->root = adopt_table(space, space->root, space->root_level, tags);
    space->tables_peak = space->tables;
    space->backend->publish(space);
    return MMU_OK;
}
