/* Part of engine.h: fill: the leaf that a tag has kept the place for. */

/* The entry for the range's page; MMU_OK, or why it can have none. The lock is held. */
INLINE int find_page(struct mmu_space *space, const struct mmu_range *range, uint64_t bits, entry_t **slot)
{
    struct mmu_near *near = &space->near;
    int err;

    if (!SMALL && near->level == LAST_LEVEL && fits_near(space, range, bits, GRANULE - 1)) {
        *slot = near_slot(near, range->va);
        return MMU_OK;
    }
    err = check_va(space, range->va, range->size);
    if (err == MMU_OK)
        err = check_leaf(space, range, bits);
    if (err == MMU_OK)
        *slot = seek(space, near, range->va - space->base);
    return err;
}

/* MMU_SPLIT: the tag is of a larger entry. */
int FORMAT_CALL(FORMAT, fill)(struct mmu_space *space, const struct mmu_range *range, unsigned tag, uint64_t payload)
{
    uint64_t bits = leaf_bits(space, range->attr);
    uintptr_t entered;
    entry_t *slot;
    int err;

    if (range->size != GRANULE)
        return MMU_RANGE;
    entered = lock_enter(&space->lock);
    err = find_page(space, range, bits, &slot);
    if (err == MMU_OK && entry_get(slot, space->near.level) != (TAG(tag) | payload))
        err = MMU_OVERLAP;
    if (err == MMU_OK && space->near.level != LAST_LEVEL)
        err = MMU_SPLIT;
    if (err == MMU_OK) {
        entry_put(slot, range->pa | bits | KIND, LAST_LEVEL);
        space->backend->publish(space);
    }
    lock_leave(&space->lock, entered);
    return err;
}
