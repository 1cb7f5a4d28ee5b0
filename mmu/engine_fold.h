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

static void fold_run(struct fold *fold, entry_t *slot, unsigned level, unsigned count);

/* A table, all of which is in the range */
static void fold_table(struct fold *fold, entry_t *slot, unsigned level)
{
    struct mmu_savings saved = {0, 0};
    struct job *job = &fold->job;
    uint64_t entry = entry_get(slot, level), value = 0;

    if (!fold->make || !(entry & VALID))
        value = fold_value(job->space, entry, level + 1, &saved);
    if (!value) {
        fold_run(fold, table_of(job->space, entry), level + 1, ENTRIES(level + 1));
    } else if (fold->make) {
        entry_put(slot, value, level);
        detach_tree(job, entry, level + 1);
    } else {
        fold->saved.entries += saved.entries ? saved.entries - 1 : 0;
        fold->saved.tables += saved.tables;
        note_leaf(job, LAST_LEVEL);
        if (!fold->look)
            entry_put(slot, broken_entry(entry), level);
    }
}

static void fold_run(struct fold *fold, entry_t *slot, unsigned level, unsigned count)
{
    for (const entry_t *end = slot + count; slot < end; slot++) {
        uint64_t entry = entry_get(slot, level);
        unsigned i = group_count(level);

        if (is_table(entry, level)) {
            fold_table(fold, slot, level);
        } else if (fold->make) {
            if (!(entry & VALID) && entry & AF)
                mend(slot, level);
        } else if (could_group(slot, level, (size_t)(end - slot))) {
            fold->saved.entries += i - 1;
            note_leaf(&fold->job, level);
            while (!fold->look && i--)
                entry_put(slot + i, broken_entry(entry_get(slot + i, level)) | CONTIGUOUS, level);
            slot += group_count(level) - 1;
        }
    }
}

static void fold_pass(struct fold *fold, bool make)
{
    fold->make = make;
    for (rewind(&fold->job, 0); step(&fold->job);)
        if (!fold->job.part)
            fold_run(fold, fold->job.slot, fold->job.at.level, fold->job.count);
}

/* false: there was nothing to fold. */
static bool fold_round(struct fold *fold, uint64_t va, uint64_t size)
{
    struct mmu_space *space = fold->job.space;
    size_t tables = fold->saved.tables;

    job_start(&fold->job, space, va, size);
    fold_pass(fold, false);
    if (fold->look || !fold->job.leaves)
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
    if (!report && kept(space, va - space->base, va - space->base + size, true))
        err = MMU_BUSY;
    while (err == MMU_OK && fold_round(&fold, va, size))
        ;
    lock_leave(&space->lock, entered);
    if (report)
        *report = fold.saved;
    return err == MMU_OK && !report ? (int)fold.saved.tables : err;
}
