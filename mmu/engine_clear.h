/* Part of engine.h: unmap and tag: entries become invalid, tables that hold nothing any more go. */

/* What changes leaves begins so: is every page of the range mapped, and what does it take to change it alone? */
static int check_mapped(struct job *job)
{
    for (rewind_deep(job); step(job);) {
        uint64_t differ;

        if (job->part)
            job->lacks += tables_below(0, job);
        if (job->part || (job->from | job->next) & (group_size(job->at.level) - 1))
            job->cuts = true;
        if (job->mapped && table_full_of_leaves(table_here(job), job->at.level))
            continue;
        differ = differing(job->slot, job->at.level, job->bits, job->count);
        if (differ & VALID)
            return MMU_NOT_MAPPED;
        job->differ |= differ;
    }
    return MMU_OK;
}

/*
 * A table that has left its place goes to the list. Its first entry turns invalid for that (a pointer is even), which
 * is no news to a walker that still comes by: the caller's invalidate is yet to come. A call in between does not come
 * by: it would tell of it.
 */
static void detach(struct job *job, entry_t *table, unsigned level)
{
    note_leaf(job, level);
    job->space->near.span = 0;
    entry_put_next(table, job->tables);
    job->tables = table;
}

/* This table and all below it. */
static void detach_tree(struct job *job, uint64_t descriptor, unsigned level)
{
    entry_t *table = table_of(job->space, descriptor);

    if (level != LAST_LEVEL && descriptor & MIXED)
        for (unsigned i = 0; i < ENTRIES(level); i++)
            if (is_table(entry_get(table + i, level), level))
                detach_tree(job, entry_get(table + i, level), level + 1);
    detach(job, table, level);
}

/* The entries at hand become job->value, with all that is below. */
static void clear_run(struct job *job)
{
    unsigned level = job->at.level, used = 0;

    for (entry_t *slot = job->slot; slot < job->slot + job->count; slot++) {
        uint64_t entry = entry_get(slot, level);

        used += entry != 0;
        if (entry != job->value)
            entry_put(slot, job->value, level);
        if (is_table(entry, level))
            detach_tree(job, entry, level + 1);
        else if (entry & AF)
            note_leaf(job, level);
    }
    if (job->value)
        recount(job, (int64_t)(job->count - used), MIXED);
    else
        recount(job, -(int64_t)used, 0);
}

/* The same of leaves only; a table that holds no others goes with them unread. */
static void clear_leaves(struct job *job)
{
    if (table_count(table_here(job)) != job->count || job->at.level == job->space->root_level)
        entry_put_none(job->slot, job->count);
    note_leaf(job, job->at.level);
    recount(job, -(int64_t)job->count, 0);
}

/* Tables that hold nothing any more go, from the one at hand up. The root stays. */
static void prune(struct job *job)
{
    unsigned level;

    while ((level = job->at.level) > job->space->root_level && !table_count(table_here(job))) {
        entry_t *slot = job->at.path[level], *table = table_of(job->space, table_here(job));

        entry_put(slot, 0, level - 1);
        detach(job, table, level);
        job->at.level--;
        recount(job, -1, 0);
        job->at.span = 0;
    }
}

static void clear(struct job *job)
{
    for (rewind(job, job->value ? TOP_LEAF_LEVEL : 0); step(job);) {
        if (job->part || job->at.level < job->at.whole_level) {
            if (entry_get(job->slot, job->at.level) != job->value)
                grow(job);
            continue;
        }
        if (job->mapped && (job->at.level == LAST_LEVEL || !(table_here(job) & MIXED)))
            clear_leaves(job);
        else
            clear_run(job);
        prune(job);
    }
}

/* All of the range, when what is cut for that may be, and when the tables for it are to be had. */
static int clear_range(struct job *job)
{
    int err = reserve_cuts(job);

    if (err != MMU_OK)
        return err;
    cut_ends(job);
    clear(job);
    job_finish(job);
    return MMU_OK;
}

NOINLINE int unmap_any(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct job job;
    int err = check_va(space, va, size);

    job_start(&job, space, va, size);
    job.bits = VALID;
    job.mapped = true;
    if (err == MMU_OK)
        err = check_mapped(&job);
    return err == MMU_OK ? clear_range(&job) : err;
}

