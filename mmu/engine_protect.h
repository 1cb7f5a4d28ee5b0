/*
 * Part of engine.h: protect. Passes over the range: check and compare; then new leaves at once, or, where a memory
 * type changes, break, clean, make.
 */

INLINE uint64_t changed_leaf(uint64_t entry, uint64_t bits)
{
    return (entry & ~(ATTRIBUTES | TAG(7))) | bits;
}

INLINE void change_four(entry_t *slot, unsigned level, uint64_t bits)
{
    const uint64_t leaves[] = {
        changed_leaf(entry_get(slot, level), bits), changed_leaf(entry_get(slot + 1, level), bits),
        changed_leaf(entry_get(slot + 2, level), bits), changed_leaf(entry_get(slot + 3, level), bits)};

    entry_put_four(slot, leaves, level);
}

static void set_run(entry_t *slot, unsigned level, uint64_t bits, unsigned count)
{
    for (; !SMALL && count >= 8; count -= 8, slot += 8) {
        change_four(slot, level, bits);
        change_four(slot + 4, level, bits);
    }
    for (; count; count--, slot++)
        entry_put(slot, changed_leaf(entry_get(slot, level), bits), level);
}

static void set_leaves(struct job *job)
{
    for (rewind_deep(job); step(job);) {
        note_leaf(job, job->at.level);
        set_run(job->slot, job->at.level, job->bits, job->count);
    }
}

/* Invalid, busy, and otherwise as it was, so that the next passes know what to clean and what to make of it. */
static void break_leaves(struct job *job)
{
    for (rewind_deep(job); step(job);) {
        note_leaf(job, job->at.level);
        for (entry_t *slot = job->slot; slot < job->slot + job->count; slot++) {
            uint64_t leaf = entry_get(slot, job->at.level);

            if (changed_leaf(leaf, job->bits) != leaf)
                entry_put(slot, broken_entry(leaf), job->at.level);
        }
    }
}

static void clean(const struct job *job)
{
    if (job->length)
        job->space->backend->cache_clean_invalidate(job->dirty, job->length);
}

static void clean_leaves(struct job *job)
{
    for (rewind_deep(job); step(job);)
        for (entry_t *slot = job->slot; slot < job->slot + job->count; slot++) {
            uint64_t leaf = entry_get(slot, job->at.level);

            if ((leaf & VALID) || !leaf_cacheable(leaf) || !((leaf ^ job->bits) & BREAK_NEEDED))
                continue; /* one that broke for another reason goes on in the cache */
            if ((leaf & OUTPUT_ADDRESS) != job->dirty + job->length) {
                clean(job);
                job->dirty = leaf & OUTPUT_ADDRESS;
                job->length = 0;
            }
            job->length += level_size(job->at.level);
        }
    clean(job);
}

/* Old and new must never be known at once (D8.16.1): not for one leaf of the range. */
static void break_and_make(struct job *job)
{
    cut_ends(job);
    break_leaves(job);
    job_invalidate(job, false);
    clean_leaves(job);
    set_leaves(job);
    job->shift = NO_LEAVES; /* that was the invalidate */
}

/* Old and new must never be known at once, of one leaf at least. */
static bool must_remake(const struct job *job)
{
    return job->lacks || job->differ & (BREAK_NEEDED | CONTIGUOUS);
}

static int plan_protect(struct job *job)
{
    int err = check_mapped(job);

    if (err == MMU_OK && !(job->differ & ATTRIBUTES))
        return NOTHING_TO_DO;
    if (err == MMU_OK && must_remake(job) && mmu_space_keeps(job->space, job->off, job->end, false))
        return MMU_BUSY;
    return err;
}

static void make_protect(struct job *job)
{
    if (must_remake(job))
        break_and_make(job);
    else
        set_leaves(job); /* looser ones are invalidated too: a TLB that still forbids would fault */
}

NOINLINE int protect_any(struct mmu_space *space, uint64_t va, uint64_t size, uint64_t bits)
{
    struct job job;
    int err;

    if (bits & REFUSED)
        return MMU_ATTR;
    job_start(&job, space, va, size);
    job.bits = bits;
    err = job_run(&job, plan_protect, make_protect);
    return err == NOTHING_TO_DO ? MMU_OK : err;
}

/* The usual case: new permissions for leaves of one table, and none of a group. false: another case. */
INLINE bool protect_near(struct mmu_space *space, uint64_t va, uint64_t size, uint64_t bits)
{
    const struct mmu_near *near = &space->near;
    struct mmu_flush flush = {va, size, UINT64_C(1) << near->shift, false, level_hint(near->level)};
    unsigned count = (unsigned)(size >> near->shift), level = near->level;
    uint64_t kind = bits | leaf_kind(level), differ;
    entry_t *slot;

    if (!leaves_near(near, va, size) || bits & REFUSED)
        return false;
    slot = near_slot(near, va);
    differ = count == 1 ? entry_get(slot, level) ^ kind : differing(slot, level, kind, count);
    if (differ & (KIND | BREAK_NEEDED | CONTIGUOUS))
        return false;
    if (differ & ATTRIBUTES) {
        set_run(slot, level, bits, count);
        space->backend->invalidate(space, &flush);
    }
    return true;
}

int FORMAT_CALL(FORMAT, protect)(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr)
{
    uint64_t bits = leaf_bits(space, attr);
    uintptr_t entered = lock_enter(&space->lock);
    int err = MMU_OK;

    for (bool sought = SMALL; SMALL || !protect_near(space, va, size, bits); sought = true) {
        if (sought || va - space->base >= space->span) {
            err = protect_any(space, va, size, bits);
            break;
        }
        seek(space, &space->near, va - space->base);
    }
    lock_leave(&space->lock, entered);
    return err;
}
