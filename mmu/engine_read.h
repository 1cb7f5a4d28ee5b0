/* Part of engine.h: what the live tables say. Readers hold the lock, as a table may go any moment otherwise. */

INLINE uint64_t leaf_pa(uint64_t entry, uint64_t off, uint64_t size)
{
    return (entry & OUTPUT_ADDRESS) | (off & (size - 1));
}

static int walk(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf)
{
    uint64_t off = va - space->base, entry;
    uintptr_t entered;
    struct place at;

    if (off >= space->span)
        return MMU_RANGE;
    entered = lock_enter(&space->lock);
    at = find(space, off, LAST_LEVEL);
    entry = entry_get(at.slot, at.level);
    lock_leave(&space->lock, entered);
    leaf->level = (uint8_t)at.level;
    leaf->size = at.size;
    if (!(entry & VALID)) {
        leaf->pa = entry & OUTPUT_ADDRESS;
        leaf->attr = 0;
        leaf->tag = (uint8_t)(entry >> TAG_SHIFT);
        return MMU_NOT_MAPPED;
    }
    leaf->pa = leaf_pa(entry, off, at.size);
    leaf->attr = leaf_attr(entry);
    leaf->tag = MMU_TAG_NONE;
    return MMU_OK;
}

static int translate(struct mmu_space *space, uint64_t va, uint64_t *pa)
{
    uint64_t off = va - space->base, entry;
    uintptr_t entered;
    struct place at;

    if (off >= space->span)
        return MMU_RANGE;
    entered = lock_enter(&space->lock);
    at = find(space, off, LAST_LEVEL);
    entry = entry_get(at.slot, at.level);
    lock_leave(&space->lock, entered);
    if (!(entry & VALID))
        return MMU_NOT_MAPPED;
    *pa = leaf_pa(entry, off, at.size);
    return MMU_OK;
}

/* How many of these entries are leaves that continue each other: the first one must have `want` in the bits that count.
 */
INLINE unsigned run_length(struct place at, uint64_t want, unsigned count)
{
    const uint64_t counts = OUTPUT_ADDRESS | KIND;
    const entry_t *slot = at.slot;
    uint64_t step = at.size;
    unsigned i = 0, level = at.level;

    for (; i + 4 <= count; i += 4, want += 4 * step) {
        uint64_t differ = (entry_get(slot + i, level) ^ want) | (entry_get(slot + i + 1, level) ^ (want + step)) |
                          (entry_get(slot + i + 2, level) ^ (want + 2 * step)) |
                          (entry_get(slot + i + 3, level) ^ (want + 3 * step));

        if (differ & counts)
            break;
    }
    for (; i < count && !((entry_get(slot + i, level) ^ want) & counts); i++)
        want += step;
    return i;
}

/* Entries from `off` to the end of its table, but not beyond end. */
INLINE unsigned slots_left(uint64_t off, uint64_t end, unsigned level)
{
    uint64_t wanted = ((end - 1) >> levels[level].shift) - (off >> levels[level].shift) + 1;
    unsigned there = ENTRIES(level) - index_of(off, level);

    return wanted < there ? (unsigned)wanted : there;
}

INLINE uint64_t scan(struct mmu_space *space, uint64_t off, uint64_t end, uint64_t *pa)
{
    struct place at = find(space, off, LAST_LEVEL);
    uint64_t next = off, expected;

    if (!(entry_get(at.slot, at.level) & VALID))
        return off;
    *pa = expected = leaf_pa(entry_get(at.slot, at.level), off, at.size);
    do {
        uint64_t size = at.size;
        uint64_t first = (expected & ~(size - 1)) | leaf_kind(at.level);
        uint64_t covered = size * run_length(at, first, slots_left(next, end, at.level)) - (next & (size - 1));

        expected += covered;
        next += covered;
        if (next >= end)
            break;
        at = find(space, next, LAST_LEVEL);
    } while (is_leaf(entry_get(at.slot, at.level), at.level) &&
             (entry_get(at.slot, at.level) & OUTPUT_ADDRESS) == expected);
    return next < end ? next : end;
}

static uint64_t segment(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa)
{
    uint64_t off = va - space->base, end, stop;
    uintptr_t entered;

    if (off >= space->span || !max)
        return 0;
    end = max < space->span - off ? off + max : space->span;
    entered = lock_enter(&space->lock);
    stop = scan(space, off, end, pa);
    lock_leave(&space->lock, entered);
    return stop - off;
}
