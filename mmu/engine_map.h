/* Part of engine.h: map. */

NOINLINE bool any_used(const entry_t *slot, unsigned count)
{
    const entry_t *end = slot + count, *eights = slot + (SMALL ? 0 : count & ~7u);
    entry_t bits = 0;

    for (; slot != eights; slot += 8)
        bits |= slot[0] | slot[1] | slot[2] | slot[3] | slot[4] | slot[5] | slot[6] | slot[7];
    while (slot != end)
        bits |= *slot++;
    return bits != 0;
}

/* Is all of the range free, and how many tables does it lack? */
static int plan_map(struct job *job)
{
    bool used = false;

    for (rewind(job, 0); !used && step(job);) {
        job->lacks += job->lack ? job->lack(job) : tables_below(job);
        used = any_used(job->slot, job->count);
    }
    return used ? MMU_OVERLAP : MMU_OK;
}

static void fill_here(const struct job *job, entry_t *slot, unsigned level, unsigned count)
{
    uint64_t leaf = (job->from + job->delta) | job->bits | leaf_kind(level);

    if (job->misfit & GRANULE)
        fill(slot, level, leaf, count);
    else
        fill_run(slot, level, leaf, count);
}

/* A new table takes the place of the first entry at hand, which is free: full of the leaves that the call is to enter.
 */
static void enter_table(struct job *job)
{
    unsigned level = job->at.level, below = level + 1, count = ENTRIES(below);
    entry_t *table = (entry_t *)pool_take(job->space);

    job->fill(job, table, below, count);
    entry_put_table(job->slot, table_count_add(table_entry(job->space, table), count), level);
    recount(job, 1, MIXED);
    job->next = job->from + level_size(level);
}

/* Nothing can fail any more. */
static void enter(struct job *job)
{
    unsigned level = 0;

    while (!SMALL && !fits(job->misfit, level))
        level++;
    for (rewind(job, level); step(job);)
        if (!job->part && (fits(job->misfit, job->at.level) || (job->block && job->block(job)))) {
            job->fill(job, job->slot, job->at.level, job->count);
            recount(job, job->count, 0);
        } else if (!SMALL && !job->part && fits(job->misfit, job->at.level + 1u)) {
            enter_table(job);
        } else {
            grow(job);
        }
}

static int check_leaf(const struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    if (range->pa & (GRANULE - 1) || (range->pa | (range->pa + range->size - 1)) >> space->pa_bits)
        return MMU_RANGE;
    return bits & REFUSED ? MMU_ATTR : MMU_OK;
}

/* With the lock held */
static int map_job(struct job *job, struct mmu_space *space, const struct mmu_range *range)
{
    job_start(job, space, range->va, range->size);
    job->bits = leaf_bits(space, range->attr & ~(uint32_t)MMU_PAGES);
    job->delta = range->pa - job->off;
    job->misfit = misfit(job->delta, range->attr);
    job->fill = fill_here;
    return check_leaf(space, range, job->bits);
}

/* Any range, wherever its entries are. */
NOINLINE int map_any(struct mmu_space *space, const struct mmu_range *range)
{
    struct job job;
    int err = map_job(&job, space, range);

    return err == MMU_OK ? job_run(&job, plan_map, enter) : err;
}

/* The range may be mapped, in the table met last or in one below, and leaves with `mask` fit it. */
INLINE bool fits_near(const struct mmu_space *space, const struct mmu_range *range, uint64_t bits, uint64_t mask)
{
    return near_holds(&space->near, range->va, range->size) && !((range->va | range->pa | range->size) & mask) &&
           !(bits & REFUSED) && !((range->pa | (range->pa + range->size - 1)) >> space->pa_bits);
}

