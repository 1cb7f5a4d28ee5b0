#include "mmu/mmu.h"

struct search {
    const struct mmu_range *wanted;
    int (*visit)(void *context, const struct mmu_range *found);
    void *context;
};

static int compare(void *context, const struct mmu_range *range, const struct mmu_leaf *first)
{
    const struct search *search = context;
    uint64_t start = search->wanted->pa, end = start + search->wanted->size;
    struct mmu_range found = *range;

    if (first->tag || !((range->attr ^ search->wanted->attr) & MMU_TYPE_MASK))
        return 0;
    if (range->pa >= end || range->pa + range->size <= start)
        return 0;
    if (end > range->pa + range->size)
        end = range->pa + range->size;
    if (start < range->pa)
        start = range->pa;
    found.va += start - range->pa;
    found.pa = start;
    found.size = end - start;
    return search->visit(search->context, &found);
}

int mmu_conflicts(struct mmu_space *space, const struct mmu_range *wanted,
                  int (*visit)(void *context, const struct mmu_range *found), void *context)
{
    struct search search = {wanted, visit, context};

    return mmu_dump(space, compare, &search);
}
