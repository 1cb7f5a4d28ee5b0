/* Part of engine.h: map. */

struct map_job {
    struct mmu_space *space;
    uint64_t bits;   /* every leaf's attributes */
    uint64_t delta;  /* a page's pa = its off + delta */
    uint64_t misfit; /* see misfit() */
};

/* Where a bit of these is 1 below a leaf's size, that leaf does not fit: delta's, and with MMU_PAGES all but a page's.
 */
INLINE uint64_t misfit(uint64_t delta, uint32_t attr)
{
    return delta | (attr & MMU_PAGES ? GRANULE : 0);
}

INLINE bool fits(uint64_t misfit, unsigned level)
{
    return levels[level].leaf && !(misfit & (level_size(level) - 1));
}

/* The largest leaf that begins, ends and fits where these bits are 0. */
INLINE unsigned leaf_level(uint64_t bits)
{
    if (!fits(bits, 2))
        return LAST_LEVEL;
    return fits(bits, 1) ? 1 : 2;
}

/* A run of leaves inside one table; each is `step` further on. */
INLINE void fill(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    uint64_t step = level_size(level);

    for (; count >= 4; count -= 4, slot += 4, leaf += 4 * step)
        entry_put_four(slot, (const uint64_t[]){leaf, leaf + step, leaf + 2 * step, leaf + 3 * step}, level);
    for (; count; count--, leaf += step)
        entry_put(slot++, leaf, level);
}

/* Leaves side by side, from `slot` on; misfit says where they do not make groups. */
struct run {
    entry_t *slot;
    unsigned level, count;
    uint64_t misfit;
};

static __attribute__((noinline)) void fill_groups(const struct run *run, uint64_t leaf, unsigned head)
{
    uint64_t step = level_size(run->level);
    unsigned body = (run->count - head) & ~(group_count(run->level) - 1), done = head + body;

    fill(run->slot, run->level, leaf, head);
    fill(run->slot + head, run->level, (leaf + head * step) | CONTIGUOUS, body);
    fill(run->slot + done, run->level, leaf + done * step, run->count - done);
}

/* Whole groups among the leaves are made such. */
INLINE void fill_run(struct run run, uint64_t leaf, uint64_t off)
{
    unsigned group = group_count(run.level), head = -(unsigned)(off >> levels[run.level].shift) & (group - 1);

    if (run.count >= head + group && !(run.misfit & (group_size(run.level) - 1)))
        fill_groups(&run, leaf, head);
    else
        fill(run.slot, run.level, leaf, run.count);
}

INLINE bool any_used(const entry_t *slot, unsigned count)
{
    entry_t bits = 0;

    for (; count >= 4; count -= 4, slot += 4)
        bits |= slot[0] | slot[1] | slot[2] | slot[3];
    while (count--)
        bits |= *slot++;
    return bits != 0;
}

/* Whole slots at the start of [off, end), which lies in one table, that take a leaf each. */
INLINE unsigned leaf_run(uint64_t misfit, uint64_t off, uint64_t end, unsigned level)
{
    return fits(misfit | off, level) ? (unsigned)((end - off) >> levels[level].shift) : 0;
}

/*
 * Tables that [off, end) needs below an empty entry, the first one at `level`: one for each entry of
 * the level above that is neither left alone nor a leaf. `misfit` as in struct map_job.
 */
static size_t tables_below(uint64_t misfit, uint64_t off, uint64_t end, unsigned level)
{
    size_t count = 1;

    for (; level < LAST_LEVEL; level++) {
        uint64_t size = level_size(level), touched = (end - 1) / size - off / size + 1;
        uint64_t cut = (off & (size - 1) ? 1u : 0u) + (end & (size - 1) ? 1u : 0u);

        if (!fits(misfit, level) || touched < cut)
            count += (size_t)touched;
        else
            count += (size_t)cut;
    }
    return count;
}

/* Is all of [off, end) free below this table, and how many tables does it lack? */
static int plan_map(const struct map_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end,
                    size_t *lacks)
{
    uint64_t next;
    int err = MMU_OK;

    for (; off < end && err == MMU_OK; off = next) {
        const entry_t *slot = table_of(job->space, table) + index_of(off, level);
        unsigned run = leaf_run(job->misfit, off, end, level);

        next = run ? off + ((uint64_t)run << levels[level].shift) : slot_end(off, end, level);
        if (run)
            err = any_used(slot, run) ? MMU_OVERLAP : MMU_OK;
        else if (is_table(entry_get(slot, level), level))
            err = plan_map(job, entry_get(slot, level), level + 1, off, next, lacks);
        else if (*slot)
            err = MMU_OVERLAP;
        else
            *lacks += tables_below(job->misfit, off, next, level + 1);
    }
    return err;
}

static uint64_t build(const struct map_job *job, unsigned level, uint64_t off, uint64_t end);

/* Enter [off, end) into this table; returns its new descriptor. A fresh one's slots hold nothing yet. */
static uint64_t enter(const struct map_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end, bool fresh)
{
    uint64_t next;

    for (; off < end; off = next) {
        entry_t *slot = table_of(job->space, table) + index_of(off, level);
        unsigned run = leaf_run(job->misfit, off, end, level);

        if (run) {
            next = off + ((uint64_t)run << levels[level].shift);
            fill_run((struct run){slot, level, run, job->misfit}, (off + job->delta) | job->bits | leaf_kind(level),
                     off);
            table = table_count_add(table, run);
            continue;
        }
        next = slot_end(off, end, level);
        if (fresh || !*slot) {
            entry_put_table(slot, build(job, level + 1, off, next), level);
            table = table_count_add(table, 1) | MIXED;
        } else {
            entry_put(slot, enter(job, entry_get(slot, level), level + 1, off, next, false), level);
        }
    }
    return table;
}

