/* Part of engine.h: unmap and tag: entries become invalid, tables that hold nothing any more go. */

/* All of [off, end) is to become `value`: 0, or a tag. */
struct clear_job {
    struct mmu_space *space;
    uint64_t value;
    bool mapped; /* known: every page of the range is mapped, and no leaf is cut */
    struct detached gone;
};

/* How many leaves [off, off + size) is when it is whole entries of the table that `at` is in; else 0. */
INLINE unsigned one_run(struct place at, uint64_t off, uint64_t size)
{
    unsigned shift = levels[at.level].shift;

    if ((off | size) & (at.size - 1) || (off ^ (off + size - 1)) >> (shift + INDEX_BITS))
        return 0;
    return (unsigned)(size >> shift);
}

/* Bits in which some of these entries differ from `bits`. */
INLINE uint64_t differing(const uint64_t *slot, uint64_t bits, unsigned count)
{
    uint64_t differ = 0;

    for (; count >= 4; count -= 4, slot += 4)
        differ |= (slot[0] ^ bits) | (slot[1] ^ bits) | (slot[2] ^ bits) | (slot[3] ^ bits);
    for (; count; count--)
        differ |= *slot++ ^ bits;
    return differ;
}

/* Every page of [off, end) is mapped, and no leaf reaches beyond it. */
static int check_mapped(struct mmu_space *space, uint64_t table, unsigned level, uint64_t off, uint64_t end)
{
    const uint64_t *slot = table_of(space, table) + index_of(off, level);
    uint64_t next;
    int result = MMU_OK;

    if (table_full_of_leaves(table) && !((off | end) & (level_size(level) - 1)))
        return MMU_OK;
    if (level == LAST_LEVEL)
        return differing(slot, KIND, (unsigned)((end - off) >> GRANULE_BITS)) & KIND ? MMU_NOT_MAPPED : MMU_OK;
    for (; off < end && result != MMU_NOT_MAPPED; off = next, slot++) {
        next = slot_end(off, end, level);
        if (is_table(*slot, level)) {
            int err = check_mapped(space, *slot, level + 1, off, next);

            result = err ? err : result;
        } else if (!(*slot & VALID)) {
            result = MMU_NOT_MAPPED;
        } else if (next - off != level_size(level)) {
            result = MMU_SPLIT;
        }
    }
    return result;
}

INLINE void note_leaf(struct detached *gone, unsigned level)
{
    if (levels[level].shift < gone->shift)
        gone->shift = levels[level].shift;
}

/*
 * A table leaves its place for the list. Its first entry turns invalid for that (a pointer is even),
 * which is no news to a walker that still comes by: the caller's invalidate is yet to come.
 */
static void detach(struct clear_job *job, uint64_t *table, unsigned level)
{
    note_leaf(&job->gone, level);
    entry_write(table, (uintptr_t)job->gone.list);
    job->gone.list = table;
}

/* This table and all below it. */
static void detach_tree(struct clear_job *job, uint64_t descriptor, unsigned level)
{
    uint64_t *table = table_of(job->space, descriptor);

    if (level != LAST_LEVEL && descriptor & MIXED)
        for (unsigned i = 0; i < ENTRIES; i++)
            if (is_table(table[i], level))
                detach_tree(job, table[i], level + 1);
    detach(job, table, level);
}

static uint64_t clear(struct clear_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end);

/* A table for a part of an empty or tagged entry: the rest of it stays as it was. */
static uint64_t expand(struct clear_job *job, uint64_t entry, unsigned level, uint64_t off, uint64_t end)
{
    uint64_t *table = pool_take(job->space);
    uint64_t descriptor = table_entry(job->space, table);

    for (unsigned i = 0; i < ENTRIES; i++)
        entry_write(table + i, entry);
    if (entry)
        descriptor = table_count_add(descriptor, ENTRIES) | MIXED;
    return clear(job, descriptor, level, off, end);
}

/* What a slot is to hold of which [off, end) is cleared; `level` is the slot's. */
static uint64_t cleared(struct clear_job *job, uint64_t entry, unsigned level, uint64_t off, uint64_t end)
{
    bool whole = end - off == level_size(level);

    if (whole && (!job->value || levels[level].leaf)) {
        if (is_table(entry, level)) {
            detach_tree(job, entry, level + 1);
        } else if (entry & VALID) {
            note_leaf(&job->gone, level);
            job->gone.leaves = true;
        }
        return job->value;
    }
    if (is_table(entry, level))
        return clear(job, entry, level + 1, off, end);
    return entry == job->value ? entry : expand(job, entry, level + 1, off, end);
}

/* A last-level table's run of pages that are mapped, and not all that it has. */
static uint64_t clear_pages(struct clear_job *job, uint64_t table, uint64_t *slot, unsigned count)
{
    note_leaf(&job->gone, LAST_LEVEL);
    job->gone.leaves = true;
    table = table_count_add(table, -(int64_t)count);
    for (; count; count--)
        entry_write(slot++, 0);
    return table;
}

