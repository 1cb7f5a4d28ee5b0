/* What must hold after, and in the middle of, every operation. */
#include "tests/host/ops_inner.h"

#include <inttypes.h>

static struct judge_leaf judged(uint64_t off)
{
    struct judge_regime regime = model_regime(world_space);
    struct judge_leaf leaf = judge_walk(&regime, at(off));

    if (leaf.breach)
        wrong("at offset %" PRIx64 ": %s", off, leaf.breach);
    return leaf;
}

static void check_leaf(const char *who, uint64_t off, const struct judge_leaf *leaf, const struct flat *due)
{
    const char *other;

    if (!due->mapped) {
        if (leaf->fault != JUDGE_TRANSLATION)
            wrong("%s: offset %" PRIx64 " is mapped, to %" PRIx64, who, off, leaf->pa);
        return;
    }
    if (leaf->fault != JUDGE_NONE)
        wrong("%s: offset %" PRIx64 " is not mapped (fault %d), %" PRIx64 " was due", who, off, (int)leaf->fault,
              due->pa);
    if (leaf->pa != due->pa)
        wrong("%s: offset %" PRIx64 " is mapped to %" PRIx64 ", %" PRIx64 " was due", who, off, leaf->pa, due->pa);
    other = attributes_wrong(leaf, due->attr);
    if (other)
        wrong("%s: offset %" PRIx64 ": %s, attr %x was due", who, off, other, due->attr);
}

static void check_calls(uint64_t off, const struct judge_leaf *judge, const struct flat *due)
{
    struct mmu_leaf leaf = {.pa = 1};
    uint64_t pa = 1;
    int walked = mmu_walk(world_space, at(off), &leaf), translated = mmu_translate(world_space, at(off), &pa);

    if (walked != (due->mapped ? MMU_OK : MMU_NOT_MAPPED) || translated != walked)
        wrong("mmu_walk says %d, mmu_translate %d at offset %" PRIx64, walked, translated, off);
    if (leaf.level != judge->level || leaf.size % judge->size)
        wrong("mmu_walk: level %u, size %" PRIx64 " at offset %" PRIx64, leaf.level, leaf.size, off);
    if (due->mapped && (leaf.pa != due->pa || leaf.attr != due->attr || leaf.tag || pa != due->pa))
        wrong("mmu_walk: pa %" PRIx64 ", attr %x, tag %u; mmu_translate: pa %" PRIx64 " at offset %" PRIx64, leaf.pa,
              leaf.attr, leaf.tag, pa, off);
    if (!due->mapped && (leaf.tag != due->tag || (due->tag && leaf.pa != due->pa) || pa != 1))
        wrong("mmu_walk: tag %u, payload %" PRIx64 " at offset %" PRIx64, leaf.tag, leaf.pa, off);
}

void check_byte(uint64_t off)
{
    struct flat due = flat_at(off);
    struct judge_leaf leaf = judged(off), seen = model_touch((unsigned)model_random(), world_space, at(off));

    check_leaf("the judge", off, &leaf, &due);
    check_calls(off, &leaf, &due);
    check_leaf("a core", off, &seen, &due);
}

static bool is_seen(const struct judge_leaf *seen, const struct flat *byte)
{
    return seen->fault == JUDGE_NONE && byte->mapped && seen->pa == byte->pa && !attributes_wrong(seen, byte->attr);
}

void check_seen(const struct call *call, uint64_t off, const struct judge_leaf *seen)
{
    struct flat was = flat_at(off), to = call_target(call, off);
    struct mmu_leaf leaf;

    if (is_seen(seen, &was) || is_seen(seen, &to))
        return;
    if (seen->fault != JUDGE_TRANSLATION)
        wrong("a core sees %" PRIx64 " (fault %d), or its attributes, at offset %" PRIx64 " in the middle of a call",
              seen->pa, (int)seen->fault, off);
    if (!was.mapped || !to.mapped)
        return;
    if (any_kept(off, off + 1))
        wrong("what may not be broken is away for a moment, at offset %" PRIx64, off);
    /* A page that stays: who meets the fault must find out that it is to wait (or that it is over). */
    if (mmu_walk(world_space, at(off), &leaf) == MMU_NOT_MAPPED && leaf.tag != MMU_TAG_BUSY)
        wrong("a page that stays is away without the tag busy, at offset %" PRIx64, off);
}

