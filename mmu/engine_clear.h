/* Part of engine.h: unmap and tag: entries become invalid, tables that hold nothing any more go. */

/* All of [off, end) is to become `value`: 0, or a tag. */
struct clear_job {
    struct mmu_space *space;
    uint64_t value;
    bool mapped; /* known: every page of the range is mapped */
    struct update update;
};

/* How many leaves [off, off + size) is when it is whole entries of the table that `at` is in; else 0. */
INLINE unsigned one_run(struct place at, uint64_t off, uint64_t size)
{
    unsigned shift = levels[at.level].shift;

    if ((off | size) & (at.size - 1) || (off ^ (off + size - 1)) >> (shift + level_bits(at.level)))
        return 0;
    return (unsigned)(size >> shift);
}

/* Bits in which some of these entries differ from `bits`. */
INLINE uint64_t differing(const entry_t *slot, unsigned level, uint64_t bits, unsigned count)
{
    uint64_t differ = 0;

    for (; count >= 8; count -= 8, slot += 8)
        differ |= (entry_get(slot + 0, level) ^ bits) | (entry_get(slot + 1, level) ^ bits) |
                  (entry_get(slot + 2, level) ^ bits) | (entry_get(slot + 3, level) ^ bits) |
                  (entry_get(slot + 4, level) ^ bits) | (entry_get(slot + 5, level) ^ bits) |
                  (entry_get(slot + 6, level) ^ bits) | (entry_get(slot + 7, level) ^ bits);
    for (; count; count--)
        differ |= entry_get(slot++, level) ^ bits;
    return differ;
}

/* What it takes to change [off, end) alone. */
struct survey {
    size_t lacks; /* tables */
    bool cuts;    /* a leaf or group reaches beyond */
};

/* Leaves from `slot` on: is one of the two outer ones in a group that reaches beyond? */
INLINE bool cuts_group(const entry_t *slot, unsigned level, uint64_t off, uint64_t end)
{
    const entry_t *last = slot + (((end - 1) >> levels[level].shift) - (off >> levels[level].shift));
    uint64_t beyond = group_size(level) - 1;

    return (off & beyond && entry_get(slot, level) & CONTIGUOUS) ||
           (end & beyond && entry_get(last, level) & CONTIGUOUS);
}

