/*
 * Part of engine.h: fold: a table whose entries continue each other becomes one entry of the table above, leaves that
 * could be a contiguous group become one. In rounds, as what one round makes may be foldable again.
 */

struct fold_job {
    struct mmu_space *space;
    struct mmu_savings saved;
    bool look; /* tell what it would save, and change nothing */
    struct update gone;
};

/* The one entry that says the same as this table; 0: there is none. */
static uint64_t fold_value(struct mmu_space *space, uint64_t descriptor, unsigned level, struct mmu_savings *saved)
{
    const entry_t *table = table_of(space, descriptor);
    const unsigned group = group_count(level);
    uint64_t first = 0, step = 0;

    if (!levels[level - 1].leaf || table_count(descriptor) != ENTRIES(level))
        return 0;
    for (unsigned i = 0; i < ENTRIES(level); i++) {
        uint64_t entry = entry_get(table + i, level);

        if (is_table(entry, level))
            entry = fold_value(space, entry, level + 1, saved);
        else if (entry & VALID && !(entry & CONTIGUOUS && i & (group - 1)))
            saved->entries++;
        if (i == 0) {
            first = entry & ~CONTIGUOUS;
            step = entry & VALID ? level_size(level) : 0;
        }
        if (!entry || (entry & ~CONTIGUOUS) != first + i * step)
            return 0;
    }
    saved->tables++;
    if (step && first & OUTPUT_ADDRESS & (level_size(level - 1) - 1))
        return 0;
    return step ? (first & ~KIND) | leaf_kind(level - 1) : first;
}

/* Single leaves, from an aligned slot on, that could be a group? */
static bool could_group(const entry_t *slot, unsigned level)
{
    unsigned count = group_count(level);
    uint64_t first = entry_get(slot, level);

    if (count == 1 || !is_leaf(first, level) || first & CONTIGUOUS || first & OUTPUT_ADDRESS & (group_size(level) - 1))
        return false;
    for (unsigned i = 1; i < count; i++)
        if (entry_get(slot + i, level) != first + i * level_size(level))
            return false;
    return true;
}

/* Break what can be folded of [off, end); or only count it. */
static void fold_break(struct fold_job *job, struct place at, uint64_t off, uint64_t end)
{
    uint64_t next;

    for (at.slot = table_of(job->space, table_get(job->space, at.table, at.level)) + index_of(off, at.level); off < end;
         off = next, at.slot++) {
        uint64_t entry = entry_get(at.slot, at.level);
        struct mmu_savings saved = {0, 0};

        next = slot_end(off, end, at.level);
        if (!(off & (group_size(at.level) - 1)) && end - off >= group_size(at.level) &&
            could_group(at.slot, at.level)) {
            job->saved.entries += group_count(at.level) - 1;
            note_leaf(&job->gone, at.level);
            for (unsigned i = 0; i < group_count(at.level) && !job->look; i++)
                entry_put(at.slot + i, broken_entry(entry_get(at.slot + i, at.level)) | CONTIGUOUS, at.level);
            next = off + group_size(at.level);
            at.slot += group_count(at.level) - 1;
        } else if (!is_table(entry, at.level)) {
            continue;
        } else if (next - off == level_size(at.level) && fold_value(job->space, entry, at.level + 1, &saved)) {
            job->saved.entries += saved.entries ? saved.entries - 1 : 0;
            job->saved.tables += saved.tables;
            note_leaf(&job->gone, LAST_LEVEL);
            if (!job->look)
                entry_put(at.slot, broken_entry(entry), at.level);
        } else {
            fold_break(job, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        }
    }
}

/* What was broken comes back as one. */
static void fold_make(struct fold_job *job, struct place at, uint64_t off, uint64_t end)
{
    uint64_t next;

    for (at.slot = table_of(job->space, table_get(job->space, at.table, at.level)) + index_of(off, at.level); off < end;
         off = next, at.slot++) {
        uint64_t entry = entry_get(at.slot, at.level);
        struct mmu_savings saved = {0, 0};

        next = slot_end(off, end, at.level);
        if (is_table(entry, at.level) && entry & VALID) {
            fold_make(job, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        } else if (is_table(entry, at.level)) {
            entry_put(at.slot, fold_value(job->space, entry, at.level + 1, &saved), at.level);
            detach_tree(&job->gone, entry, at.level + 1);
        } else if (!(entry & VALID) && entry & AF) {
            entry_put(at.slot, (entry & ~TAG(7)) | VALID, at.level);
        }
    }
}

/* false: there was nothing to fold. */
static bool fold_round(struct fold_job *job, uint64_t va, uint64_t size)
{
    struct mmu_space *space = job->space;
    struct place root = {.table = (entry_t *)&space->root, .level = space->root_level};
    size_t tables = job->saved.tables;
    struct mmu_flush flush = {.va = va, .size = size};

    job->gone = update_start(space, va, size);
    fold_break(job, root, job->gone.off, job->gone.end);
    if (job->look || !job->gone.leaves)
        return false;
    flush.stride = UINT64_C(1) << job->gone.shift;
    flush.tables = job->saved.tables != tables;
    space->backend->invalidate(space, &flush);
    fold_make(job, root, job->gone.off, job->gone.end);
    space->backend->publish(space);
    pool_give_back(space, job->gone.tables);
    return true;
}

static int fold(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *saved, bool look)
{
    struct fold_job job = {.space = space, .look = look};
    int err = check_va(space, va, size);
    uintptr_t entered;

    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    if (!look && kept(space, va - space->base, va - space->base + size))
        err = MMU_BUSY;
    while (err == MMU_OK && fold_round(&job, va, size))
        ;
    lock_leave(&space->lock, entered);
    *saved = job.saved;
    return err;
}