/* A fresh table for [off, end), and what it needs below; its descriptor is to be linked by the caller. */
static uint64_t build(const struct map_job *job, unsigned level, uint64_t off, uint64_t end)
{
    entry_t *table = (entry_t *)pool_take(job->space);
    unsigned first = index_of(off, level), last = index_of(end - 1, level);

    entry_put_none(table, first);
    entry_put_none(table + last + 1, ENTRIES(level) - 1 - last);
    return enter(job, table_entry(job->space, table), level, off, end, true);
}

static struct map_job map_job(struct mmu_space *space, const struct mmu_range *range)
{
    uint64_t delta = range->pa - (range->va - space->base);

    return (struct map_job){space, leaf_bits(space, range->attr & ~(uint32_t)MMU_PAGES), delta,
                            misfit(delta, range->attr)};
}

/* Any range, wherever its entries are. */
static __attribute__((noinline)) int map_tables(struct mmu_space *space, const struct mmu_range *range)
{
    struct map_job job = map_job(space, range);
    uint64_t off = range->va - space->base, end = off + range->size;
    size_t lacks = 0;
    int err = plan_map(&job, space->root, space->root_level, off, end, &lacks);

    if (err == MMU_OK && !pool_reserve(space, lacks))
        err = MMU_TABLES;
    if (err == MMU_OK)
        space->root = enter(&job, space->root, space->root_level, off, end, false);
    return err;
}

/* A range all of which lies below the empty entry `at`. */
static __attribute__((noinline)) int map_below(struct mmu_space *space, const struct mmu_range *range, struct place at)
{
    struct map_job job = map_job(space, range);
    uint64_t off = range->va - space->base, end = off + range->size;

    if (!pool_reserve(space, tables_below(job.misfit, off, end, at.level + 1)))
        return MMU_TABLES;
    entry_put_table(at.slot, build(&job, at.level + 1, off, end), at.level);
    table_put(space, at.table, table_count_add(table_get(space, at.table, at.level), 1) | MIXED, at.level);
    return MMU_OK;
}

INLINE int check_map(const struct mmu_space *space, const struct mmu_range *range, uint64_t bits)
{
    int err = check_va(space, range->va, range->size);

    if (err == MMU_OK && (range->pa & (GRANULE - 1) || (range->pa | (range->pa + range->size - 1)) >> space->pa_bits))
        err = MMU_RANGE;
    if (err == MMU_OK && bits & REFUSED)
        err = MMU_ATTR;
    return err;
}

/* A range whose largest common leaf is one of `level`. The usual case lies in one table, which is there. */
INLINE int map_leaves(struct mmu_space *space, const struct mmu_range *range, uint64_t bits, unsigned level)
{
    uint64_t off = range->va - space->base, leaf = range->pa | bits | leaf_kind(level);
    unsigned count = (unsigned)(range->size >> levels[level].shift);
    struct place at;

    if ((off ^ (off + range->size - 1)) >> (levels[level].shift + level_bits(level)))
        return map_tables(space, range);
    at = find(space, off, level);
    if (at.level != level)
        return *at.slot ? MMU_OVERLAP : map_below(space, range, at);
    if (*at.slot || (count > 1 && any_used(at.slot + 1, count - 1)))
        return MMU_OVERLAP;
    if (count == 1)
        entry_put(at.slot, leaf, level);
    else
        fill_run((struct run){at.slot, level, count, misfit(range->pa - off, range->attr)}, leaf, off);
    table_put(space, at.table, table_count_add(table_get(space, at.table, level), count), level);
    return MMU_OK;
}

static int map(struct mmu_space *space, const struct mmu_range *range)
{
    uint64_t bits = leaf_bits(space, range->attr & ~(uint32_t)MMU_PAGES);
    uint64_t off = range->va - space->base;
    int err = check_map(space, range, bits);
    uintptr_t entered;
    unsigned level;

    if (err != MMU_OK)
        return err;
    level = leaf_level(off | range->size | misfit(range->pa - off, range->attr));
    if (VA_BITS_MIN <= levels[1].shift && level < space->root_level) /* the request is the whole space */
        level = space->root_level;
    entered = lock_enter(&space->lock);
    if (level == LAST_LEVEL)
        err = map_leaves(space, range, bits, LAST_LEVEL);
    else
        err = map_leaves(space, range, bits, level);
    if (err == MMU_OK)
        space->backend->publish(space);
    lock_leave(&space->lock, entered);
    return err;
}

static size_t tables_needed(struct mmu_space *space, const struct mmu_range *range)
{
    struct map_job job = map_job(space, range);
    uint64_t off = range->va - space->base;
    size_t lacks = 0;
    int err = check_map(space, range, job.bits);
    uintptr_t entered;

    if (err == MMU_OK) {
        entered = lock_enter(&space->lock);
        err = plan_map(&job, space->root, space->root_level, off, off + range->size, &lacks);
        lock_leave(&space->lock, entered);
    }
    return err == MMU_OK ? lacks : 0;
}

/* The range begins with the last granule of an entry, at every level, and no page of it can be part of a block. */
static size_t tables_max(unsigned va_bits, uint64_t size)
{
    uint64_t count = 0, pages = (size + GRANULE - 1) >> GRANULE_BITS;

    for (unsigned level = FIRST_LEVEL; level < LAST_LEVEL; level++) {
        unsigned shift = levels[level].shift - GRANULE_BITS;
        uint64_t touched, there;

        if (levels[level].shift >= va_bits || !pages)
            continue;
        touched = ((pages - 1 + (UINT64_C(1) << shift) - 1) >> shift) + 1;
        there = UINT64_C(1) << (va_bits - levels[level].shift);
        count += touched < there ? touched : there;
    }
    return (size_t)count;
}
