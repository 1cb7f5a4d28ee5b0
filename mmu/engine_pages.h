/* Part of engine.h: pages from anywhere, mapped in a row. Those that lie side by side share a larger leaf. */

INLINE const uint64_t *page_for(const struct job *job, uint64_t off)
{
    return job->pages + ((off - job->off) >> GRANULE_BITS);
}

NOINLINE bool in_a_row(const uint64_t *page, size_t count)
{
    size_t i = 1;

    while (i < count && page[i] == page[0] + ((uint64_t)i << GRANULE_BITS))
        i++;
    return i == count;
}

/* Do these pages make `size` bytes in a row, aligned to size? Most that do not are told by their ends. */
INLINE bool adjacent(const uint64_t *page, uint64_t size)
{
    size_t count = (size_t)(size >> GRANULE_BITS);

    return !(page[0] & (size - 1)) && page[count - 1] == page[0] + size - GRANULE && in_a_row(page, count);
}

/* Is [off, end), which is in one slot, to be one leaf there? */
static bool makes_block(const struct job *job, unsigned level, uint64_t off, uint64_t end)
{
    return !job->single && has_leaves(level) && end - off == level_size(level) &&
           adjacent(page_for(job, off), level_size(level));
}

/* Tables for [off, end) in free entries of `level`, and all below */
static size_t tables_for_pages(const struct job *job, unsigned level, uint64_t off, uint64_t end)
{
    size_t count = 0;
    uint64_t next;

    for (; level < LAST_LEVEL && off < end; off = next) {
        next = slot_end(off, end, level);
        if (!makes_block(job, level, off, next))
            count += 1 + tables_for_pages(job, level + 1, off, next);
    }
    return count;
}

static bool take_block(struct job *job)
{
    uint64_t next = job->from + level_size(job->at.level);

    if (!makes_block(job, job->at.level, job->from, next))
        return false;
    job->count = 1;
    job->next = next;
    return true;
}

INLINE void put_four(entry_t *slot, unsigned level, const uint64_t *page, uint64_t bits)
{
    const uint64_t leaves[4] = {page[0] | bits, page[1] | bits, page[2] | bits, page[3] | bits};

    entry_put_four(slot, leaves, level);
}

INLINE void fill_scattered(entry_t *slot, unsigned level, const uint64_t *page, uint64_t bits, unsigned count)
{
    for (; !SMALL && count >= 8; count -= 8, slot += 8, page += 8) {
        put_four(slot, level, page, bits);
        put_four(slot + 4, level, page + 4, bits);
    }
    for (; count; count--)
        entry_put(slot++, *page++ | bits, level);
}

/* A run inside one last-level table, or a single block */
static void fill_pages(const struct job *job, entry_t *slot, unsigned level, unsigned count)
{
    const uint64_t *page = page_for(job, job->from), bits = job->bits | leaf_kind(level);
    unsigned run = to_group(slot, level);

    if (!run)
        run = group_count(level);
    for (; count; count -= run, slot += run, page += run, run = group_count(level)) {
        uint64_t contiguous = 0;

        if (run > count)
            run = count;
        if (run > 1 && run == group_count(level) && !job->single && adjacent(page, group_size(level)))
            contiguous = CONTIGUOUS;
        fill_scattered(slot, level, page, bits | contiguous, run);
    }
}

static size_t tables_at_hand(const struct job *job)
{
    return tables_for_pages(job, job->at.level, job->from, job->next);
}

/* Without the lock: an access to `pages` may be the one that brings them. */
static int check_pages(const struct mmu_space *space, uint64_t va, const uint64_t *page, size_t count)
{
    uint64_t bits = 0;

    if (count > space->span >> GRANULE_BITS || check_va(space, va, (uint64_t)count << GRANULE_BITS) != MMU_OK)
        return MMU_RANGE;
    for (; !SMALL && count >= 8; count -= 8, page += 8)
        bits |= page[0] | page[1] | page[2] | page[3] | page[4] | page[5] | page[6] | page[7];
    while (count--)
        bits |= *page++;
    return bits & (GRANULE - 1) || bits >> space->pa_bits ? MMU_RANGE : MMU_OK;
}

int FORMAT_CALL(FORMAT, map_pages)(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count,
                                   uint32_t attr)
{
    uint64_t bits = leaf_bits(space, attr & ~(uint32_t)MMU_PAGES);
    int err = check_pages(space, va, pages, count);
    uintptr_t entered;
    struct job job;

    if (err == MMU_OK && bits & REFUSED)
        err = MMU_ATTR;
    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    job_start(&job, space, va, (uint64_t)count << GRANULE_BITS);
    job.bits = bits;
    job.misfit = GRANULE; /* blocks are take_block's */
    job.single = attr & MMU_PAGES;
    job.fill = fill_pages;
    job.block = take_block;
    job.lack = tables_at_hand;
    job.pages = pages;
    err = job_run(&job, plan_map, enter);
    lock_leave(&space->lock, entered);
    return err;
}
