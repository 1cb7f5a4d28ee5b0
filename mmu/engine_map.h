/* Part of engine.h: map. */

/* A run of leaves inside one table; each is `step` further on. */
NOINLINE void fill(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    uint64_t step = level_size(level);

    for (unsigned turns = SMALL ? 0 : count / 16; turns; turns--) {
        leaf = entry_put_eight(&slot, level, leaf, step);
        leaf = entry_put_eight(&slot, level, leaf, step);
    }
    if (!SMALL && count & 8)
        leaf = entry_put_eight(&slot, level, leaf, step);
    for (count = SMALL ? count : count % 8; count; count--, leaf += step)
        entry_put(slot++, leaf, level);
}

/* An entry's number, plus a multiple of its table's entries */
INLINE unsigned slot_number(const entry_t *slot)
{
    return (unsigned)((uintptr_t)slot / sizeof *slot);
}

/* How many entries it is from this one on to where a group begins. */
INLINE unsigned to_group(const entry_t *slot, unsigned level)
{
    return -slot_number(slot) & (group_count(level) - 1);
}

/* The same with whole groups among them */
NOINLINE void fill_groups(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    unsigned head = to_group(slot, level), body = (count - head) & ~(group_count(level) - 1);

    fill(slot, level, leaf, head);
    leaf += head * level_size(level);
    fill(slot + head, level, leaf | CONTIGUOUS, body);
    leaf += body * level_size(level);
    fill(slot + head + body, level, leaf, count - head - body);
}

/* Leaves side by side. Whole groups of memory that is aligned for it are made such. */
INLINE void fill_run(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    unsigned group = group_count(level), off = (unsigned)(leaf >> level_shift(level)) ^ slot_number(slot);

    if (group == 1 || off & (group - 1) || count < to_group(slot, level) + group)
        fill(slot, level, leaf, count);
    else
        fill_groups(slot, level, leaf, count);
}

/*
 * Tables that the entries at hand need, which are empty or to be cut: one for each entry, of that level and those
 * below, that is neither left alone nor a leaf. `misfit` as in misfit().
 */
static size_t tables_below(uint64_t misfit, const struct job *job)
{
    size_t count = 0;

    for (unsigned level = job->at.level; level < LAST_LEVEL; level++) {
        uint64_t beyond = level_size(level) - 1;
        size_t touched = (size_t)(((job->next - 1) >> level_shift(level)) - (job->from >> level_shift(level)) + 1);
        size_t cut = (job->from & beyond ? 1u : 0u) + (job->next & beyond ? 1u : 0u);

        count += !fits(misfit, level) || touched < cut ? touched : cut;
    }
    return count;
}

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
        job->lacks += tables_below(job->misfit, job);
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

/* Nothing can fail any more. */
static void enter(struct job *job)
{
    unsigned level = 0;

    while (!fits(job->misfit, level))
        level++;
    for (rewind(job, level); step(job);)
        if (!job->part && (fits(job->misfit, job->at.level) || (job->block && job->block(job)))) {
            job->fill(job, job->slot, job->at.level, job->count);
            recount(job, job->count, 0);
        } else {
            grow(job);
        }
}

/* The tables are there that a planned job lacks: it is done. */
static int enter_reserved(struct job *job)
{
    struct mmu_space *space = job->space;

    if (!pool_reserve(space, job->lacks))
        return MMU_TABLES;
    enter(job);
    space->backend->publish(space);
    return MMU_OK;
}

static int check_map(const struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    int err = check_va(space, range->va, range->size);

    if (err == MMU_OK && (range->pa & (GRANULE - 1) || (range->pa | (range->pa + range->size - 1)) >> space->pa_bits))
        err = MMU_RANGE;
    if (err == MMU_OK && bits & REFUSED)
        err = MMU_ATTR;
    return err;
}

/* With the lock held: may the range be mapped, and what does it take? */
NOINLINE int prepare_map(struct mmu_space *space, struct job *job, const struct mmu_range *range)
{
    int err;

    job_start(job, space, range->va, range->size);
    job->bits = leaf_bits(space, range->attr & ~(uint32_t)MMU_PAGES);
    job->delta = range->pa - job->off;
    job->misfit = misfit(job->delta, range->attr);
    job->fill = fill_here;
    err = check_map(space, range, job->bits);
    return err == MMU_OK ? plan_map(job) : err;
}

/* Any range, wherever its entries are. */
NOINLINE int map_any(struct mmu_space *space, const struct mmu_range *range)
{
    struct job job;
    int err = prepare_map(space, &job, range);

    return err == MMU_OK ? enter_reserved(&job) : err;
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

size_t FORMAT_CALL(FORMAT, tables_needed)(struct mmu_space *space, const struct mmu_range *range)
{
    struct job job;
    uintptr_t entered = lock_enter(&space->lock);
    int err = prepare_map(space, &job, range);

    lock_leave(&space->lock, entered);
    return err == MMU_OK ? job.lacks : 0;
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