/* Returns the table's new descriptor, 0 when it went. The root always stays. */
static uint64_t clear(struct clear_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end)
{
    uint64_t *slot = table_of(job->space, table) + index_of(off, level);
    bool root = level == job->space->root_level;
    uint64_t next;

    /* All that the table holds is mapped leaves, as many as the range has: it goes unread. */
    if (job->mapped && !root && !(table & MIXED) && table_count(table) == (end - off) >> levels[level].shift) {
        detach(job, table_of(job->space, table), level);
        return 0;
    }
    if (job->mapped && level == LAST_LEVEL && table_count(table) > (end - off) >> GRANULE_BITS)
        return clear_pages(job, table, slot, (unsigned)((end - off) >> GRANULE_BITS));
    for (; off < end; off = next, slot++) {
        uint64_t was = *slot, now;

        next = slot_end(off, end, level);
        now = cleared(job, was, level, off, next);
        if (now == was)
            continue;
        if (is_table(now, level) && !is_table(was, level))
            entry_link(slot, now);
        else
            entry_write(slot, now);
        table = table_count_add(table, (now != 0) - (was != 0));
        if (now)
            table |= MIXED;
    }
    if (table_count(table) || root)
        return table;
    detach(job, table_of(job->space, table), level);
    return 0;
}

static void clear_range(struct clear_job *job, uint64_t va, uint64_t size)
{
    struct mmu_space *space = job->space;
    uint64_t off = va - space->base;

    job->gone.shift = 63;
    space->root = clear(job, space->root, space->root_level, off, off + size);
    finish_update(space, va, size, &job->gone);
}

static __attribute__((noinline)) int unmap_tables(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct clear_job job = {.space = space, .mapped = true};
    uint64_t off = va - space->base;
    int err = check_mapped(space, space->root, space->root_level, off, off + size);

    if (err == MMU_OK)
        clear_range(&job, va, size);
    return err;
}

static int unmap(struct mmu_space *space, uint64_t va, uint64_t size)
{
    uint64_t off = va - space->base;
    int err = check_va(space, va, size);
    uintptr_t entered;
    struct place at;
    unsigned count;

    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    at = find(space, off, LAST_LEVEL);
    count = one_run(at, off, size);
    /* The usual case: whole leaves of one table, which stays, as it has others */
    if (count && table_count(*at.table) > count && !(differing(at.slot, leaf_kind(at.level), count) & KIND)) {
        struct mmu_flush flush = {va, size, at.size, false};

        table_update(space, at.table, table_count_add(*at.table, -(int64_t)count));
        do
            entry_write(at.slot++, 0);
        while (--count);
        space->backend->invalidate(space, &flush);
    } else {
        err = unmap_tables(space, va, size);
    }
    lock_leave(&space->lock, entered);
    return err;
}

/* Tables that tagging [off, end) takes; MMU_SPLIT where it would cut a leaf. */
static int plan_tag(struct mmu_space *space, uint64_t value, struct place at, uint64_t off, uint64_t end, size_t *lacks)
{
    uint64_t next;
    int err = MMU_OK;

    for (at.slot = table_of(space, *at.table) + index_of(off, at.level); off < end && err == MMU_OK;
         off = next, at.slot++) {
        bool whole;

        next = slot_end(off, end, at.level);
        whole = next - off == level_size(at.level);
        if (whole && (!value || levels[at.level].leaf))
            continue;
        if (is_table(*at.slot, at.level))
            err = plan_tag(space, value, (struct place){.table = at.slot, .level = at.level + 1}, off, next, lacks);
        else if (*at.slot & VALID)
            err = MMU_SPLIT;
        else if (*at.slot != value)
            *lacks += tables_below(0, off, next, at.level + 1);
    }
    return err;
}

static int tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    struct clear_job job = {.space = space};
    struct place root = {.table = &space->root, .level = space->root_level};
    uint64_t off = va - space->base;
    size_t lacks = 0;
    int err = check_va(space, va, size);
    uintptr_t entered;

    if (err == MMU_OK && (tag > MMU_TAG_BUSY || payload & ~OUTPUT_ADDRESS || (!tag && payload)))
        err = MMU_ATTR;
    if (err != MMU_OK)
        return err;
    job.value = tag ? TAG(tag) | payload : 0;
    entered = lock_enter(&space->lock);
    err = plan_tag(space, job.value, root, off, off + size, &lacks);
    if (err == MMU_OK && !pool_reserve(space, lacks))
        err = MMU_TABLES;
    if (err == MMU_OK)
        clear_range(&job, va, size);
    lock_leave(&space->lock, entered);
    return err;
}

/* The space is at its end: nobody walks it. */
static void release(struct mmu_space *space)
{
    struct clear_job job = {.space = space};

    detach_tree(&job, space->root, space->root_level);
    pool_give_back(space, job.gone.list);
}
