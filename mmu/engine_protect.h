/*
 * Part of engine.h: protect. Passes over the range: check, compare; then new leaves at once, or, where a memory
 * type changes, break, clean, make.
 */

struct protect_job {
    struct mmu_space *space;
    uint64_t bits;          /* every leaf's new attributes */
    uint64_t differ;        /* bits in which some leaf is not like that yet */
    unsigned shift;         /* the smallest leaf is 2^shift bytes */
    uint64_t dirty, length; /* physical memory that is to be cleaned */
};

INLINE uint64_t changed_leaf(uint64_t entry, uint64_t bits)
{
    return (entry & ~(ATTRIBUTES | TAG(7))) | bits;
}

/* What a pass does with a run of leaves at `level`. */
typedef void visit_leaves(struct protect_job *job, entry_t *slot, unsigned level, unsigned count);

static void compare_leaves(struct protect_job *job, entry_t *slot, unsigned level, unsigned count)
{
    job->differ |= differing(slot, level, job->bits, count) & (ATTRIBUTES | CONTIGUOUS);
}

INLINE void change_four(entry_t *slot, unsigned level, uint64_t bits)
{
    const uint64_t leaves[] = {
        changed_leaf(entry_get(slot, level), bits), changed_leaf(entry_get(slot + 1, level), bits),
        changed_leaf(entry_get(slot + 2, level), bits), changed_leaf(entry_get(slot + 3, level), bits)};

    entry_put_four(slot, leaves, level);
}

INLINE void set_run(entry_t *slot, unsigned level, uint64_t bits, unsigned count)
{
    for (; count >= 8; count -= 8, slot += 8) {
        change_four(slot, level, bits);
        change_four(slot + 4, level, bits);
    }
    for (; count; count--, slot++)
        entry_put(slot, changed_leaf(entry_get(slot, level), bits), level);
}

static void set_leaves(struct protect_job *job, entry_t *slot, unsigned level, unsigned count)
{
    set_run(slot, level, job->bits, count);
}

/* Invalid, busy, and otherwise as it was, so that the next passes know what to clean and what to make of it. */
static void break_leaves(struct protect_job *job, entry_t *slot, unsigned level, unsigned count)
{
    for (; count; count--, slot++) {
        uint64_t leaf = entry_get(slot, level);

        if (changed_leaf(leaf, job->bits) != leaf)
            entry_put(slot, broken_entry(leaf), level);
    }
}

static void clean_leaves(struct protect_job *job, entry_t *slot, unsigned level, unsigned count)
{
    for (; count; count--, slot++) {
        uint64_t leaf = entry_get(slot, level);

        if ((leaf & VALID) || !leaf_cacheable(leaf) || !((leaf ^ job->bits) & BREAK_NEEDED))
            continue; /* one that broke for another reason goes on in the cache */
        if ((leaf & OUTPUT_ADDRESS) != job->dirty + job->length) {
            if (job->length)
                job->space->backend->cache_clean_invalidate(job->dirty, job->length);
            job->dirty = leaf & OUTPUT_ADDRESS;
            job->length = 0;
        }
        job->length += level_size(level);
    }
}

INLINE void visit_run(struct protect_job *job, visit_leaves *leaves, struct place at, unsigned count)
{
    if (levels[at.level].shift < job->shift)
        job->shift = levels[at.level].shift;
    leaves(job, at.slot, at.level, count);
}

static void visit(struct protect_job *job, visit_leaves *leaves, struct place at, uint64_t off, uint64_t end)
{
    unsigned count = at.level == LAST_LEVEL ? (unsigned)((end - off) >> GRANULE_BITS) : 1;
    uint64_t next;

    for (at.slot = table_of(job->space, table_get(job->space, at.table, at.level)) + index_of(off, at.level); off < end;
         off = next, at.slot += count) {
        next = at.level == LAST_LEVEL ? end : slot_end(off, end, at.level);
        if (is_table(entry_get(at.slot, at.level), at.level))
            visit(job, leaves, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        else
            visit_run(job, leaves, at, count);
    }
}

/* Old and new must never be known at once (D8.16.1): not for one leaf of the range. */
static void break_and_make(struct protect_job *job, struct place root, struct update *update)
{
    struct mmu_space *space = job->space;
    uint64_t off = update->off, end = update->end;

    cut(update, off);
    cut(update, end);
    visit(job, break_leaves, root, off, end);
    update_invalidate(update);
    visit(job, clean_leaves, root, off, end);
    if (job->length)
        space->backend->cache_clean_invalidate(job->dirty, job->length);
    visit(job, set_leaves, root, off, end);
    update->leaves = false; /* that was the invalidate */
    update_finish(update);
}

static __attribute__((noinline)) int change(struct mmu_space *space, uint64_t va, uint64_t size, uint64_t bits)
{
    struct protect_job job = {.space = space, .bits = bits, .shift = 63};
    struct place root = {.table = (entry_t *)&space->root, .level = space->root_level};
    struct update update = update_start(space, va, size);
    struct survey survey = {0, false};
    bool breaks;
    int err = check_mapped(&survey, space, root, update.off, update.end);

    if (err != MMU_OK)
        return err;
    visit(&job, compare_leaves, root, update.off, update.end);
    if (!(job.differ & ATTRIBUTES))
        return MMU_OK;
    breaks = job.differ & (BREAK_NEEDED | CONTIGUOUS) || survey.cuts;
    if (breaks && kept(space, update.off, update.end))
        return MMU_BUSY;
    err = reserve_cuts(space, update.off, update.end, survey.lacks);
    if (err != MMU_OK)
        return err;
    update.shift = job.shift;
    if (breaks) {
        break_and_make(&job, root, &update);
    } else {
        visit(&job, set_leaves, root, update.off, update.end);
        update.leaves = true; /* looser ones too: a TLB that still forbids would fault */
        update_finish(&update);
    }
    return MMU_OK;
}

static int protect(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr)
{
    uint64_t off = va - space->base, bits = leaf_bits(space, attr), differ;
    int err = check_va(space, va, size);
    uintptr_t entered;
    struct place at;
    unsigned count;

    if (err == MMU_OK && bits & REFUSED)
        err = MMU_ATTR;
    if (err != MMU_OK)
        return err;
    entered = lock_enter(&space->lock);
    at = find(space, off, LAST_LEVEL);
    count = one_run(at, off, size);
    differ = count ? differing(at.slot, at.level, bits | leaf_kind(at.level), count) : BREAK_NEEDED;
    /* The usual case: new permissions for whole leaves of one table */
    if (differ & (KIND | BREAK_NEEDED | CONTIGUOUS)) {
        err = change(space, va, size, bits);
    } else if (differ & ATTRIBUTES) {
        set_run(at.slot, at.level, bits, count);
        space->backend->invalidate(space, &(struct mmu_flush){va, size, at.size, false, (uint8_t)at.level});
    }
    lock_leave(&space->lock, entered);
    return err;
}
