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
typedef void visit_leaves(struct protect_job *job, uint64_t *slot, unsigned level, unsigned count);

static void compare_leaves(struct protect_job *job, uint64_t *slot, unsigned level, unsigned count)
{
    (void)level;
    job->differ |= differing(slot, job->bits, count) & ATTRIBUTES;
}

INLINE void set_run(uint64_t *slot, uint64_t bits, unsigned count)
{
    for (; count >= 4; count -= 4, slot += 4) {
        uint64_t a = slot[0], b = slot[1], c = slot[2], d = slot[3];

        entry_write(slot, changed_leaf(a, bits));
        entry_write(slot + 1, changed_leaf(b, bits));
        entry_write(slot + 2, changed_leaf(c, bits));
        entry_write(slot + 3, changed_leaf(d, bits));
    }
    for (; count; count--, slot++)
        entry_write(slot, changed_leaf(*slot, bits));
}

static void set_leaves(struct protect_job *job, uint64_t *slot, unsigned level, unsigned count)
{
    (void)level;
    set_run(slot, job->bits, count);
}

/* Invalid, busy, and otherwise as it was, so that the next passes know what to clean and what to make of it. */
static void break_leaves(struct protect_job *job, uint64_t *slot, unsigned level, unsigned count)
{
    (void)level;
    for (; count; count--, slot++)
        if (changed_leaf(*slot, job->bits) != *slot)
            entry_write(slot, (*slot & ~VALID) | TAG(MMU_TAG_BUSY));
}

static void clean_leaves(struct protect_job *job, uint64_t *slot, unsigned level, unsigned count)
{
    for (; count; count--, slot++) {
        if ((*slot & VALID) || !leaf_cacheable(*slot))
            continue;
        if ((*slot & OUTPUT_ADDRESS) != job->dirty + job->length) {
            if (job->length)
                job->space->backend->cache_clean_invalidate(job->dirty, job->length);
            job->dirty = *slot & OUTPUT_ADDRESS;
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

    for (at.slot = table_of(job->space, *at.table) + index_of(off, at.level); off < end; off = next, at.slot += count) {
        next = at.level == LAST_LEVEL ? end : slot_end(off, end, at.level);
        if (is_table(*at.slot, at.level))
            visit(job, leaves, (struct place){.table = at.slot, .level = at.level + 1}, off, next);
        else
            visit_run(job, leaves, at, count);
    }
}

/* Old and new must never be known at once (D8.16.1): not for one leaf of the range. */
static void break_and_make(struct protect_job *job, struct place root, uint64_t off, const struct mmu_flush *flush)
{
    struct mmu_space *space = job->space;
    uint64_t end = off + flush->size;

    visit(job, break_leaves, root, off, end);
    space->backend->invalidate(space, flush);
    visit(job, clean_leaves, root, off, end);
    if (job->length)
        space->backend->cache_clean_invalidate(job->dirty, job->length);
    visit(job, set_leaves, root, off, end);
    space->backend->publish(space);
}

static __attribute__((noinline)) int change(struct mmu_space *space, uint64_t va, uint64_t size, uint64_t bits)
{
    struct protect_job job = {.space = space, .bits = bits, .shift = 63};
    struct place root = {.table = &space->root, .level = space->root_level};
    struct mmu_flush flush = {.va = va, .size = size};
    uint64_t off = va - space->base;
    int err = check_mapped(space, space->root, space->root_level, off, off + size);

    if (err != MMU_OK)
        return err;
    visit(&job, compare_leaves, root, off, off + size);
    flush.stride = UINT64_C(1) << job.shift;
    if (job.differ & BREAK_NEEDED) {
        break_and_make(&job, root, off, &flush);
    } else if (job.differ) {
        visit(&job, set_leaves, root, off, off + size);
        space->backend->invalidate(space, &flush); /* looser ones too: a TLB that still forbids would fault */
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
    differ = count ? differing(at.slot, bits | leaf_kind(at.level), count) : BREAK_NEEDED;
    /* The usual case: new permissions for whole leaves of one table */
    if (differ & (KIND | BREAK_NEEDED)) {
        err = change(space, va, size, bits);
    } else if (differ & ATTRIBUTES) {
        set_run(at.slot, bits, count);
        space->backend->invalidate(space, &(struct mmu_flush){va, size, at.size, false});
    }
    lock_leave(&space->lock, entered);
    return err;
}