INLINE int map_near(struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    const struct mmu_near *near = &space->near;
    entry_t *slot = near_slot(near, range->va), *table = near->path[near->level];
    unsigned count = (unsigned)(range->size >> near->shift), level = near->level;
    uint64_t leaf = range->pa | bits | leaf_kind(level);

    if (count == 1 ? *slot != 0 : any_used(slot, count))
        return MMU_OVERLAP;
    table_put(space, table, table_count_add(table_get(space, table, level), count), level);
    if (count == 1)
        entry_put(slot, leaf, level);
    else
        fill_run(slot, level, leaf, count);
    space->backend->publish(space);
    return MMU_OK;
}

/* Leaves of a table that is not there yet: below one entry of the table met last, and too small to take its place. */
INLINE bool fits_below(const struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    const struct mmu_near *near = &space->near;
    unsigned below = near->level + 1u;

    return near->level < LAST_LEVEL && has_leaves(below) && fits_near(space, range, bits, level_size(below) - 1) &&
           !((range->va ^ (range->va + range->size - 1)) >> near->shift);
}

NOINLINE int map_below(struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    const struct mmu_near *near = &space->near;
    unsigned level = near->level, below = level + 1, count = (unsigned)(range->size >> level_shift(below));
    entry_t *slot = near_slot(near, range->va), *parent = near->path[level], *table;

    if (*slot)
        return MMU_OVERLAP;
    if (!pool_reserve(space, 1))
        return MMU_TABLES;
    table = (entry_t *)pool_take(space);
    if (count != ENTRIES(below))
        entry_put_empty(table, ENTRIES(below));
    fill_run(table + index_of(range->va, below), below, range->pa | bits | leaf_kind(below), count);
    entry_put_table(slot, table_count_add(table_entry(space, table), count), level);
    table_put(space, parent, table_count_add(table_get(space, parent, level), 1) | MIXED, level);
    space->backend->publish(space);
    return MMU_OK;
}

/* The range is not in the table met last. */
NOINLINE int map_far(struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    if (range->va - space->base < space->span) {
        seek(space, &space->near, range->va - space->base);
        if (fits_near(space, range, bits, space->near.mask))
            return map_near(space, range, bits);
        if (fits_below(space, range, bits))
            return map_below(space, range, bits);
    }
    return map_any(space, range);
}

static int map(struct mmu_space *space, const struct mmu_range *range)
{
    uint64_t bits = SMALL ? 0 : leaf_bits(space, range->attr);
    uintptr_t entered = lock_enter(&space->lock);
    int err;

    if (SMALL)
        err = map_any(space, range);
    else if (fits_near(space, range, bits, space->near.mask))
        err = map_near(space, range, bits);
    else
        err = map_far(space, range, bits);
    lock_leave(&space->lock, entered);
    return err;
}

/* tables_needed: how many it would lack is all that is asked. */
static int plan_only(struct job *job)
{
    int err = plan_map(job);

    return err == MMU_OK ? NOTHING_TO_DO : err;
}

size_t FORMAT_CALL(FORMAT, tables_needed)(struct mmu_space *space, const struct mmu_range *range)
{
    struct job job;
    uintptr_t entered = lock_enter(&space->lock);
    int err = map_job(&job, space, range);

    if (err == MMU_OK)
        err = job_run(&job, plan_only, enter);
    lock_leave(&space->lock, entered);
    return err == NOTHING_TO_DO ? job.lacks : 0;
}

/* The range begins with the last granule of an entry, at every level, and no page of it can be part of a block. */
size_t FORMAT_CALL(FORMAT, tables_max)(unsigned va_bits, uint64_t size)
{
    uint64_t count = 0, pages = (size + GRANULE - 1) >> GRANULE_BITS;

    for (unsigned level = TOP_LEVEL; level < LAST_LEVEL; level++) {
        unsigned shift = level_shift(level) - GRANULE_BITS;
        uint64_t touched, there;

        if (level_shift(level) >= va_bits || !pages)
            continue;
        touched = ((pages - 1 + (UINT64_C(1) << shift) - 1) >> shift) + 1;
        there = UINT64_C(1) << (va_bits - level_shift(level));
        count += touched < there ? touched : there;
    }
    return (size_t)count;
}
