/*
 * mmu_map and mmu_map_pages with DEBUG=1: what they have mapped is looked for in every live space, under another memory
 * type. A call from within another one, as a backend may make to clean memory whose type is about to change, is left
 * out: other spaces' locks are not to be waited for then.
 */
#include "mmu/conflict.h"
#include "mmu/format.h"
#include "mmu/live.h"

/* Memory that has just been mapped at `va`: physical pages, or one run of them */
struct check {
    const uint64_t *pages;
    size_t count;
    uint64_t size; /* of each */
    struct mmu_conflict found;
};

/* Of the run of memory [pa, pa + size), which is mapped from va on: has any leaf of the page's another type? */
static bool has_other(struct check *check, uint64_t page, const struct mmu_range *run)
{
    struct mmu_conflict *found = &check->found;
    uint64_t pa = page > run->pa ? page : run->pa, end = run->pa + run->size;
    struct mmu_leaf leaf;

    if (page + check->size < end)
        end = page + check->size;
    for (; pa < end; pa += leaf.size - (pa & (leaf.size - 1))) {
        found->other_va = run->va + (pa - run->pa);
        if (mmu_walk(found->other, found->other_va, &leaf) != MMU_OK)
            return false; /* another core has just taken it away */
        found->pa = pa;
        found->other_attr = leaf.attr;
        if ((leaf.attr ^ found->attr) & MMU_TYPE_MASK)
            return true;
    }
    return false;
}

/* Most runs are of other memory, and told so without a look at their leaves. */
static bool is_in(struct check *check, const struct mmu_range *run)
{
    for (size_t i = 0; i < check->count; i++) {
        uint64_t page = check->pages[i];

        if ((page - run->pa < run->size || run->pa - page < check->size) && has_other(check, page, run)) {
            check->found.va += i * check->size + (check->found.pa - page);
            return true;
        }
    }
    return false;
}

static int look(void *context, struct mmu_space *space)
{
    struct check *check = context;
    struct mmu_range run;
    struct mmu_leaf hole;
    uint64_t off = 0;

    check->found.other = space;
    for (; off < space->span; off += run.size) {
        run.va = space->base + off;
        run.size = mmu_segment(space, run.va, space->span - off, &run.pa);
        if (run.size) {
            if (is_in(check, &run))
                return 1;
        } else if (mmu_walk(space, run.va, &hole) != MMU_OK) {
            run.size = hole.size - (off & (hole.size - 1));
        }
    }
    return 0;
}

static void look_everywhere(struct check *check)
{
    if (!mmu_live_in_call() && mmu_live_visit(look, check))
        mmu_conflict_found(&check->found);
}

int mmu_map(struct mmu_space *space, const struct mmu_range *range)
{
    struct check check = {.pages = &range->pa,
                          .count = 1,
                          .size = range->size,
                          .found = {.space = space, .va = range->va, .attr = range->attr}};
    int err = space->format->map(space, range);

    if (err == MMU_OK)
        look_everywhere(&check);
    return err;
}

FORMAT_TABLE(map_pages)

int mmu_map_pages(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr)
{
    struct check check = {.pages = pages,
                          .count = count,
                          .size = UINT64_C(1) << space->format->granule_bits,
                          .found = {.space = space, .va = va, .attr = attr}};
    int err = map_pages_of[space->format->number](space, va, pages, count, attr);

    if (err == MMU_OK)
        look_everywhere(&check);
    return err;
}
