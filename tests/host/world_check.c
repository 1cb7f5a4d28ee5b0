/* What the tests expect of a space, judged by the judge. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/host/world.h"

static void expect_attributes(uint64_t va, const struct judge_leaf *leaf, uint32_t attr)
{
    const char *wrong = attributes_wrong(leaf, attr);

    if (wrong)
        fail_msg("va %jx: %s in descriptor %jx for attr %x", (uintmax_t)va, wrong, (uintmax_t)leaf->descriptor, attr);
}

struct judge_leaf judged(uint64_t va)
{
    struct judge_regime regime = model_regime(world_space);
    struct judge_leaf leaf = judge_walk(&regime, va);

    if (leaf.breach)
        fail_msg("va %jx: %s", (uintmax_t)va, leaf.breach);
    return leaf;
}

static void expect_walk(uint64_t va, const struct judge_leaf *seen, uint32_t attr)
{
    struct mmu_leaf leaf = {0};
    uint64_t pa = 1, start = 1;
    struct judge_regime regime = model_regime(world_space);
    uint64_t group = seen->contiguous ? judge_group(&regime, seen->level) : 1;

    assert_int_equal(mmu_walk(world_space, va, &leaf), MMU_OK);
    assert_int_equal(leaf.pa, seen->pa);
    assert_int_equal(leaf.attr, attr_given(attr));
    assert_true(leaf.size == seen->size || leaf.size == seen->size * group);
    assert_int_equal(leaf.level, seen->level);
    assert_int_equal(leaf.tag, MMU_TAG_NONE);
    assert_int_equal(mmu_translate(world_space, va, &pa), MMU_OK);
    assert_int_equal(pa, seen->pa);
    assert_int_equal(mmu_segment(world_space, va, 1, &start), 1);
    assert_int_equal(start, seen->pa);
}

void expect_mapped(uint64_t va, uint64_t pa, uint32_t attr)
{
    uint64_t byte = va + 0x123;
    struct judge_leaf leaf = judged(byte);

    if (leaf.fault != JUDGE_NONE || leaf.pa != pa + 0x123)
        fail_msg("va %jx: fault %d, pa %jx where %jx was due", (uintmax_t)byte, (int)leaf.fault, (uintmax_t)leaf.pa,
                 (uintmax_t)pa + 0x123);
    expect_attributes(byte, &leaf, attr);
    expect_walk(byte, &leaf, attr);
    for (unsigned core = 0; core < 3; core++) {
        struct judge_leaf seen = model_touch(core, world_space, byte);

        if (seen.fault != JUDGE_NONE || seen.pa != pa + 0x123)
            fail_msg("core %u, va %jx: fault %d, stale pa %jx", core, (uintmax_t)byte, (int)seen.fault,
                     (uintmax_t)seen.pa);
        expect_attributes(byte, &seen, attr);
    }
    expect_no_breach();
}

void expect_unmapped(uint64_t va, unsigned tag, uint64_t payload)
{
    struct judge_leaf leaf = judged(va);
    struct mmu_leaf walked = {.pa = 1};
    uint64_t pa = 1;

    if (leaf.fault != JUDGE_TRANSLATION)
        fail_msg("va %jx is mapped, to %jx", (uintmax_t)va, (uintmax_t)leaf.pa);
    assert_int_equal(mmu_walk(world_space, va, &walked), MMU_NOT_MAPPED);
    if (walked.tag != tag || (tag && walked.pa != payload))
        fail_msg("va %jx: tag %u payload %jx where %u %jx was due", (uintmax_t)va, walked.tag, (uintmax_t)walked.pa,
                 tag, (uintmax_t)payload);
    assert_int_equal(walked.size, leaf.size);
    assert_int_equal(walked.level, leaf.level);
    assert_int_equal(mmu_translate(world_space, va, &pa), MMU_NOT_MAPPED);
    assert_int_equal(mmu_segment(world_space, va, 1, &pa), 0);
    assert_int_equal(pa, 1);
    for (unsigned core = 0; core < 3; core++)
        if (model_touch(core, world_space, va).fault != JUDGE_TRANSLATION)
            fail_msg("core %u still translates %jx", core, (uintmax_t)va);
    expect_no_breach();
}

static bool worth_a_look(uint64_t va, uint64_t from, uint64_t size)
{
    uint64_t in_table = va & (table_span() - 1), offset = va - from;

    return in_table == 0 || in_table == table_span() - page() || offset == 0 || offset == size - page() ||
           model_random() % 61 == 0;
}

/* In a large range: the first two pages and the last one of some hundred tables. */
static uint64_t next_page(uint64_t va, uint64_t from, uint64_t size)
{
    uint64_t t = table_span(), in_table = va & (t - 1), tables = size / t, skip = tables / 256 * t;

    if (tables <= 8 || in_table == 0 || size - (va - from) <= 2 * t)
        return va + page();
    if (in_table < t - page())
        return va - in_table + t - page();
    return size - (va - from) > skip + 2 * t ? va + page() + skip : va + page();
}

