/*
 * Part of engine.h: requests that begin or end inside a block or a contiguous group. What would be cut is broken, and
 * comes back in smaller leaves when the request's one invalidate has been: the block as a table made beforehand, the
 * group as single leaves (Arm ARM D8.16.1). Between, the request itself works in that table as if it were linked.
 *
 * Where the walkers let a live translation change its size (space->no_break, D8.16.2) the smaller leaves take the
 * larger one's place at once. Until the invalidate a core may use either: both say the same.
 */

INLINE uint64_t broken_entry(uint64_t entry)
{
    return (entry & ~VALID) | TAG(MMU_TAG_BUSY);
}

static void note_broken(struct update *update, struct place at, unsigned count)
{
    update->broken[update->broken_count++] = (struct broken){at.slot, count, at.level};
    note_leaf(update, at.level);
}

/* The group that holds off becomes single leaves. `live`: walkers may know of it. */
static void ungroup(struct update *update, struct place at, uint64_t off, bool live)
{
    unsigned count = group_count(at.level);
    uint64_t start = off & ~(group_size(at.level) - 1);
    bool breaks = live && !update->space->no_break;

    at.slot -= index_of(off, at.level) & (count - 1);
    for (unsigned i = 0; i < count; i++) {
        uint64_t single = entry_get(at.slot + i, at.level) & ~CONTIGUOUS;

        entry_put(at.slot + i, breaks ? broken_entry(single) : single, at.level);
    }
    if (!live)
        return;
    if (breaks)
        note_broken(update, at, count);
    else
        note_leaf(update, at.level);
    /* A core may hold the group as one, or each of its members by itself. */
    if (start < update->off)
        update->off = start;
    if (start + group_size(at.level) > update->end)
        update->end = start + group_size(at.level);
}

/* The block at at.slot becomes a table of the next smaller leaves. */
static void unblock(struct update *update, struct place at, bool live)
{
    struct mmu_space *space = update->space;
    entry_t *table = (entry_t *)pool_take(space);
    uint64_t entry = entry_get(at.slot, at.level),
             leaf = (entry & ~(TAG(7) | KIND)) | leaf_kind(at.level + 1) | CONTIGUOUS;
    uint64_t descriptor = table_count_add(table_entry(space, table), ENTRIES(at.level + 1));

    fill(table, at.level + 1, leaf, ENTRIES(at.level + 1));
    if (live && !space->no_break) {
        if (entry & VALID)
            note_broken(update, at, 1);
        entry_put(at.slot, broken_entry(descriptor), at.level);
    } else {
        if (live)
            note_leaf(update, at.level + 1); /* walkers find the new leaves from now on */
        entry_put_table(at.slot, descriptor, at.level);
    }
    table_put(space, at.table, table_get(space, at.table, at.level) | MIXED, at.level);
}

/* No leaf and no group holds `off` but at its start from now on. The tables for it are in the pool. */
static void cut(struct update *update, uint64_t off)
{
    struct place at = {.table = (entry_t *)&update->space->root, .level = update->space->root_level};
    bool live = true;

    if (off >= update->space->span)
        return;
    for (;; at.table = at.slot, at.level++) {
        uint64_t entry;

        at.slot = table_of(update->space, table_get(update->space, at.table, at.level)) + index_of(off, at.level);
        entry = entry_get(at.slot, at.level);
        if (!is_table(entry, at.level)) {
            if (!(entry & AF)) /* nothing is mapped there */
                return;
            if (entry & CONTIGUOUS && off & (group_size(at.level) - 1))
                ungroup(update, at, off, live);
            if (!(off & (level_size(at.level) - 1)))
                return;
            unblock(update, at, live);
        }
        live = live && entry_get(at.slot, at.level) & VALID;
    }
}

/* The owner has declared that something of [off, end) may not be broken. */
static bool kept(const struct mmu_space *space, uint64_t off, uint64_t end)
{
    for (unsigned i = 0; i < space->keep_count; i++)
        if (space->keep[i].off < end && off < space->keep[i].end)
            return true;
    return false;
}

/* Is `off` in the middle of a leaf or group which may not be broken? */
static bool cuts_kept(struct mmu_space *space, uint64_t off)
{
    struct place at;
    uint64_t entry, size;

    if (!space->keep_count || space->no_break || off >= space->span)
        return false;
    at = find(space, off, LAST_LEVEL);
    entry = entry_get(at.slot, at.level);
    if (!(entry & VALID))
        return false;
    size = entry & CONTIGUOUS ? group_size(at.level) : at.size;
    return off & (size - 1) && kept(space, off & ~(size - 1), (off | (size - 1)) + 1);
}

/* Both ends may be cut, and the tables for it are there. */
static int reserve_cuts(struct mmu_space *space, uint64_t off, uint64_t end, size_t lacks)
{
    if (cuts_kept(space, off) || cuts_kept(space, end))
        return MMU_BUSY;
    return pool_reserve(space, lacks) ? MMU_OK : MMU_TABLES;
}