void check_counts(void)
{
    struct mmu_stats stats;

    model_settle();
    if (model_breach())
        wrong("breach: %s", model_breach());
    mmu_get_stats(world_space, &stats);
    /* A space that mmu_space_create made lies in such memory too. */
    if (model_tables() != stats.tables + stats.pool_free + (world_shape.high ? 0 : 1))
        wrong("%zu tables held, %zu linked, %zu in the pool", model_tables(), stats.tables, stats.pool_free);
    if (stats.tables_peak < stats.tables || stats.pool_free > 8)
        wrong("peak %zu, %zu tables linked, %zu in the pool", stats.tables_peak, stats.tables, stats.pool_free);
}

/* A visit of all tables, lowest address first. */
struct visit {
    struct judge_regime regime;
    size_t tables, index; /* seen so far; the flat map's interval that is due */
    uint64_t kind;        /* attribute bits that were found right */
    uint32_t attr;        /* for this attr */
    int level;            /* at this level */
};

static const struct flat *interval_at(struct visit *visit, uint64_t off)
{
    const struct flat *due = flat_get(visit->index);

    while (off >= due->off + due->size)
        due = flat_get(++visit->index);
    return due;
}

static void visit_leaf(struct visit *visit, uint64_t off, int level, uint64_t descriptor, uint64_t pa)
{
    const struct flat *due = interval_at(visit, off);
    uint64_t size = UINT64_C(1) << judge_level_shift(&visit->regime, level);
    uint64_t kind = descriptor & ~UINT64_C(0x0000fffffffff000);

    if (!due->mapped || off + size > due->off + due->size || pa != due->pa + (off - due->off))
        wrong("level %u at offset %" PRIx64 " holds %" PRIx64, level, off, descriptor);
    if (visit->kind != kind || visit->attr != due->attr || visit->level != level) {
        struct judge_leaf leaf = judge_leaf(&visit->regime, level, descriptor, at(off));
        struct flat byte = flat_at(off);

        check_leaf("the tables", off, &leaf, &byte);
        visit->kind = kind;
        visit->attr = due->attr;
        visit->level = level;
    }
}

/* Invalid entries from off to end: all empty, or all tagged. */
static void visit_invalid(struct visit *visit, uint64_t off, uint64_t end, bool tagged)
{
    while (off < end) {
        const struct flat *due = interval_at(visit, off);

        if (due->mapped || (due->tag != 0) != tagged)
            wrong("an invalid entry at offset %" PRIx64 ", which is %s", off, due->mapped ? "mapped" : "tagged or not");
        off = due->off + due->size;
    }
}

static void visit_table(struct visit *visit, uint64_t table, int level, uint64_t off);

static void visit_entry(struct visit *visit, uint64_t off, int level, uint64_t descriptor)
{
    struct judge_entry entry = judge_decode(&visit->regime, level, descriptor);

    if (entry.breach)
        wrong("at offset %" PRIx64 ": %s", off, entry.breach);
    switch (entry.kind) {
    case JUDGE_IS_TABLE:
        visit_table(visit, entry.pa, level + 1, off);
        break;
    case JUDGE_IS_LEAF:
        visit_leaf(visit, off, level, descriptor, entry.pa);
        break;
    case JUDGE_IS_INVALID:
        visit_invalid(visit, off, off + (UINT64_C(1) << judge_level_shift(&visit->regime, level)), true);
    }
}

static void visit_table(struct visit *visit, uint64_t table, int level, uint64_t off)
{
    unsigned shift = judge_level_shift(&visit->regime, level);
    bool root = level == judge_start_level(&visit->regime);
    unsigned top = root ? world_shape.va_bits : judge_level_shift(&visit->regime, level - 1);
    uint64_t count = UINT64_C(1) << (top - shift), used = 0;
    const uint64_t *entries = model_entries(judge_slot(&visit->regime, table, level, at(off)));

    visit->tables++;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t first = i;

        while (i < count && !entries[i])
            i++;
        if (i > first)
            visit_invalid(visit, off + (first << shift), off + (i << shift), false);
        if (i == count)
            break;
        used++;
        visit_entry(visit, off + (i << shift), level, entries[i]);
    }
    if (!used && !root)
        wrong("an empty table of level %u is linked at offset %" PRIx64, level, off);
}

void check_tables(void)
{
    struct visit visit = {.regime = model_regime(world_space)};
    struct mmu_stats stats;

    visit_table(&visit, visit.regime.ttbr, judge_start_level(&visit.regime), 0);
    mmu_get_stats(world_space, &stats);
    if (stats.tables != visit.tables)
        wrong("%zu tables by the statistics, %zu that walkers reach", stats.tables, visit.tables);
}
