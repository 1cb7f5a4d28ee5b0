/*
 * A part of a block or of a contiguous group is unmapped, tagged or changed: it is cut out, and the rest stays mapped
 * as it was, while cores look on. Every format, size and half.
 */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

/* What one TLB entry may cover at va: a leaf, or a group of them. */
static uint64_t entry_size(uint64_t va)
{
    struct judge_regime regime = model_regime(world_space);
    struct judge_leaf leaf = judged(va);

    return leaf.contiguous ? leaf.size * judge_group(&regime, leaf.level) : leaf.size;
}

/* The spans that a page, a group of pages, a block, a group of blocks ... translate here, smallest first. */
static size_t spans(uint64_t list[8])
{
    struct judge_regime regime = model_regime(world_space);
    size_t count = 0;

    for (int level = 3; level >= 1; level--) {
        uint64_t span = level == 3 ? page() : block_span(level), group = span * judge_group(&regime, level);

        if (level < 3 && !has_block(level))
            continue;
        list[count++] = span;
        if (group <= space_size() / 4)
            list[count++] = group;
    }
    return count;
}

/* The part of a range that changes, and what cores may see of the rest meanwhile. */
struct watched {
    uint64_t va, size, pa, part, part_size;
};

static void rest_stays(void *context, uint64_t va, const struct judge_leaf *seen)
{
    const struct watched *watched = context;
    struct mmu_leaf leaf;

    if (seen->fault == JUDGE_NONE) {
        assert_int_equal(seen->pa, watched->pa + (va - watched->va));
    } else if (va - watched->part >= watched->part_size) {
        assert_false(world_shape.no_break); /* only what changes is away */
        if (mmu_walk(world_space, va, &leaf) != MMU_OK)
            assert_int_equal(leaf.tag, MMU_TAG_BUSY); /* who met the fault waits, and tries again */
    }
}

static void watch(struct watched *watched)
{
    struct model_watch it = {.space = world_space,
                             .va = watched->va,
                             .size = watched->size,
                             .rate = 64,
                             .check = rest_stays,
                             .context = watched};

    model_watch(&it);
}

/* Both ends of everything, and of the leaf's neighbours. */
static void expect_around(const struct watched *watched, uint32_t attr)
{
    uint64_t p = page(), end = watched->part + watched->part_size, last = watched->va + watched->size;

    expect_mapped(watched->va - p, watched->pa - p, attr);
    expect_mapped(last, watched->pa + watched->size, attr);
    if (watched->part > watched->va) {
        expect_mapped(watched->va, watched->pa, attr);
        expect_mapped(watched->part - p, watched->pa + (watched->part - p - watched->va), attr);
    }
    if (end < last) {
        expect_mapped(end, watched->pa + (end - watched->va), attr);
        expect_mapped(last - p, watched->pa + watched->size - p, attr);
    }
}

static void expect_untagged(uint64_t va, uint64_t size)
{
    expect_unmapped(va, MMU_TAG_NONE, 0);
    expect_unmapped(va + size - 1, MMU_TAG_NONE, 0);
}

static void expect_guard(uint64_t va, uint64_t size)
{
    expect_unmapped(va, MMU_TAG_GUARD, 0x5000);
    expect_unmapped(va + size - 1, MMU_TAG_GUARD, 0x5000);
}

enum change { UNMAP, TAG, PERMISSION, TYPE, CHANGES };

static void make_change(enum change change, const struct watched *watched)
{
    uint64_t va = watched->part, size = watched->part_size, pa = watched->pa + (va - watched->va);

    switch (change) {
    case UNMAP:
        assert_int_equal(do_unmap(va, size), MMU_OK);
        expect_untagged(va, size);
        break;
    case TAG:
        assert_int_equal(do_tag(va, size, MMU_TAG_GUARD, 0x5000), MMU_OK);
        expect_guard(va, size);
        break;
    case PERMISSION:
        assert_int_equal(do_protect(va, size, MMU_WRITEBACK), MMU_OK);
        expect_range(va, pa, size, MMU_WRITEBACK);
        break;
    default:
        assert_int_equal(do_protect(va, size, MMU_UNCACHED | MMU_WRITE), MMU_OK);
        expect_range(va, pa, size, MMU_UNCACHED | MMU_WRITE);
    }
}