void expect_range(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    for (uint64_t v = va; v - va < size; v = next_page(v, va, size))
        if (worth_a_look(v, va, size))
            expect_mapped(v, pa + (v - va), attr);
    expect_mapped(va + size - page(), pa + size - page(), attr);
}

void expect_empty(uint64_t va, uint64_t size)
{
    for (uint64_t v = va; v - va < size; v = next_page(v, va, size))
        if (worth_a_look(v, va, size))
            expect_unmapped(v, MMU_TAG_NONE, 0);
    expect_unmapped(va + size - 1, MMU_TAG_NONE, 0);
}

/* A visit of every entry of every table that walkers reach. */
struct survey {
    struct judge_regime regime;
    uint64_t hash;
    size_t tables, empty;
};

static void mix(struct survey *survey, uint64_t value)
{
    survey->hash = (survey->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    survey->hash ^= survey->hash >> 29;
}

static void visit(struct survey *survey, uint64_t table, int level, uint64_t va)
{
    unsigned shift = judge_level_shift(&survey->regime, level);
    unsigned top = level == judge_start_level(&survey->regime) ? world_shape.va_bits
                                                               : judge_level_shift(&survey->regime, level - 1);
    size_t used = 0;

    survey->tables++;
    for (uint64_t i = 0; i < UINT64_C(1) << (top - shift); i++) {
        uint64_t entry_va = va + (i << shift), slot = judge_slot(&survey->regime, table, level, entry_va);
        uint64_t descriptor = *model_entries(slot);
        struct judge_entry entry = judge_decode(&survey->regime, level, descriptor);

        used += descriptor != 0;
        if (entry.kind == JUDGE_IS_TABLE) {
            visit(survey, entry.pa, level + 1, entry_va);
        } else if (descriptor) {
            mix(survey, entry_va | ((unsigned)level & 7));
            mix(survey, descriptor);
        }
    }
    survey->empty += !used && level != judge_start_level(&survey->regime);
}

static struct survey survey(void)
{
    struct survey result = {.regime = model_regime(world_space)};

    visit(&result, result.regime.ttbr, judge_start_level(&result.regime), at(0));
    mix(&result, result.tables);
    return result;
}

uint64_t snapshot(void)
{
    return survey().hash;
}

size_t tables_linked(void)
{
    return survey().tables;
}

void expect_sound(void)
{
    struct survey result = survey();
    struct mmu_stats stats;

    mmu_get_stats(world_space, &stats);
    assert_int_equal(stats.tables, result.tables);
    assert_true(stats.tables_peak >= stats.tables);
    assert_true(stats.pool_free <= 8); /* what is freed goes back to whoever it came from */
    /* A space that mmu_space_create made lies in such memory too. */
    assert_int_equal(model_tables(), stats.tables + stats.pool_free + (world_shape.high ? 0 : 1));
    assert_int_equal(result.empty, 0);
    model_audit();
    expect_no_breach();
}
