/* Part of engine.h: unmap and tag: entries become invalid, tables that hold nothing any more go. */

/* Does a group reach beyond these leaves? Then one of those at their ends is of it. */
INLINE bool group_reaches_beyond(const entry_t *slot, unsigned level, unsigned count)
{
    unsigned first = slot_number(slot), end = first + count, part = group_count(level) - 1;

    return (first | count) & part && ((first & part && entry_get(slot, level) & CONTIGUOUS) ||
                                      (end & part && entry_get(slot + count - 1, level) & CONTIGUOUS));
}

/* What changes leaves begins so: is every page of the range mapped, and what does it take to change it alone? */
static int check_mapped(struct job *job)
{
    for (rewind_deep(job); step(job);) {
        uint64_t differ;

        if (job->part)
            job->lacks += tables_below(job);
        if (!SMALL && (job->part || group_reaches_beyond(job->slot, job->at.level, job->count)))
            job->cuts = true;
        if (!SMALL && job->mapped && table_full_of_leaves(table_here(job), job->at.level))
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
    near_forget(&job->space->near);
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
        if (!SMALL && is_table(entry, level))
            detach_tree(job, entry, level + 1);
        else if (entry & AF)
            note_leaf(job, level);
    }
    recount(job, (int64_t)(job->value ? job->count : 0) - used, job->value ? MIXED : 0);
}

/* The same of leaves only; a table that holds no others goes with them unread. */
static void clear_leaves(struct job *job)
{
    if (table_count(table_here(job)) != job->count || job->at.level == job->space->root_level)
        entry_put_none(job->slot, job->count);
    note_leaf(job, job->at.level);
    recount(job, -(int64_t)job->count, 0);
}

/* Is all of the table at hand a tag's by now, which may take its place? A pass that goes into all tables asks. */
INLINE bool is_tagged(const struct job *job)
{
    uint64_t span = level_size(job->at.level - 1u);

    return SMALL && job->value && has_leaves(job->at.level - 1u) && !(job->next & (span - 1)) &&
           job->next - job->off >= span;
}

/* Tables that hold nothing any more, or nothing but the tag, go, from the one at hand up. The root stays. */
static void prune(struct job *job)
{
    unsigned level;

    while ((level = job->at.level) > job->space->root_level && (!table_count(table_here(job)) || is_tagged(job))) {
        entry_t *slot = job->at.path[level], *table = table_of(job->space, table_here(job));

        entry_put(slot, job->value, level - 1);
        detach(job, table, level);
        job->at.level--;
        if (!job->value)
            recount(job, -1, 0);
        job->at.span = 0;
    }
}

static void clear(struct job *job)
{
    for (rewind(job, job->value ? TOP_LEAF_LEVEL : 0); step(job);) {
        if (job->part || (job->value && !has_leaves(job->at.level))) {
            if (entry_get(job->slot, job->at.level) != job->value)
                grow(job);
            continue;
        }
        if (!SMALL && job->mapped && (job->at.level == LAST_LEVEL || !(table_here(job) & MIXED)))
            clear_leaves(job);
        else
            clear_run(job);
        prune(job);
    }
}

static void cut_and_clear(struct job *job)
{
    cut_ends(job);
    clear(job);
}

NOINLINE int unmap_any(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct job job;

    job_start(&job, space, va, size);
    job.bits = VALID;
    job.mapped = true;
    return job_run(&job, check_mapped, cut_and_clear);
}

/* Is that what some entries of the table met last translate? */
INLINE bool leaves_near(const struct mmu_near *near, uint64_t va, uint64_t size)
{
    return near_holds(near, va, size) && !((va | size) & near->mask);
}

/* Is every entry a leaf, in a table with that descriptor? Where no tables are, what is valid is one. */
INLINE bool all_leaves(const entry_t *slot, unsigned level, uint64_t descriptor, unsigned count)
{
    if (level == LAST_LEVEL || !(descriptor & MIXED))
        return entry_common_bits(slot, level, count) & VALID;
    while (count && is_leaf(entry_get(slot, level), level)) {
        slot++;
        count--;
    }
    return !count;
}

