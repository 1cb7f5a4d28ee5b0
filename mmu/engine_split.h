/*
 * Part of engine.h: requests that begin or end inside a block or a contiguous group. What would be cut is broken, and
 * comes back in smaller leaves when the request's one invalidate has been: the block as a table made beforehand, the
 * group as single leaves (Arm ARM D8.16.1). Between, the request itself works in that table as if it were linked.
 *
 * Where the walkers let a live translation change its size (space->no_break, D8.16.2) the smaller leaves take the
 * larger one's place at once. Until the invalidate a core may use either: both say the same.
 */

/* The group of the entry at hand becomes single leaves. */
static void ungroup(struct job *job)
{
    unsigned level = job->at.level, count = group_count(level);
    entry_t *slot = job->slot - (-to_group(job->slot, level) & (count - 1));
    uint64_t start = job->from & -group_size(level), end = start + group_size(level);
    bool breaks = job->at.live && !job->space->no_break;
    uint64_t single = entry_get(slot, level) & ~CONTIGUOUS;

    fill(slot, level, breaks ? broken_entry(single) : single, count);
    if (breaks)
        job->broken[job->broken_count++] = (struct broken){slot, count, level};
    /* A core may hold the group as one, or each of its members by itself. */
    note_leaf(job, level);
    if (job->at.live && start < job->gone)
        job->gone = start;
    if (job->at.live && end > job->gone_end)
        job->gone_end = end;
}

/* The block at hand becomes a table of the next smaller leaves. */
static void unblock(struct job *job)
{
    unsigned level = job->at.level, below = level + 1, count = ENTRIES(below);
    entry_t *table = (entry_t *)pool_take(job->space);
    uint64_t entry = entry_get(job->slot, level), leaf = (entry & ~(TAG(7) | KIND)) | leaf_kind(below) | CONTIGUOUS,
             descriptor = table_count_add(table_entry(job->space, table), count);

    fill(table, below, leaf, count);
    if (job->at.live && !job->space->no_break) {
        if (entry & VALID)
            job->broken[job->broken_count++] = (struct broken){job->slot, 1, level};
        note_leaf(job, level);
        entry_put(job->slot, broken_entry(descriptor), level);
    } else {
        note_leaf(job, below); /* walkers find the new leaves from now on */
        entry_put_table(job->slot, descriptor, level);
    }
    recount(job, 0, MIXED);
}

/* No leaf and no group holds `off` but at its start from now on. The tables for it are in the pool. */
static void cut(struct job *job, uint64_t off)
{
    job->from = off;
    job->at.whole_end = 0;
    while (off < job->space->span) {
        uint64_t entry;

        job->slot = seek(job->space, &job->at, off);
        entry = entry_get(job->slot, job->at.level);
        if (!(entry & AF)) /* nothing is mapped there */
            return;
        if (entry & CONTIGUOUS && off & (group_size(job->at.level) - 1))
            ungroup(job);
        else if (off & job->at.mask)
            unblock(job);
        else
            return;
    }
}

/* The owner has declared that something of [off, end) may not be broken, or, if leaves change their `size`, not so. */
static bool kept(const struct mmu_space *space, uint64_t off, uint64_t end, bool size)
{
    for (unsigned i = 0; i < space->keep_count; i++)
        if (space->keep[i].off < end && off < space->keep[i].end && (size || !space->keep[i].size_only))
            return true;
    return false;
}

/* Is `off` in the middle of a leaf or group that may not be broken? */
static bool end_is_kept(struct job *job, uint64_t off)
{
    struct mmu_space *space = job->space;
    uint64_t entry, size;

    job->at.whole_end = 0;
    if (off >= space->span)
        return false;
    job->slot = seek(space, &job->at, off);
    entry = entry_get(job->slot, job->at.level);
    size = entry & CONTIGUOUS ? group_size(job->at.level) : level_size(job->at.level);
    return entry & VALID && off & (size - 1) && kept(space, off & -size, (off & -size) + size, true);
}

/* What is cut at the range's ends: may it be, and are the tables there that the job lacks? */
static int reserve_cuts(struct job *job)
{
    const struct mmu_space *space = job->space;

    if (job->cuts && space->keep_count && !space->no_break &&
        (end_is_kept(job, job->off) || end_is_kept(job, job->end)))
        return MMU_BUSY;
    return pool_reserve(job->space, job->lacks) ? MMU_OK : MMU_TABLES;
}

static void cut_ends(struct job *job)
{
    if (!job->cuts)
        return;
    cut(job, job->off);
    cut(job, job->end);
}
