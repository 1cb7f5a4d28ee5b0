/* The operations: what each calls, and what that is to return. A new one is a row in the table at the end. */
#include <inttypes.h>

#include "mmu/space.h"
#include "tests/host/ops_inner.h"

static struct flat kept[MMU_KEEP_MAX];
static size_t kept_count; /* ranges that may not be broken */

static struct mmu_range range_of(const struct call *call)
{
    return (struct mmu_range){at(call->off), call->to.pa, call->size, call->to.attr};
}

static int free_due(const struct call *call)
{
    return flat_all_empty(call->off, call->size) ? MMU_OK : MMU_OVERLAP;
}

static int mapped_due(const struct call *call)
{
    return flat_all_mapped(call->off, call->size) ? MMU_OK : MMU_NOT_MAPPED;
}

static int nothing_due(const struct call *call)
{
    (void)call;
    return MMU_OK;
}

/* The estimate is exact: what was promised before is what it took. */
static int make_map(struct call *call)
{
    struct mmu_range range = range_of(call);
    struct mmu_stats before, after;
    size_t needed = mmu_tables_needed(world_space, &range);
    int err;

    mmu_get_stats(world_space, &before);
    err = mmu_map(world_space, &range);
    mmu_get_stats(world_space, &after);
    if (after.tables - before.tables != (err == MMU_OK ? needed : 0))
        wrong("%zu tables were needed, %zu came", needed, after.tables - before.tables);
    if (err == MMU_TABLES && needed <= before.pool_free)
        wrong("%zu tables were needed, %zu were in the pool, and it failed", needed, before.pool_free);
    if (err == MMU_OVERLAP && needed)
        wrong("%zu tables needed for a range that is in use", needed);
    call->to.attr &= ~(uint32_t)MMU_PAGES;
    return err;
}

static int make_pages(struct call *call)
{
    int err = mmu_map_pages(world_space, at(call->off), call->pages, (size_t)(call->size / page()), call->to.attr);

    call->to.attr &= ~(uint32_t)MMU_PAGES;
    return err;
}

static void prepare_fold(struct call *call)
{
    call->keeps_all = true;
}

/* What it says that it has saved is gone, what the report promised is among it, and nothing is left to save. */
static int make_fold(struct call *call)
{
    struct mmu_stats before, after;
    struct mmu_savings due, left;
    int saved;

    mmu_get_stats(world_space, &before);
    if (mmu_report(world_space, at(call->off), call->size, &due) != MMU_OK)
        wrong("mmu_report refuses a range of the space");
    saved = mmu_fold(world_space, at(call->off), call->size);
    mmu_get_stats(world_space, &after);
    mmu_report(world_space, at(call->off), call->size, &left);
    if (saved >= 0 && ((size_t)saved < due.tables || left.tables || left.entries))
        wrong("mmu_fold saves %d tables, %zu were promised, %zu and %zu entries are left to save", saved, due.tables,
              left.tables, left.entries);
    if (before.tables - after.tables != (saved > 0 ? (size_t)saved : 0))
        wrong("mmu_fold says %d, %zu tables went", saved, before.tables - after.tables);
    call->to.size = 0; /* it changes no translation */
    return saved > 0 ? MMU_OK : saved;
}

static int make_unmap(struct call *call)
{
    return mmu_unmap(world_space, at(call->off), call->size);
}

static void prepare_protect(struct call *call)
{
    call->to.attr = choose_attr(call) & ~(uint32_t)MMU_PAGES;
    call->keeps_pa = true;
}

static int make_protect(struct call *call)
{
    return mmu_protect(world_space, at(call->off), call->size, call->to.attr);
}

static void prepare_tag(struct call *call)
{
    call->to.tag = call->bytes[ATTR] % (MMU_TAG_BUSY + 1);
    call->to.pa = call->to.tag ? (uint64_t)call->bytes[PA] << 20 : 0;
}

static int make_tag(struct call *call)
{
    return mmu_tag(world_space, at(call->off), call->size, call->to.tag, call->to.pa);
}

