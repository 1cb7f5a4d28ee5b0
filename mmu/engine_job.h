/*
 * Part of engine.h: a call that is to do with a range of any levels: passes over its entries, and what it takes away on
 * its way.
 */

/* Entries that a call has broken, side by side in a table. */
struct broken {
    entry_t *slot;
    unsigned count, level;
};

enum { NO_LEAVES = 63 };

struct job {
    struct mmu_space *space;
    uint64_t off, end; /* the range */

    /* What step() has found: entries for [from, next), from `slot` on in the table `at` */
    struct mmu_near at;
    uint64_t from, next;
    entry_t *slot;
    unsigned count;
    bool part; /* a single one, which reaches beyond the range */

    uint64_t bits;   /* map, protect: every leaf's attributes; unmap: what a leaf must have */
    uint64_t delta;  /* map: a page's pa = its off + delta */
    uint64_t misfit; /* map: see misfit(); else 0 */
    void (*fill)(const struct job *job, entry_t *slot, unsigned level, unsigned count); /* map: leaves from `from` on */
    bool (*block)(struct job *job);        /* map_pages: does a block go there? */
    size_t (*lack)(const struct job *job); /* map_pages: tables for the free entries at hand */
    const uint64_t *pages;                 /* map_pages: physical addresses, the first one for `off` */
    uint64_t value;                        /* clear: all of the range is to become this, 0 or a tag */
    bool mapped;                           /* clear: known: every page of the range is mapped */
    bool single;                           /* map_pages: MMU_PAGES */

    size_t lacks;    /* found: tables that it takes */
    bool cuts;       /* found: a leaf or group may reach beyond the range */
    uint64_t differ; /* found: bits in which some leaf is not like `bits` yet */

    uint64_t dirty, length; /* physical memory that is to be cleaned */

    uint64_t gone, gone_end; /* the leaves that went or broke are in here: the range, or what was cut at its ends too */
    unsigned shift;          /* the smallest of them is 2^shift bytes; NO_LEAVES */
    entry_t *tables;         /* unlinked: each holds the next one's address where its first entry was */
    unsigned broken_count;
    struct broken broken[2]; /* at the range's ends: they come back, changed, when nobody uses what they were */
};

/* With the lock held, as that guards space->near. */
NOINLINE void job_start(struct job *job, struct mmu_space *space, uint64_t va, uint64_t size)
{
    uint64_t off = va - space->base;

    *job = (struct job){.space = space, .off = off, .end = off + size, .shift = NO_LEAVES};
    if (!SMALL)
        job->at = space->near;
    job->gone = job->off;
    job->gone_end = job->end;
}

/*
 * A pass begins. Tables of whole_level and below, all of which is in the range, will be entries like others; small code
 * goes into all of them.
 */
INLINE void rewind(struct job *job, unsigned whole_level)
{
    job->next = job->off;
    if (SMALL)
        return;
    if (job->at.va - job->space->base >= job->off)
        job->at.span = 0; /* it may itself be an entry of one above */
    job->at.whole_level = (uint8_t)whole_level;
    job->at.whole_end = job->end;
}

/* One that goes into all tables. */
INLINE void rewind_deep(struct job *job)
{
    job->next = job->off;
    if (SMALL)
        return;
    job->at.whole_level = 0;
    job->at.whole_end = 0;
}

/* Where a bit of these is 1 below a leaf's size, that leaf does not fit: delta's, and with MMU_PAGES all but a page's.
 */
INLINE uint64_t misfit(uint64_t delta, uint32_t attr)
{
    return delta | (attr & MMU_PAGES ? GRANULE : 0);
}

INLINE bool fits(uint64_t misfit, unsigned level)
{
    return has_leaves(level) && !(misfit & (level_size(level) - 1));
}

/* The descriptor of the table at hand */
INLINE uint64_t table_here(const struct job *job)
{
    return table_get(job->space, job->at.path[job->at.level], job->at.level);
}

/* How many of these entries are no tables? The first one is none. */
static unsigned flat_run(const entry_t *slot, unsigned level, unsigned count)
{
    unsigned i = 1;

    while (i < count && !is_table(entry_get(slot + i, level), level))
        i++;
    return i;
}

/*
 * The next entries of the range, side by side in one table: a single one that reaches beyond, or some whole ones; none
 * of them a table in a pass that goes into all. Returns job->slot; NULL: there are no more.
 */
static entry_t *step(struct job *job)
{
    struct mmu_near *at = &job->at;
    uint64_t from = job->from = job->next, size, end;

    if (from >= job->end)
        return NULL;
    job->slot = seek(job->space, at, from);
    size = UINT64_C(1) << at->shift;
    end = (from | (at->span - 1)) + 1;
    if (end > job->end)
        end = job->end;
    job->next = (from | (size - 1)) + 1;
    job->count = 1;
    job->part = from & (size - 1) || job->next > end;
    if (job->part) {
        if (job->next > end)
            job->next = end;
        return job->slot;
    }
    if (SMALL || at->level >= at->whole_level)
        job->count = (unsigned)((end - from) >> at->shift);
    if ((SMALL || !at->whole_end) && at->level != LAST_LEVEL && table_here(job) & MIXED)
        job->count = flat_run(job->slot, at->level, job->count);
    job->next = from + ((uint64_t)job->count << at->shift);
    return job->slot;
}

/* `by` more entries in use there, or fewer; `bits` may be MIXED. */
static void recount(struct job *job, int64_t by, uint64_t bits)
{
    table_put(job->space, job->at.path[job->at.level], table_count_add(table_here(job), by) | bits, job->at.level);
}

/* A leaf of the table at hand goes; unless it is in what was a block until now, of which nobody knows the leaves. */
static void note_leaf(struct job *job, unsigned level)
{
    if (job->at.live && level_shift(level) < job->shift)
        job->shift = level_shift(level);
}

INLINE uint64_t broken_entry(uint64_t entry)
{
    return (entry & ~VALID) | TAG(MMU_TAG_BUSY);
}

/* A leaf or table that is whole again; whoever follows it sees what it leads to. */
static void mend(entry_t *slot, unsigned level)
{
    uint64_t mended = (entry_get(slot, level) & ~TAG(7)) | VALID;

    if (SMALL || is_table(mended, level))
        entry_put_table(slot, mended, level);
    else
        entry_put(slot, mended, level);
}

/* A TLBI takes one address a stride: from the start of the first leaf, as the range may begin in its middle. */
static void job_invalidate(const struct job *job, bool tables)
{
    struct mmu_space *space = job->space;
    uint64_t stride = UINT64_C(1) << job->shift, gone = job->gone & ~(stride - 1);
    struct mmu_flush flush = {space->base + gone, job->gone_end - gone, stride, tables, 0};

    space->backend->invalidate(space, &flush);
}

/* Nobody uses any of what went; what was broken is back; tables are free. */
static void job_finish(struct job *job)
{
    struct mmu_space *space = job->space;

    bool gone = job->shift != NO_LEAVES || job->tables;

    if (gone)
        job_invalidate(job, job->tables != NULL);
    for (const struct broken *broken = job->broken; broken < job->broken + job->broken_count; broken++)
        for (unsigned i = 0; i < broken->count; i++) {
            uint64_t entry = entry_get(broken->slot + i, broken->level);

            if (!(entry & VALID) && entry & (AF | TABLE_OR_PAGE)) /* the call has not put its own there */
                mend(broken->slot + i, broken->level);
        }
    if (job->broken_count)
        near_forget(&space->near); /* a call in between may have met a table while it was broken */
    if (job->broken_count || !gone)
        space->backend->publish(space);
    pool_give_back(space, job->tables);
}
