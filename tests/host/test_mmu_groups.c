/* Cutting blocks and groups, and mmu_fold that merges them again: for every format, size and half. */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static int do_fold(uint64_t va, uint64_t size)
{
    struct mmu_savings due = {0, 0};
    int freed;

    assert_int_equal(mmu_report(world_space, va, size, &due), MMU_OK);
    freed = mmu_fold(world_space, va, size);
    model_settle();
    expect_no_breach();
    if (freed >= 0)
        assert_true((size_t)freed >= due.tables);
    return freed;
}

/* A page out of the largest block, and back: every level in between comes and goes. */
static void block__is_cut_down_to_a_page_and_folded_again(void **state)
{
    (void)state;
    for (int level = 1; level < 3; level++) {
        uint64_t b = block_span(level), p = page(), before;
        struct model_counts counts;

        if (!has_block(level))
            continue;
        assert_int_equal(do_map(at(b), b, b, RW), MMU_OK);
        before = snapshot();
        counts = model_counts();
        assert_int_equal(do_protect(at(b + 5 * p), p, MMU_WRITEBACK), MMU_OK);
        assert_int_equal(model_counts().invalidates - counts.invalidates, 1);
        expect_mapped(at(b), b, RW);
        expect_mapped(at(b + 5 * p), b + 5 * p, MMU_WRITEBACK);
        expect_mapped(at(b + 6 * p), b + 6 * p, RW);
        expect_mapped(at(2 * b - p), 2 * b - p, RW);
        expect_sound();
        assert_int_equal(do_fold(at(b), b), 0);
        assert_int_equal(do_protect(at(b + 5 * p), p, RW), MMU_OK);
        assert_true(do_fold(at(b), b) >= 1);
        assert_int_equal(judged(at(b + 5 * p)).size, b);
        assert_int_equal(snapshot(), before);
        expect_sound();
        assert_int_equal(do_unmap(at(b), b), MMU_OK);
        assert_int_equal(tables_linked(), 1);
    }
}

/* The table above is full, and one of its entries is a table now: unmapping all of it must find that one. */
static void cut_block__goes_with_a_full_table(void **state)
{
    uint64_t span = block_span(1), t = table_span(), p = page();

    (void)state;
    if (!has_block(2) || span >= space_size())
        return;
    assert_int_equal(do_map(at(0), t, span, RW), MMU_OK); /* pa off by a block: no larger ones */
    assert_int_equal(do_protect(at(3 * t + p), p, MMU_WRITEBACK), MMU_OK);
    expect_sound();
    assert_int_equal(do_unmap(at(0), span), MMU_OK);
    expect_sound();
    assert_int_equal(tables_linked(), 1);
}

/* Pages one by one make a group, then a block. */
static void pages__become_a_group_and_then_a_block(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t t = table_span(), group = judge_group(&regime, 3) * page(), p = page();

    (void)state;
    for (uint64_t off = 0; off < group; off += p)
        assert_int_equal(do_map(at(t + off), far_pa() + off, p, RW), MMU_OK);
    assert_false(judged(at(t)).contiguous);
    assert_int_equal(do_fold(at(t), group - p), 0);
    assert_false(judged(at(t)).contiguous);
    assert_int_equal(do_fold(at(t), group), 0);
    assert_true(judged(at(t)).contiguous);
    expect_range(at(t), far_pa(), group, RW);
    assert_int_equal(do_map(at(t + group), far_pa() + group, t - group, RW), MMU_OK);
    assert_int_equal(do_fold(at(t), t - p), 0);
    assert_int_equal(do_fold(at(t), t), 1);
    assert_int_equal(judged(at(t)).size, t);
    expect_range(at(t), far_pa(), t, RW);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void fold__leaves_what_differs(void **state)
{
    uint64_t t = table_span(), p = page(), before;

    (void)state;
    assert_int_equal(do_map(at(t), far_pa() + p, t, RW), MMU_OK);         /* not aligned */
    assert_int_equal(do_map(at(2 * t), far_pa() + t, t - p, RW), MMU_OK); /* the last one is missing */
    assert_int_equal(do_map(at(3 * t), far_pa(), t / 2, RW | MMU_PAGES), MMU_OK);
    assert_int_equal(do_map(at(3 * t + t / 2), far_pa() + t / 2, t / 2, MMU_WRITEBACK | MMU_PAGES), MMU_OK);
    do_fold(at(0), 5 * t); /* groups */
    before = snapshot();
    assert_int_equal(do_fold(at(0), 5 * t), 0);
    assert_int_equal(snapshot(), before);
    expect_range(at(t), far_pa() + p, t, RW);
    expect_range(at(2 * t), far_pa() + t, t - p, RW);
    expect_range(at(3 * t), far_pa(), t / 2, RW);
    expect_range(at(3 * t + t / 2), far_pa() + t / 2, t / 2, MMU_WRITEBACK);
    assert_int_equal(do_tag(at(0), 5 * t, MMU_TAG_NONE, 0), MMU_OK);
    expect_sound();
}

static void fold__refuses_what_the_owner_keeps(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW | MMU_PAGES), MMU_OK);
    assert_int_equal(mmu_space_keep(world_space, at(t + 5 * p), p), MMU_OK);
    assert_int_equal(mmu_fold(world_space, at(t), t), MMU_BUSY);
    assert_int_equal(judged(at(t)).size, p);
    assert_false(judged(at(t)).contiguous);
    assert_int_equal(mmu_fold(world_space, at(t) + 1, t), MMU_RANGE);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

static void tags__fold_too(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_tag(at(t), t, MMU_TAG_GUARD, 0x3000), MMU_OK);
    assert_int_equal(do_tag(at(t + p), p, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(do_fold(at(t), t), 0);
    assert_int_equal(do_tag(at(t + p), p, MMU_TAG_GUARD, 0x3000), MMU_OK);
    assert_int_equal(do_fold(at(t), t), 1);
    expect_unmapped(at(t + p), MMU_TAG_GUARD, 0x3000);
    assert_int_equal(do_tag(at(t), t, MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(block__is_cut_down_to_a_page_and_folded_again),
        CASE(cut_block__goes_with_a_full_table),
        CASE(pages__become_a_group_and_then_a_block),
        CASE(fold__leaves_what_differs),
        CASE(fold__refuses_what_the_owner_keeps),
        CASE(tags__fold_too),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
