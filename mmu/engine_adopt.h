/* Part of engine.h: a tree of tables that somebody else has built. */

/* Does it hold only what this engine could have made itself? */
static bool is_ours(struct mmu_space *space, uint64_t descriptor, unsigned level)
{
    const entry_t *table = table_of(space, descriptor);

    for (unsigned i = 0; i < ENTRIES(level); i++) {
        uint64_t entry = entry_get(table + i, level);

        if (!(entry & VALID))
            continue;
        if (is_table(entry, level)
                ? entry >> TAG_SHIFT || !is_ours(space, entry, level + 1)
                : !has_leaves(level) || !is_leaf(entry, level) || !(entry & AF) || entry >> TAG_SHIFT)
            return false;
    }
    return true;
}

/* Counts what is in use; an invalid entry keeps nothing of what its owner noted there. Returns the new descriptor. */
static uint64_t adopt_table(struct mmu_space *space, uint64_t old, unsigned level)
{
    entry_t *table = table_of(space, old);
    uint64_t descriptor = table_entry(space, table);

    space->tables++;
    for (unsigned i = 0; i < ENTRIES(level); i++) {
        uint64_t entry = entry_get(table + i, level);

        if (!(entry & VALID)) {
            if (entry)
                entry_put(table + i, 0, level);
            continue;
        }
        if (is_table(entry, level)) {
            entry_put(table + i, adopt_table(space, entry, level + 1), level);
            descriptor |= MIXED;
        }
        descriptor = table_count_add(descriptor, 1);
    }
    return descriptor;
}

/* The space is new, and has no root yet. */
int FORMAT_CALL(FORMAT, adopt)(struct mmu_space *space, uint64_t root)
{
    if (!is_ours(space, root, space->root_level))
        return MMU_ATTR;
    space->leaf_always = space->base ? 0 : NG;
    space->root = adopt_table(space, root, space->root_level);
    space->tables_peak = space->tables;
    space->backend->publish(space);
    return MMU_OK;
}
