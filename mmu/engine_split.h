/*
 * Part of engine.h: requests that begin or end inside a block or a contiguous group. What would be cut is broken, and
 * comes back in smaller leaves when the request's one invalidate has been: the block as a table made beforehand, the
 * group as single leaves (Arm ARM D8.16.1). Between, the request itself works in that table as if it were linked.
 *
 * Where the walkers let a live translation change its size (space->no_break, D8.16.2) the smaller leaves take the
 * larger one's place at once. Until the invalidate a core may use either: both say the same.
 */

/* Entries of the table at hand that a walker may know are broken: they come back in job_finish(). */
static void note_broken(struct job *job, entry_t *slot, unsigned count)
{
    job->broken[job->broken_count++] = (struct broken){slot, count, job->at.level};
}

/* Does a change of the size of leaves here take a break? */
INLINE bool must_break(const struct job *job)
{
    return job->at.live && !job->space->no_break;
}

/* The group of the entry at hand becomes single leaves. */
static void ungroup(struct job *job)
{
    unsigned level = job->at.level, count = group_count(level);
    entry_t *slot = job->slot - (-to_group(job->slot, level) & (count - 1));
    uint64_t start = job->from & -group_size(level), end = start + group_size(level);
    uint64_t single = entry_get(slot, level) & ~CONTIGUOUS;

    if (must_break(job)) {
        single = broken_entry(single);
        note_broken(job, slot, count);
    }
    fill(slot, level, single, count);
    /* A core may hold the group as one, or each of its members by itself. */
    note_leaf(job, level);
    if (!job->at.live)
        return;
    if (start < job->gone)
        job->gone = start;
    if (end > job->gone_end)
        job->gone_end = end;
}

/* The first of the leaves of that level that together say what this one of the level above says */
INLINE uint64_t smaller_leaf(uint64_t leaf, unsigned level)
{
    return (leaf & ~(TAG(7) | KIND)) | leaf_kind(level);
}

/* A table that says what this entry of the one above says. Returns its descriptor. */
static uint64_t table_like(struct job *job, uint64_t entry, unsigned level)
{
    unsigned count = ENTRIES(level);
    entry_t *table = (entry_t *)pool_take(job->space);
    uint64_t descriptor = table_entry(job->space, table);

    if (entry & AF)
        fill(table, level, smaller_leaf(entry, level) | CONTIGUOUS, count);
    else if (!SMALL && !entry)
        entry_put_empty(table, count);
    else
        fill_same(table, level, entry);
    if (!entry)
        return descriptor;
    return table_count_add(descriptor, count) | (entry & AF ? 0 : MIXED);
}

/* A table takes the place of the entry at hand, leaf or not: all of its entries are like that one. */
static void grow(struct job *job)
{
    unsigned level = job->at.level;
    uint64_t entry = entry_get(job->slot, level), descriptor = table_like(job, entry, level + 1);

    if (entry & AF && must_break(job)) {
        if (entry & VALID)
            note_broken(job, job->slot, 1);
        note_leaf(job, level);
        entry_put(job->slot, broken_entry(descriptor), level);
    } else {
        if (entry & AF)
            note_leaf(job, level + 1); /* walkers find the new leaves from now on */
        entry_put_table(job->slot, descriptor, level);
    }
    recount(job, !entry, MIXED);
    job->next = job->from; /* the next step is into it */
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
            grow(job);
        else
            return;
    }
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
    return entry & VALID && off & (size - 1) && mmu_space_keeps(space, off & -size, (off & -size) + size, true);
}

bool FORMAT_CALL(FORMAT, keeps)(struct job *job)
{
    return end_is_kept(job, job->off) || end_is_kept(job, job->end);
}

/* What is cut at the range's ends: may it be, and are the tables there that the job lacks? */
static int reserve_cuts(struct job *job)
{
    struct mmu_space *space = job->space;

    if ((SMALL || job->cuts) && space->keeps && !space->no_break && space->keeps(job))
        return MMU_BUSY;
    return pool_reserve(space, job->lacks) ? MMU_OK : MMU_TABLES;
}

static void cut_ends(struct job *job)
{
    if (!SMALL && !job->cuts)
        return;
    cut(job, job->off);
    cut(job, job->end);
}

/* What a plan says when all is well, and as it is to be */
enum { NOTHING_TO_DO = 1 };

/* What a call does: nothing can fail any more when `make` begins. The lock is held. */
NOINLINE int job_run(struct job *job, int (*plan)(struct job *job), void (*make)(struct job *job))
{
    struct mmu_space *space = job->space;
    int err = check_va(space, space->base + job->off, job->end - job->off);

    if (err == MMU_OK)
        err = plan(job);
    if (err == MMU_OK)
        err = reserve_cuts(job);
    if (err == MMU_OK) {
        make(job);
        job_finish(job);
    }
    return err;
}