/* One leaf or group of `span`, neighbours on both sides, and this part of it changed. */
static void change_part(uint64_t span, uint64_t from, uint64_t size, enum change change)
{
    uint64_t p = page(), va = at(2 * span), pa = far_pa();
    struct watched watched = {va, span, pa, va + from, size};
    struct model_counts before;

    assert_int_equal(do_map(va - p, pa - p, p, RW), MMU_OK);
    assert_int_equal(do_map(va, pa, span, RW), MMU_OK);
    assert_int_equal(do_map(va + span, pa + span, p, RW), MMU_OK);
    assert_int_equal(entry_size(va), span);
    for (unsigned core = 0; core < 6; core++)
        model_touch(core, world_space, va + core * (span / 6 & ~(p - 1)));
    before = model_counts();
    watch(&watched);
    make_change(change, &watched);
    model_watch(NULL);
    assert_true(model_counts().invalidates - before.invalidates <= 2); /* one sequence, however many levels */
    expect_around(&watched, RW);
    expect_sound();
    assert_int_equal(do_tag(va - p, span + 2 * p, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void part__changes_and_the_rest_stays(void **state)
{
    uint64_t list[8], p = page();
    size_t count = spans(list);

    (void)state;
    for (size_t i = 1; i < count; i++) {
        const struct {
            uint64_t from, size;
        } parts[] = {{0, p},           {list[i] - p, p},           {list[i] / 2 - p, 3 * p},  {0, list[i] - p},
                     {p, list[i] - p}, {list[i] / 2, list[i] / 4}, {list[i - 1], list[i - 1]}};

        if (4 * list[i] > space_size())
            continue;
        for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++)
            for (unsigned change = 0; change < CHANGES; change++)
                if (parts[j].size <= list[i] - parts[j].from && parts[j].size / p < 3000)
                    change_part(list[i], parts[j].from, parts[j].size, change);
    }
}

/* Both ends of one call lie inside leaves: far from each other, and near the blocks' common boundaries. */
static void cut_both_ends(enum change change, uint64_t from, uint64_t end)
{
    uint64_t t = table_span(), pa = far_pa(), va = at(t);
    struct watched watched = {va, 3 * t, pa, va + from, end - from};

    assert_int_equal(do_map(va, pa, 3 * t, RW), MMU_OK);
    watch(&watched);
    make_change(change, &watched);
    model_watch(NULL);
    expect_range(va, pa, from, RW);
    expect_range(va + end, pa + end, 3 * t - end, RW);
    expect_sound();
    assert_int_equal(do_tag(va, 3 * t, MMU_TAG_NONE, 0), MMU_OK);
}

static void range__cuts_at_both_ends(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    for (unsigned change = 0; change < CHANGES; change++) {
        cut_both_ends(change, 5 * p, 3 * t - 3 * p);
        cut_both_ends(change, t - 3 * p, 2 * t + 5 * p);
        cut_both_ends(change, 3 * p, t - 5 * p);
    }
    assert_int_equal(tables_linked(), 1);
}

static int cut(enum change change, uint64_t va)
{
    switch (change) {
    case UNMAP:
        return do_unmap(va, page());
    case TAG:
        return do_tag(va, page(), MMU_TAG_GUARD, 0);
    case PERMISSION:
        return do_protect(va, page(), MMU_WRITEBACK);
    default:
        return do_protect(va, page(), MMU_UNCACHED);
    }
}

static void split__fails_cleanly_at_every_allocation(void **state)
{
    int level = has_block(1) && 4 * block_span(1) < space_size() ? 1 : 2;
    uint64_t span = block_span(level), va = at(span), before;

    (void)state;
    for (unsigned change = 0; change < CHANGES; change++) {
        int err = MMU_TABLES;
        struct mmu_stats stats;
        uint64_t used = 0;

        assert_int_equal(do_map(va, far_pa(), span, RW), MMU_OK);
        for (mmu_get_stats(world_space, &stats); stats.pool_free; mmu_get_stats(world_space, &stats))
            assert_int_equal(do_map(at(3 * span + used++ * table_span()), far_pa(), page(), RW), MMU_OK);
        before = snapshot();
        for (long allowed = 0; err != MMU_OK; allowed++) {
            assert_true(allowed < 4);
            model_fail_after(allowed);
            err = cut(change, va + 7 * page());
            model_fail_after(-1);
            assert_true(err == MMU_OK || err == MMU_TABLES);
            assert_int_equal(err == MMU_OK, snapshot() != before);
            assert_true(allowed > 0 || err == MMU_TABLES);
            expect_sound();
        }
        assert_int_equal(do_tag(va, span, MMU_TAG_NONE, 0), MMU_OK);
        assert_int_equal(do_tag(at(3 * span), (used + 1) * table_span(), MMU_TAG_NONE, 0), MMU_OK);
    }
}

/* Groups wherever VA, PA and length allow, single leaves where one of them does not. */
static void groups__are_used_wherever_they_fit(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t list[8], p = page();
    size_t count = spans(list);

    (void)state;
    for (size_t i = 1; i < count; i++) {
        uint64_t span = list[i], va = at(span), pa = far_pa();

        if (2 * span > space_size() / 2 || span == block_span(2) || span == block_span(1))
            continue;
        assert_int_equal(do_map(va, pa, span, RW), MMU_OK);
        assert_true(judged(va).contiguous && judged(va + span - p).contiguous);
        assert_int_equal(judge_group(&regime, judged(va).level) * judged(va).size, span);
        assert_int_equal(do_unmap(va, span), MMU_OK);
        assert_int_equal(do_map(va, pa + list[i - 1], span, RW), MMU_OK); /* pa off by a leaf */
        assert_true(entry_size(va) < span);
        assert_int_equal(do_unmap(va, span), MMU_OK);
        assert_int_equal(do_map(va, pa, span - list[i - 1], RW), MMU_OK); /* a leaf short */
        assert_true(entry_size(va) < span);
        assert_int_equal(do_unmap(va, span - list[i - 1]), MMU_OK);
    }
    assert_int_equal(do_map(at(table_span()), far_pa(), table_span(), RW | MMU_PAGES), MMU_OK);
    assert_false(judged(at(table_span())).contiguous);
    assert_int_equal(do_unmap(at(table_span()), table_span()), MMU_OK);
}

/* What comes and goes as a whole group is never cut into single leaves. */
static void groups__stay_whole_under_whole_changes(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t span = page() * judge_group(&regime, 3), va = at(span), pa = far_pa();

    (void)state;
    assert_int_equal(do_map(va, pa, 3 * span, RW), MMU_OK);
    assert_int_equal(do_protect(va + span, span, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(entry_size(va + span), span);
    assert_int_equal(do_protect(va, 2 * span, MMU_UNCACHED), MMU_OK);
    assert_int_equal(entry_size(va), span);
    assert_int_equal(entry_size(va + span), span);
    assert_int_equal(entry_size(va + 2 * span), span);
    assert_int_equal(do_unmap(va, 3 * span), MMU_OK);
}

/* What a change beside a kept page returns, in the same leaf or group: that is broken, unless walkers need no break. */
static int beside_kept(void)
{
    return world_shape.no_break ? MMU_OK : MMU_BUSY;
}

/* Ranges that the owner keeps: whatever would have to break there is refused, whatever would not is done. */
static void kept_range__is_never_away(void **state)
{
    uint64_t t = table_span(), p = page(), pa = far_pa(), va = at(2 * t), before;

    (void)state;
    assert_int_equal(do_map(va, pa, 3 * t, RW), MMU_OK);
    assert_int_equal(mmu_space_keep(world_space, va + t + 5 * p, p), MMU_OK);
    before = snapshot();
    for (unsigned change = 0; change < CHANGES; change++)
        assert_int_equal(cut(change, va + t + (9 + change) * p), beside_kept());
    assert_int_equal(do_protect(va + t + 4 * p, 3 * p, MMU_UNCACHED), MMU_BUSY);
    expect_mapped(va + t + 5 * p, pa + t + 5 * p, RW);
    assert_true(world_shape.no_break || snapshot() == before);
    assert_int_equal(do_tag(va, 3 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(do_map(va, pa, 3 * t, RW), MMU_OK);
    assert_int_equal(do_protect(va, 3 * t, MMU_WRITEBACK), MMU_OK); /* permissions change in place */
    for (unsigned change = 0; change < CHANGES; change++)
        assert_int_equal(cut(change, va + (2 * change + 1) * 16 * p), MMU_OK); /* the block before it */
    assert_int_equal(do_tag(va, 3 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* A group may be one entry of a TLB: who cuts another member of it breaks the kept one. */
static void kept_range__keeps_its_group(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t p = page(), group = p * judge_group(&regime, 3), va = at(2 * group);

    (void)state;
    assert_int_equal(do_map(va, far_pa(), group, RW), MMU_OK);
    assert_int_equal(mmu_space_keep(world_space, va + 5 * p, p), MMU_OK);
    for (unsigned change = 0; change < CHANGES; change++)
        assert_int_equal(cut(change, va + (9 + change) * p), beside_kept());
    assert_int_equal(entry_size(va + 5 * p), world_shape.no_break ? p : group);
    expect_mapped(va + 5 * p, far_pa() + 5 * p, RW);
    assert_int_equal(do_tag(va, group, MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(part__changes_and_the_rest_stays),
        CASE(range__cuts_at_both_ends),
        CASE(split__fails_cleanly_at_every_allocation),
        CASE(groups__are_used_wherever_they_fit),
        CASE(groups__stay_whole_under_whole_changes),
        CASE(kept_range__is_never_away),
        CASE(kept_range__keeps_its_group),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
