#include "mmu/space.h"

/* Does `next` go on where the range that began with `first` ends, in the same way? */
static bool continues(const struct mmu_range *range, const struct mmu_leaf *first, const struct mmu_leaf *next)
{
    if (next->tag != first->tag || next->attr != first->attr)
        return false;
    return next->pa == (first->tag ? first->pa : range->pa + range->size);
}

/*
 * A walk an entry, each under the lock of its own: visit may call anything, and what changes meanwhile
 * shows as it is when its turn comes.
 */
int mmu_dump(struct mmu_space *space,
             int (*visit)(void *context, const struct mmu_range *range, const struct mmu_leaf *first), void *context)
{
    struct mmu_range range = {.size = 0};
    struct mmu_leaf first = {.size = 0}, leaf;
    uint64_t off = 0;
    int result = 0;

    while (off < space->span && result == 0) {
        bool used = mmu_walk(space, space->base + off, &leaf) == MMU_OK || leaf.tag != MMU_TAG_NONE;

        if (range.size && (!used || !continues(&range, &first, &leaf))) {
            result = visit(context, &range, &first);
            range.size = 0;
        }
        if (used && !range.size) {
            first = leaf;
            range = (struct mmu_range){.va = space->base + off, .pa = leaf.pa, .attr = leaf.attr};
        }
        if (used)
            range.size += leaf.size;
        off = (off | (leaf.size - 1)) + 1;
    }
    return range.size && result == 0 ? visit(context, &range, &first) : result;
}
