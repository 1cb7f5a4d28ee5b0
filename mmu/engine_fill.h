/* Part of engine.h: fill: the leaf that a tag has kept the place for. */

/* MMU_SPLIT: the tag is of a larger entry. */
int FORMAT_CALL(FORMAT, fill)(struct mmu_space *space, const struct mmu_range *range, unsigned tag, uint64_t payload)
{
    uint64_t bits = leaf_bits(space, range->attr);
    int err = check_map(space, range, bits);
    uintptr_t entered;
    entry_t *slot;

    if (err != MMU_OK || range->size != GRANULE)
        return err != MMU_OK ? err : MMU_RANGE;
    entered = lock_enter(&space->lock);
    slot = seek(space, &space->near, range->va - space->base);
    if (entry_get(slot, space->near.level) != (TAG(tag) | payload)) {
        err = MMU_OVERLAP;
    } else if (space->near.level != LAST_LEVEL) {
        err = MMU_SPLIT;
    } else {
        entry_put(slot, range->pa | bits | KIND, LAST_LEVEL);
        space->backend->publish(space);
    }
    lock_leave(&space->lock, entered);
    return err;
}
