/* Part of engine.h: pages from anywhere, mapped in a row. Those that lie side by side share a larger leaf. */

struct pages_job {
    struct mmu_space *space;
    uint64_t bits;         /* every leaf's attributes */
    const uint64_t *pages; /* physical addresses */
    uint64_t start;        /* where the first one goes */
    bool single;           /* MMU_PAGES */
};

INLINE const uint64_t *page_for(const struct pages_job *job, uint64_t off)
{
    return job->pages + ((off - job->start) >> GRANULE_BITS);
}

/* Do these pages make `size` bytes in a row, aligned to size? Most that do not are told by their ends. */
INLINE bool adjacent(const uint64_t *page, uint64_t size)
{
    size_t count = (size_t)(size >> GRANULE_BITS), i = 1;

    if (page[0] & (size - 1) || page[count - 1] != page[0] + size - GRANULE)
        return false;
    while (i < count && page[i] == page[0] + ((uint64_t)i << GRANULE_BITS))
        i++;
    return i == count;
}

/* Is [off, end), which is in one slot, to be one leaf there? */
static bool makes_leaf(const struct pages_job *job, unsigned level, uint64_t off, uint64_t end)
{
    return levels[level].leaf && !job->single && end - off == level_size(level) &&
           adjacent(page_for(job, off), level_size(level));
}

/* Is all of [off, end) free below this table, and how many tables does it lack? `table` 0: that one itself. */
static int plan_pages(const struct pages_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end,
                      size_t *lacks)
{
    uint64_t next;
    int err = MMU_OK;

    if (!table)
        ++*lacks;
    if (level == LAST_LEVEL)
        return table && any_used(table_of(job->space, table) + index_of(off, level), slots_left(off, end, level))
                   ? MMU_OVERLAP
                   : MMU_OK;
    for (; off < end && err == MMU_OK; off = next) {
        uint64_t entry = table ? entry_get(table_of(job->space, table) + index_of(off, level), level) : 0;

        next = slot_end(off, end, level);
        if (entry && !is_table(entry, level))
            err = MMU_OVERLAP;
        else if (entry || !makes_leaf(job, level, off, next))
            err = plan_pages(job, entry, level + 1, off, next, lacks);
    }
    return err;
}

INLINE void fill_scattered(entry_t *slot, const uint64_t *page, uint64_t bits, unsigned count)
{
    for (; count >= 4; count -= 4, slot += 4, page += 4) {
        const uint64_t leaves[4] = {page[0] | bits, page[1] | bits, page[2] | bits, page[3] | bits};

        entry_put_four(slot, leaves, LAST_LEVEL);
    }
    for (; count; count--)
        entry_put(slot++, *page++ | bits, LAST_LEVEL);
}

/* A run inside one last-level table. */
static void fill_pages(const struct pages_job *job, entry_t *slot, uint64_t off, unsigned count)
{
    const unsigned group = group_count(LAST_LEVEL);
    const uint64_t *page = page_for(job, off), bits = job->bits | leaf_kind(LAST_LEVEL);
    unsigned run = group - (index_of(off, LAST_LEVEL) & (group - 1)); /* up to where a group begins */

    for (; count; count -= run, slot += run, page += run, run = group) {
        if (run > count)
            run = count;
        if (run == group && !job->single && adjacent(page, group_size(LAST_LEVEL)))
            fill(slot, LAST_LEVEL, page[0] | bits | CONTIGUOUS, group);
        else
            fill_scattered(slot, page, bits, run);
    }
}

static uint64_t enter_pages(const struct pages_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end,
                            bool fresh);

/* A fresh table for [off, end), and what it needs below; its descriptor is to be linked by the caller. */
static uint64_t build_pages(const struct pages_job *job, unsigned level, uint64_t off, uint64_t end)
{
    entry_t *table = (entry_t *)pool_take(job->space);
    unsigned first = index_of(off, level), last = index_of(end - 1, level);

    entry_put_none(table, first);
    entry_put_none(table + last + 1, ENTRIES(level) - 1 - last);
    return enter_pages(job, table_entry(job->space, table), level, off, end, true);
}

/* Enter [off, end) into this table; returns its new descriptor. A fresh one's slots hold nothing yet. */
static uint64_t enter_pages(const struct pages_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end,
                            bool fresh)
{
    entry_t *slot = table_of(job->space, table) + index_of(off, level);
    uint64_t next;
    unsigned count = slots_left(off, end, level);

    if (level == LAST_LEVEL) {
        fill_pages(job, slot, off, count);
        return table_count_add(table, count);
    }
    for (; off < end; off = next, slot++) {
        next = slot_end(off, end, level);
        if (!fresh && *slot) {
            entry_put(slot, enter_pages(job, entry_get(slot, level), level + 1, off, next, false), level);
        } else if (makes_leaf(job, level, off, next)) {
            entry_put(slot, *page_for(job, off) | job->bits | leaf_kind(level), level);
            table = table_count_add(table, 1);
        } else {
            entry_put_table(slot, build_pages(job, level + 1, off, next), level);
            table = table_count_add(table, 1) | MIXED;
        }
    }
    return table;
}

INLINE int check_pages(const struct pages_job *job, uint64_t va, size_t count)
{
    const uint64_t *page = job->pages;
    uint64_t bits = 0;

    if (count > job->space->span >> GRANULE_BITS || check_va(job->space, va, (uint64_t)count << GRANULE_BITS) != MMU_OK)
        return MMU_RANGE;
    for (; count >= 4; count -= 4, page += 4)
        bits |= page[0] | page[1] | page[2] | page[3];
    while (count--)
        bits |= *page++;
    if (bits & (GRANULE - 1) || bits >> job->space->pa_bits)
        return MMU_RANGE;
    return job->bits & REFUSED ? MMU_ATTR : MMU_OK;
}

static int map_pages(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr)
{
    uint64_t off = va - space->base, end = off + ((uint64_t)count << GRANULE_BITS);
    struct pages_job job = {space, leaf_bits(space, attr & ~(uint32_t)MMU_PAGES), pages, off, attr & MMU_PAGES};
    size_t lacks = 0;
    int err = check_pages(&job, va, count);
    uintptr_t entered;

    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    err = plan_pages(&job, space->root, space->root_level, off, end, &lacks);
    if (err == MMU_OK && !pool_reserve(space, lacks))
        err = MMU_TABLES;
    if (err == MMU_OK) {
        space->root = enter_pages(&job, space->root, space->root_level, off, end, false);
        space->backend->publish(space);
    }
    lock_leave(&space->lock, entered);
    return err;
}