/* Not a call of mmu/ of its own: the longest run by the flat map. */
static int make_segment(struct call *call)
{
    uint64_t in_page = call->bytes[PA] * 16u, pa = 3, due = 0, max = call->bytes[ATTR] & 1 ? UINT64_MAX : call->size;
    struct flat there = flat_at(call->off), next = there;
    uint64_t off = call->off + in_page, seen;

    while (next.mapped && next.pa - there.pa == next.off - there.off) {
        due = next.off + next.size - off;
        if (next.off + next.size == space_size())
            break;
        next = flat_at(next.off + next.size);
    }
    due = due < max ? due : max;
    seen = mmu_segment(world_space, at(off), max, &pa);
    if (seen != due || pa != (due ? there.pa + in_page : 3))
        wrong("mmu_segment at offset %" PRIx64 ", at most %" PRIx64 ": %" PRIx64 " bytes from %" PRIx64 ", %" PRIx64
              " were due",
              off, max, seen, pa, due);
    return MMU_OK;
}

static int make_keep(struct call *call)
{
    int err = mmu_space_keep(world_space, at(call->off), call->size);

    if (err != (kept_count < MMU_KEEP_MAX ? MMU_OK : MMU_TABLES))
        wrong("mmu_space_keep: %d for range number %zu", err, kept_count);
    if (err == MMU_OK)
        kept[kept_count++] = (struct flat){.off = call->off, .size = call->size};
    return err;
}

/* Requests that no state of the space can make right. */
static int make_refused(struct call *call)
{
    uint64_t va = at(call->off), p = page();
    const uint32_t attr = MMU_WRITEBACK | MMU_WRITE, none = MMU_TYPE_MASK, more = attr | UINT32_C(1) << 20;
    const struct {
        int err, due;
    } calls[] = {
        {mmu_map(world_space, &(struct mmu_range){va + 8, 0, p, attr}), MMU_RANGE},
        {mmu_map(world_space, &(struct mmu_range){va, p / 2, p, attr}), MMU_RANGE},
        {mmu_map(world_space, &(struct mmu_range){va, 0, p, none}), MMU_ATTR},
        {mmu_map(world_space, &(struct mmu_range){va, 0, p, more}), MMU_ATTR},
        {mmu_map(world_space, &(struct mmu_range){va, UINT64_C(1) << 52, p, attr}), MMU_RANGE},
        {mmu_map(world_space, &(struct mmu_range){va, 0, space_size() - call->off + p, attr}), MMU_RANGE},
        {mmu_unmap(world_space, va, space_size() - call->off + p), MMU_RANGE},
        {mmu_unmap(world_space, va, 0), MMU_RANGE},
        {mmu_protect(world_space, va, p, none), MMU_ATTR},
        {mmu_protect(world_space, va + 1, p, attr), MMU_RANGE},
        {mmu_tag(world_space, va, p, MMU_TAG_BUSY + 1, 0), MMU_ATTR},
    };

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (calls[i].err != calls[i].due)
            wrong("refused request %zu: %d where %d was due", i, calls[i].err, calls[i].due);
    return MMU_OK;
}

static const struct operation operations[] = {
    {"map", 68, false, choose_map, free_due, make_map},
    {"map_pages", 16, false, choose_pages, free_due, make_pages},
    {"fold", 16, true, prepare_fold, nothing_due, make_fold},
    {"unmap", 44, true, NULL, mapped_due, make_unmap},
    {"protect", 48, true, prepare_protect, mapped_due, make_protect},
    {"tag", 36, true, prepare_tag, nothing_due, make_tag},
    {"segment", 16, true, NULL, NULL, make_segment},
    {"keep", 1, true, NULL, NULL, make_keep},
    {"refused", 2, true, NULL, NULL, make_refused},
};

const struct operation *operation_of(uint8_t kind)
{
    unsigned sum = 0;

    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        sum += operations[i].weight;
        if (kind < sum)
            return &operations[i];
    }
    return &operations[0];
}

bool any_kept(uint64_t off, uint64_t end)
{
    for (size_t i = 0; i < kept_count; i++)
        if (kept[i].off < end && off < kept[i].off + kept[i].size)
            return true;
    return false;
}

void forget_kept(void)
{
    kept_count = 0;
}
