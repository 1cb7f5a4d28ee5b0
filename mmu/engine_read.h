/* Part of engine.h: what the live tables say. Readers hold the lock, as a table may go any moment otherwise. */

/* Has the table met last a leaf for va? */
INLINE bool near_leaf(const struct mmu_near *near, uint64_t va, uint64_t *entry)
{
    if (va - near->va >= near->span)
        return false;
    *entry = entry_get(near_slot(near, va), near->level);
    return *entry & VALID && !(*entry & near->table_bit);
}

INLINE uint64_t leaf_pa(uint64_t entry, uint64_t va, uint64_t mask)
{
    return (entry & OUTPUT_ADDRESS) | (va & mask);
}

/* A leaf, or what an invalid entry keeps in its leaf's place. */
INLINE void tell(struct mmu_leaf *leaf, const struct mmu_near *near, uint64_t va, uint64_t entry)
{
    bool valid = entry & VALID;

    leaf->pa = leaf_pa(entry, valid ? va : 0, near->mask);
    leaf->size = valid ? near->mask + 1 : UINT64_C(1) << near->shift;
    leaf->level = (int8_t)(near->level - LEVEL_BIAS);
    leaf->attr = valid ? leaf_attr(entry) : 0;
    leaf->tag = valid ? MMU_TAG_NONE : (uint8_t)(entry >> TAG_SHIFT);
}

/* The entry for va, wherever it is. The lock is held, and left. */
NOINLINE int walk_any(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf, uintptr_t entered)
{
    uint64_t off = va - space->base, entry = 0;
    struct mmu_near *near = &space->near;
    int err = MMU_RANGE;

    if (off < space->span) {
        entry_t *slot = seek(space, near, off);

        entry = entry_get(slot, near->level);
        tell(leaf, near, va, entry);
        err = entry & VALID ? MMU_OK : MMU_NOT_MAPPED;
    }
    lock_leave(&space->lock, entered);
    return err;
}

static int walk(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf)
{
    uintptr_t entered = lock_enter(&space->lock);
    uint64_t entry;

    if (SMALL || !near_leaf(&space->near, va, &entry))
        return walk_any(space, va, leaf, entered);
    tell(leaf, &space->near, va, entry);
    lock_leave(&space->lock, entered);
    return MMU_OK;
}

NOINLINE int translate_any(struct mmu_space *space, uint64_t va, uint64_t *pa)
{
    struct mmu_leaf leaf;
    int err = walk_any(space, va, &leaf, lock_enter(&space->lock));

    if (err == MMU_OK)
        *pa = leaf.pa;
    return err;
}

int FORMAT_CALL(FORMAT, translate)(struct mmu_space *space, uint64_t va, uint64_t *pa)
{
    uint64_t entry, mask;
    uintptr_t irq;
    bool found;

    if (SMALL || !lock_enter_free(&space->lock, &irq))
        return translate_any(space, va, pa);
    found = near_leaf(&space->near, va, &entry);
    mask = space->near.mask;
    lock_leave_free(&space->lock, irq);
    if (!found)
        return translate_any(space, va, pa);
    *pa = leaf_pa(entry, va, mask);
    return MMU_OK;
}

/* How many of these entries are leaves that continue each other? The first one must be like `leaf`. */
static unsigned run_length(const entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    uint64_t step = level_size(level);
    unsigned left = count;

    while (left) {
        if (!SMALL && left >= 8 && entry_eight_follow(slot, level, leaf, step)) {
            leaf += 8 * step;
            slot += 8;
            left -= 8;
            continue;
        }
        if ((entry_get(slot, level) ^ leaf) & (OUTPUT_ADDRESS | KIND))
            break;
        leaf = entry_get(slot++, level) + step;
        left--;
    }
    return count - left;
}

/* Where the run ends that begins with the leaf at `slot`, for off; it may go up to `end`. */
static uint64_t run_end(struct mmu_space *space, entry_t *slot, uint64_t off, uint64_t end)
{
    const struct mmu_near *near = &space->near;
    uint64_t entry = entry_get(slot, near->level), expected;

    off &= -(UINT64_C(1) << near->shift);
    do {
        uint64_t stop = (off | (near->span - 1)) + 1;
        unsigned count = (unsigned)((((stop < end ? stop : end) - 1) >> near->shift) - (off >> near->shift)) + 1;
        uint64_t run = (uint64_t)run_length(slot, near->level, entry, count) << near->shift;

        off += run;
        expected = (entry & OUTPUT_ADDRESS) + run;
        if (off >= end)
            return end;
        slot = seek(space, &space->near, off);
        entry = entry_get(slot, near->level);
    } while (is_leaf(entry, near->level) && (entry & OUTPUT_ADDRESS) == expected);
    return off;
}

NOINLINE uint64_t segment_any(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa)
{
    uint64_t off = va - space->base, left = space->span - off, end = off, entry;
    uintptr_t entered;
    entry_t *slot;

    if (off >= space->span || !max)
        return 0;
    entered = lock_enter(&space->lock);
    slot = seek(space, &space->near, off);
    entry = entry_get(slot, space->near.level);
    if (entry & VALID) {
        *pa = leaf_pa(entry, va, space->near.mask);
        end = run_end(space, slot, off, off + (max < left ? max : left));
    }
    lock_leave(&space->lock, entered);
    return end - off;
}

/*
 * The usual case: the segment ends with its first leaf, as the next entry, of the same table, goes on elsewhere. A
 * table there may well go on with it. false: another case.
 */
INLINE bool segment_near(const struct mmu_space *space, uint64_t va, uint64_t *max, uint64_t *pa)
{
    const struct mmu_near *near = &space->near;
    uint64_t from = va - near->va, left = (~va & near->mask) + 1, entry, next, start;
    const entry_t *slot;

    if ((from | near->mask) >= near->span - 1)
        return false;
    slot = near_slot(near, va);
    __asm__("" : "+r"(slot)); /* or the compiler loads the two entries one by one */
    entry = entry_get(slot, near->level);
    next = entry_get(slot + 1, near->level);
    if (!(entry & VALID) || (entry | next) & near->table_bit)
        return false;
    start = leaf_pa(entry, va, near->mask);
    if (*max > left) {
        if (!((next ^ (start + left)) & OUTPUT_ADDRESS))
            return false;
        *max = left;
    } else if (!*max) {
        return false;
    }
    *pa = start;
    return true;
}

uint64_t FORMAT_CALL(FORMAT, segment)(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa)
{
    uintptr_t irq;
    bool found;

    if (SMALL || !lock_enter_free(&space->lock, &irq))
        return segment_any(space, va, max, pa);
    found = segment_near(space, va, &max, pa);
    lock_leave_free(&space->lock, irq);
    return found ? max : segment_any(space, va, max, pa);
}