/* All that the table met last holds: the table goes. Its leaves are looked at only if it may hold others. */
NOINLINE int unmap_table(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct mmu_near *near = &space->near;
    unsigned level = near->level, above = level - 1u, count = (unsigned)(size >> near->shift);
    struct mmu_flush gone = {va, size, UINT64_C(1) << near->shift, true, 0};
    entry_t *slot = near->path[level], *table = near->table, *parent;
    uint64_t descriptor = table_get(space, slot, level);

    if (level == space->root_level || table_count(descriptor) != count)
        return unmap_any(space, va, size);
    parent = near->path[above];
    if (above != space->root_level && table_count(table_get(space, parent, above)) == 1)
        return unmap_any(space, va, size);
    if (!table_full_of_leaves(descriptor, level) && !all_leaves(near_slot(near, va), level, descriptor, count))
        return unmap_any(space, va, size);
    entry_put(slot, 0, above);
    table_put(space, parent, table_count_add(table_get(space, parent, above), -1), above);
    entry_put_next(table, NULL);
    near_forget(near);
    space->backend->invalidate(space, &gone);
    pool_give_back(space, table);
    return MMU_OK;
}

static int unmap(struct mmu_space *space, uint64_t va, uint64_t size);

/* Does the table met last hold more entries than what translate `size` bytes? */
INLINE bool has_more_than(const struct mmu_space *space, uint64_t size)
{
    const struct mmu_near *near = &space->near;

    return table_count(table_get(space, near->path[near->level], near->level)) > size >> near->shift;
}

/* The range is not leaves of the table met last. */
NOINLINE int unmap_far(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct mmu_near *near = &space->near;

    if (va - space->base < space->span) {
        entry_t *slot = seek(space, near, va - space->base);

        if (leaves_near(near, va, size))
            return has_more_than(space, size) ? unmap(space, va, size) : unmap_table(space, va, size);
        if (is_part(space, entry_get(slot, near->level), va, size))
            return unmap_part(space, slot, va, size);
    }
    return unmap_any(space, va, size);
}

/* The usual case: leaves of one table, which stays if it has others; and whole groups only. */
INLINE int unmap_near(struct mmu_space *space, uint64_t va, uint64_t size)
{
    const struct mmu_near *near = &space->near;
    struct mmu_flush flush = {va, size, UINT64_C(1) << near->shift, false, level_hint(near->level)};
    uint64_t count = size >> near->shift, descriptor, entry;
    unsigned level = near->level;
    entry_t *table = near->path[level], *slot;

    if (!leaves_near(near, va, size))
        return unmap_far(space, va, size);
    descriptor = table_get(space, table, level);
    if (table_count(descriptor) <= count)
        return unmap_table(space, va, size);
    slot = near_slot(near, va);
    if (count == 1) {
        entry = entry_get(slot, level);
        if (is_table(entry, level))
            return unmap_far(space, va, size);
        if (!(entry & VALID) || entry & CONTIGUOUS)
            return unmap_any(space, va, size);
        entry_put(slot, 0, level);
    } else {
        if (!all_leaves(slot, level, descriptor, (unsigned)count) || group_reaches_beyond(slot, level, (unsigned)count))
            return unmap_any(space, va, size);
        entry_put_none(slot, count);
    }
    table_put(space, table, table_count_add(descriptor, -(int64_t)count), level);
    space->backend->invalidate(space, &flush);
    return MMU_OK;
}

static int unmap(struct mmu_space *space, uint64_t va, uint64_t size)
{
    uintptr_t entered = lock_enter(&space->lock);
    int err = SMALL ? unmap_any(space, va, size) : unmap_near(space, va, size);

    lock_leave(&space->lock, entered);
    return err;
}

/* Tables that tagging the range takes. */
static int plan_tag(struct job *job)
{
    for (rewind(job, job->value ? TOP_LEAF_LEVEL : 0); step(job);)
        if ((job->part || (job->value && !has_leaves(job->at.level))) &&
            entry_get(job->slot, job->at.level) != job->value)
            job->lacks += tables_below(job);
    return MMU_OK;
}

int FORMAT_CALL(FORMAT, tag)(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    uintptr_t entered = lock_enter(&space->lock);
    struct job job;
    int err = MMU_ATTR;

    job_start(&job, space, va, size);
    job.value = tag ? TAG(tag) | payload : 0;
    job.cuts = true;
    if (tag <= MMU_TAG_BUSY && !(payload & ~(OUTPUT_ADDRESS & ~UINT64_C(0xfff))) && (tag || !payload))
        err = job_run(&job, plan_tag, cut_and_clear);
    lock_leave(&space->lock, entered);
    return err;
}

/* The space is at its end. */
static void release(struct mmu_space *space)
{
    struct job job;

    job_start(&job, space, space->base, space->span);
    clear(&job);
    job_finish(&job);
}