/* Leaves of the table met last? How many; 0: it is another case. */
INLINE unsigned leaves_near(const struct mmu_near *near, uint64_t va, uint64_t size)
{
    return near_holds(near, va, size) && !((va | size) & near->mask) ? (unsigned)(size >> near->shift) : 0;
}

/*
 * All that the table met last holds: the table goes. false: another case. Its leaves are looked at only where its
 * count does not tell that it is full of them.
 */
NOINLINE bool unmap_table(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct mmu_near *near = &space->near;
    unsigned level = near->level, above = level - 1u, count = (unsigned)(size >> near->shift);
    struct mmu_flush gone = {va, size, UINT64_C(1) << near->shift, true, 0};
    entry_t *slot = near->path[level], *table = near->table, *parent;
    uint64_t descriptor = table_get(space, slot, level);

    if (level == space->root_level || table_count(descriptor) != count)
        return false;
    parent = near->path[above];
    if (above != space->root_level && table_count(table_get(space, parent, above)) == 1)
        return false;
    if (!table_full_of_leaves(descriptor, level) &&
        differing(near_slot(near, va), level, leaf_kind(level), count) & KIND)
        return false;
    entry_put(slot, 0, above);
    table_put(space, parent, table_count_add(table_get(space, parent, above), -1), above);
    entry_put_next(table, NULL);
    near->span = 0;
    space->backend->invalidate(space, &gone);
    pool_give_back(space, table);
    return true;
}

/* The usual case: leaves of one table, which stays if it has others; and whole groups only. false: another case. */
INLINE bool unmap_near(struct mmu_space *space, uint64_t va, uint64_t size)
{
    const struct mmu_near *near = &space->near;
    struct mmu_flush flush = {va, size, UINT64_C(1) << near->shift, false, level_hint(near->level)};
    unsigned count = leaves_near(near, va, size), level = near->level;
    entry_t *table = near->path[level], *slot;
    uint64_t kind = leaf_kind(level), differ;

    if (!count)
        return false;
    if (table_count(table_get(space, table, level)) <= count)
        return unmap_table(space, va, size);
    slot = near_slot(near, va);
    differ = count == 1 ? entry_get(slot, level) ^ kind : differing(slot, level, kind, count);
    if (differ & KIND || (differ & CONTIGUOUS && (va | size) & (group_size(level) - 1)))
        return false;
    if (count == 1)
        entry_put(slot, 0, level);
    else
        entry_put_none(slot, count);
    table_put(space, table, table_count_add(table_get(space, table, level), -(int64_t)count), level);
    space->backend->invalidate(space, &flush);
    return true;
}

static int unmap(struct mmu_space *space, uint64_t va, uint64_t size)
{
    uintptr_t entered = lock_enter(&space->lock);
    int err = MMU_OK;

    for (bool sought = SMALL; SMALL || !unmap_near(space, va, size); sought = true) {
        if (sought || va - space->base >= space->span) {
            err = unmap_any(space, va, size);
            break;
        }
        seek(space, &space->near, va - space->base);
    }
    lock_leave(&space->lock, entered);
    return err;
}

/* Tables that tagging the range takes. */
static void plan_tag(struct job *job)
{
    for (rewind(job, job->value ? TOP_LEAF_LEVEL : 0); step(job);)
        if ((job->part || job->at.level < job->at.whole_level) && entry_get(job->slot, job->at.level) != job->value)
            job->lacks += tables_below(0, job);
}

int FORMAT_CALL(FORMAT, tag)(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    struct job job;
    int err = check_va(space, va, size);
    uintptr_t entered;

    if (err == MMU_OK && (tag > MMU_TAG_BUSY || payload & ~(OUTPUT_ADDRESS & ~UINT64_C(0xfff)) || (!tag && payload)))
        err = MMU_ATTR;
    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    job_start(&job, space, va, size);
    job.value = tag ? TAG(tag) | payload : 0;
    job.cuts = true;
    plan_tag(&job);
    err = clear_range(&job);
    lock_leave(&space->lock, entered);
    return err;
}

/* The space is at its end: nobody walks it. */
static void release(struct mmu_space *space)
{
    struct job job;

    job_start(&job, space, space->base, space->span);
    clear(&job);
    pool_give_back(space, job.tables);
}
