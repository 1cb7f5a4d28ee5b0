#include "mmu/live.h"

struct search {
    const struct mmu_range *wanted;
    int (*visit)(void *context, struct mmu_space *space, const struct mmu_range *found);
    void *context;
    struct mmu_space *space;
};

static int tell(void *context, const struct mmu_range *found)
{
    const struct search *search = context;

    return search->visit(search->context, search->space, found);
}

static int look(void *context, struct mmu_space *space)
{
    struct search *search = context;

    search->space = space;
    return mmu_conflicts(space, search->wanted, tell, search);
}

int mmu_conflicts_all(const struct mmu_range *wanted,
                      int (*visit)(void *context, struct mmu_space *space, const struct mmu_range *found),
                      void *context)
{
    struct search search = {wanted, visit, context, NULL};

    return mmu_live_visit(look, &search);
}
