/*
 * Part of engine.h: fold: a table whose entries continue each other becomes one entry of the table above, leaves that
 * could be a contiguous group become one. In rounds, as what one round makes may be foldable again.
 */

struct fold {
    struct job job;
    struct mmu_savings saved;
    bool look; /* only tell what it would save */
    bool make; /* the second pass of a round: what the first one has broken comes back as one */
};

/* The one entry that says the same as this table; 0: there is none. */
static uint64_t fold_value(struct mmu_space *space, uint64_t descriptor, unsigned level, struct mmu_savings *saved)
{
    const entry_t *table = table_of(space, descriptor);
    uint64_t first = 0, step = 0;

    if (!has_leaves(level - 1) || table_count(descriptor) != ENTRIES(level))
        return 0;
    for (unsigned i = 0; i < ENTRIES(level); i++) {
        uint64_t entry = entry_get(table + i, level);

        if (is_table(entry, level))
            entry = fold_value(space, entry, level + 1, saved);
        else if (entry & VALID && !(entry & CONTIGUOUS && i & (group_count(level) - 1)))
            saved->entries++;
        if (i == 0) {
            first = entry & ~CONTIGUOUS;
            step = entry & VALID ? level_size(level) : 0;
        }
        if (!entry || (entry & ~CONTIGUOUS) != first + i * step)
            return 0;
    }
    saved->tables++;
    if (!step)
        return first;
    return first & OUTPUT_ADDRESS & (level_size(level - 1) - 1) ? 0 : (first & ~KIND) | leaf_kind(level - 1);
}

/* Single leaves from here on, `left` entries, that could be a group? */
static bool could_group(const entry_t *slot, unsigned level, size_t left)
{
    uint64_t first = entry_get(slot, level);
    unsigned count = group_count(level);

    if (count == 1 || to_group(slot, level) || left < count || !is_leaf(first, level) || first & CONTIGUOUS ||
        first & OUTPUT_ADDRESS & (group_size(level) - 1))
        return false;
    for (unsigned i = 1; i < count; i++)
        if (entry_get(slot + i, level) != first + i * level_size(level))
            return false;
    return true;
}

/* A table, all of which is in the range. false: it is to stay. */
static bool fold_table(struct fold *fold, entry_t *slot, unsigned level)
{
    struct mmu_savings saved = {0, 0};
    uint64_t entry = entry_get(slot, level), value = 0;

    if (!fold->make || !(entry & VALID))
        value = fold_value(fold->job.space, entry, level + 1, &saved);
    if (!value)
        return false;
    if (fold->make) {
        entry_put(slot, value, level);
        detach_tree(&fold->job, entry, level + 1);
        return true;
    }
    fold->saved.entries += saved.entries ? saved.entries - 1 : 0;
    fold->saved.tables += saved.tables;
    note_leaf(&fold->job, LAST_LEVEL);
    if (!fold->look)
        entry_put(slot, broken_entry(entry), level);
    return true;
}

/* Leaves from here on become a group. Returns the last one. */
static entry_t *fold_group(struct fold *fold, entry_t *slot, unsigned level)
{
    unsigned count = group_count(level);

    fold->saved.entries += count - 1;
    note_leaf(&fold->job, level);
    for (unsigned i = 0; !fold->look && i < count; i++)
        entry_put(slot + i, broken_entry(entry_get(slot + i, level)) | CONTIGUOUS, level);
    return slot + count - 1;
}

/* The part of a table that translates [off, end) */
static void fold_part(struct fold *fold, uint64_t descriptor, unsigned level, uint64_t off, uint64_t end)
{
    entry_t *table = table_of(fold->job.space, descriptor), *last = table + index_of(end - 1, level);

    for (entry_t *slot = table + index_of(off, level); slot <= last; slot++) {
        uint64_t entry = entry_get(slot, level), next = slot_end(off, end, level);

        if (is_table(entry, level)) {
            if (next - off < level_size(level) || !fold_table(fold, slot, level))
                fold_part(fold, entry, level + 1, off, next);
        } else if (fold->make) {
            if (!(entry & VALID) && entry & AF)
                mend(slot, level);
        } else if (!(off & (level_size(level) - 1)) &&
                   could_group(slot, level, (size_t)((end - off) >> level_shift(level)))) {
            slot = fold_group(fold, slot, level);
            next = off + group_size(level);
        }
        off = next;
    }
}

static void fold_pass(struct fold *fold, bool make)
{
    const struct job *job = &fold->job;

    fold->make = make;
    fold_part(fold, job->space->root, job->space->root_level, job->off, job->end);
}

/* false: there was nothing to fold. */
static bool fold_round(struct fold *fold, uint64_t va, uint64_t size)
{
    struct mmu_space *space = fold->job.space;
    size_t tables = fold->saved.tables;

    job_start(&fold->job, space, va, size);
    fold->job.at.live = true;
    fold_pass(fold, false);
    if (fold->look || fold->job.shift == NO_LEAVES)
        return false;
    job_invalidate(&fold->job, fold->saved.tables != tables);
    fold_pass(fold, true);
    space->backend->publish(space);
    pool_give_back(space, fold->job.tables);
    return true;
}

int FORMAT_CALL(FORMAT, fold)(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *report)
{
    struct fold fold = {.job.space = space, .look = report};
    int err = check_va(space, va, size);
    uintptr_t entered;

    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    if (!report && mmu_space_keeps(space, va - space->base, va - space->base + size, true))
        err = MMU_BUSY;
    while (err == MMU_OK && fold_round(&fold, va, size))
        ;
    lock_leave(&space->lock, entered);
    if (report)
        *report = fold.saved;
    return err == MMU_OK && !report ? (int)fold.saved.tables : err;
}