/* Is every page of [off, end) mapped? */
static int check_mapped(struct survey *survey, struct mmu_space *space, struct place at, uint64_t off, uint64_t end)
{
    uint64_t table = table_get(space, at.table, at.level), start = off, next;
    int err = MMU_OK;

    at.slot = table_of(space, table) + index_of(off, at.level);
    if (at.level == LAST_LEVEL ||
        (table_full_of_leaves(table, at.level) && !((off | end) & (level_size(at.level) - 1)))) {
        survey->cuts |= cuts_group(at.slot, at.level, off, end);
        if (table_full_of_leaves(table, at.level))
            return MMU_OK;
        return differing(at.slot, at.level, KIND, (unsigned)((end - off) >> GRANULE_BITS)) & KIND ? MMU_NOT_MAPPED
                                                                                                  : MMU_OK;
    }
    for (; off < end && err == MMU_OK; off = next, at.slot++) {
        next = slot_end(off, end, at.level);
        if (is_table(entry_get(at.slot, at.level), at.level)) {
            err = check_mapped(survey, space, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        } else if (!(entry_get(at.slot, at.level) & VALID)) {
            err = MMU_NOT_MAPPED;
        } else if (next - off != level_size(at.level)) {
            survey->cuts = true;
            survey->lacks += tables_below(0, off, next, at.level + 1);
        } else if (off == start || next == end) {
            survey->cuts |= cuts_group(at.slot, at.level, off, next);
        }
    }
    return err;
}

/*
 * A table leaves its place for the list. Its first entry turns invalid for that (a pointer is even),
 * which is no news to a walker that still comes by: the caller's invalidate is yet to come.
 */
static void detach(struct update *update, entry_t *table, unsigned level)
{
    note_leaf(update, level);
    update->space->near_key = NEAR_NONE;
    entry_put_next(table, update->tables);
    update->tables = table;
}

/* This table and all below it. */
static void detach_tree(struct update *update, uint64_t descriptor, unsigned level)
{
    entry_t *table = table_of(update->space, descriptor);

    if (level != LAST_LEVEL && descriptor & MIXED)
        for (unsigned i = 0; i < ENTRIES(level); i++)
            if (is_table(entry_get(table + i, level), level))
                detach_tree(update, entry_get(table + i, level), level + 1);
    detach(update, table, level);
}

static uint64_t clear(struct clear_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end);

/* A table for a part of an empty or tagged entry: the rest of it stays as it was. */
static uint64_t expand(struct clear_job *job, uint64_t entry, unsigned level, uint64_t off, uint64_t end)
{
    entry_t *table = (entry_t *)pool_take(job->space);
    uint64_t descriptor = table_entry(job->space, table);

    for (unsigned i = 0; i < ENTRIES(level); i++)
        entry_put(table + i, entry, level);
    if (entry)
        descriptor = table_count_add(descriptor, ENTRIES(level)) | MIXED;
    return clear(job, descriptor, level, off, end);
}

/* What a slot is to hold of which [off, end) is cleared; `level` is the slot's. */
static uint64_t cleared(struct clear_job *job, uint64_t entry, unsigned level, uint64_t off, uint64_t end)
{
    bool whole = end - off == level_size(level);

    if (whole && (!job->value || levels[level].leaf)) {
        if (is_table(entry, level)) {
            detach_tree(&job->update, entry, level + 1);
        } else if (entry & AF) {
            note_leaf(&job->update, level);
        }
        return job->value;
    }
    if (is_table(entry, level)) {
        unsigned shift = job->update.shift;
        uint64_t now = clear(job, entry, level + 1, off, end);

        if (!(entry & VALID)) /* a block until now: nobody knows the leaves below */
            job->update.shift = shift;
        return now;
    }
    return entry == job->value ? entry : expand(job, entry, level + 1, off, end);
}

/* A last-level table's run of pages; `table` is its descriptor, and the new one is returned. */
static uint64_t clear_pages(struct clear_job *job, uint64_t table, entry_t *slot, unsigned count)
{
    uint64_t value = job->value, any = VALID, used = count;

    if (job->mapped) {
        entry_put_none(slot, count);
    } else {
        any = used = 0;
        for (unsigned i = 0; i < count; i++) {
            uint64_t was = entry_get(slot + i, LAST_LEVEL);

            any |= was;
            used += was != 0;
            entry_put(slot + i, value, LAST_LEVEL);
        }
    }
    if (any & VALID)
        note_leaf(&job->update, LAST_LEVEL);
    return value ? table_count_add(table, (int64_t)(count - used)) | MIXED : table_count_add(table, -(int64_t)used);
}

/* Returns the table's new descriptor, 0 when it went. The root always stays. */
static uint64_t clear(struct clear_job *job, uint64_t table, unsigned level, uint64_t off, uint64_t end)
{
    entry_t *slot = table_of(job->space, table) + index_of(off, level);
    bool root = level == job->space->root_level;
    uint64_t next;

    /* All that the table holds is mapped leaves, as many as the range has: it goes unread. */
    if (job->mapped && !root && !(table & MIXED) && table_count(table) == (end - off) >> levels[level].shift) {
        detach(&job->update, table_of(job->space, table), level);
        return 0;
    }
    if (level == LAST_LEVEL) {
        table = clear_pages(job, table, slot, (unsigned)((end - off) >> GRANULE_BITS));
        off = end;
    }
    for (; off < end; off = next, slot++) {
        uint64_t was = entry_get(slot, level), now;

        next = slot_end(off, end, level);
        now = cleared(job, was, level, off, next);
        if (now == was)
            continue;
        if (is_table(now, level) && !is_table(was, level))
            entry_put_table(slot, now, level);
        else
            entry_put(slot, now, level);
        table = table_count_add(table, (now != 0) - (was != 0));
        if (now)
            table |= MIXED;
    }
    if (table_count(table) || root)
        return table;
    detach(&job->update, table_of(job->space, table), level);
    return 0;
}

static void clear_range(struct clear_job *job, uint64_t va, uint64_t size, bool cuts)
{
    struct mmu_space *space = job->space;
    uint64_t off = va - space->base;

    job->update = update_start(space, va, size);
    if (cuts) {
        cut(&job->update, off);
        cut(&job->update, off + size);
    }
    space->root = clear(job, space->root, space->root_level, off, off + size);
    update_finish(&job->update);
}

static __attribute__((noinline)) int unmap_tables(struct mmu_space *space, uint64_t va, uint64_t size)
{
    struct clear_job job = {.space = space, .mapped = true};
    struct place root = {.table = (entry_t *)&space->root, .level = space->root_level};
    uint64_t off = va - space->base;
    struct survey survey = {0, false};
    int err = check_mapped(&survey, space, root, off, off + size);

    if (err == MMU_OK && survey.cuts)
        err = reserve_cuts(space, off, off + size, survey.lacks);
    if (err == MMU_OK)
        clear_range(&job, va, size, survey.cuts);
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
    /* The usual case: whole leaves of one table, which stays, as it has others; and none of a group */
    if (count && table_count(table_get(space, at.table, at.level)) > count &&
        !(differing(at.slot, at.level, leaf_kind(at.level), count) & (KIND | CONTIGUOUS))) {
        struct mmu_flush flush = {va, size, at.size, false, (uint8_t)at.level};

        table_put(space, at.table, table_count_add(table_get(space, at.table, at.level), -(int64_t)count), at.level);
        if (count == 1)
            entry_put(at.slot, 0, at.level);
        else
            entry_put_none(at.slot, count);
        space->backend->invalidate(space, &flush);
    } else {
        err = unmap_tables(space, va, size);
    }
    lock_leave(&space->lock, entered);
    return err;
}

/* Tables that tagging [off, end) takes. */
static size_t plan_tag(struct mmu_space *space, uint64_t value, struct place at, uint64_t off, uint64_t end)
{
    uint64_t next;
    size_t lacks = 0;

    for (at.slot = table_of(space, table_get(space, at.table, at.level)) + index_of(off, at.level); off < end;
         off = next, at.slot++) {
        bool whole;

        next = slot_end(off, end, at.level);
        whole = next - off == level_size(at.level);
        if (whole && (!value || levels[at.level].leaf))
            continue;
        if (is_table(entry_get(at.slot, at.level), at.level))
            lacks += plan_tag(space, value, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        else if (entry_get(at.slot, at.level) != value)
            lacks += tables_below(0, off, next, at.level + 1);
    }
    return lacks;
}

static int tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    struct clear_job job = {.space = space};
    struct place root = {.table = (entry_t *)&space->root, .level = space->root_level};
    uint64_t off = va - space->base;
    int err = check_va(space, va, size);
    uintptr_t entered;

    if (err == MMU_OK && (tag > MMU_TAG_BUSY || payload & ~(OUTPUT_ADDRESS & ~UINT64_C(0xfff)) || (!tag && payload)))
        err = MMU_ATTR;
    if (err != MMU_OK)
        return err;
    job.value = tag ? TAG(tag) | payload : 0;
    entered = lock_enter(&space->lock);
    err = reserve_cuts(space, off, off + size, plan_tag(space, job.value, root, off, off + size));
    if (err == MMU_OK)
        clear_range(&job, va, size, true);
    lock_leave(&space->lock, entered);
    return err;
}

/* The space is at its end: nobody walks it. */
static void release(struct mmu_space *space)
{
    struct update update = {.space = space};
    const entry_t *slot = space->root_table;
    unsigned level = space->root_level;

    for (uint64_t count = space->span >> levels[level].shift; count; count--, slot++)
        if (is_table(entry_get(slot, level), level))
            detach_tree(&update, entry_get(slot, level), level + 1);
    pool_give_back(space, (uint64_t *)update.tables);
}
