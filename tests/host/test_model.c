/*
 * The model, tested: every rule of its checker catches the breach that it is there for, and lets the
 * right sequence pass.
 */
#include "tests/host/hand.h"

static void cores__see_what_was_published(void **state)
{
    (void)state;
    for (unsigned core = 0; core < 2; core++) {
        struct judge_leaf leaf = model_touch(core, SPACE, VA + 0x123);

        assert_int_equal(leaf.fault, JUDGE_NONE);
        assert_int_equal(leaf.pa, 0x80000123);
        assert_int_equal(leaf.mair, 0xff);
        assert_int_equal(model_touch(core, SPACE, VA + 0x1000).fault, JUDGE_TRANSLATION);
    }
}

static void cores__keep_what_was_not_invalidated(void **state)
{
    (void)state;
    model_touch(0, SPACE, VA);
    model_entry_write(&last[1], 0);
    model_backend.publish(SPACE);
    assert_int_equal(model_touch(0, SPACE, VA).fault, JUDGE_NONE);
    assert_int_equal(model_touch(1, SPACE, VA).fault, JUDGE_TRANSLATION);
    model_settle();
    assert_breach("before what it took away was invalidated");
}

static void cores__keep_walks_that_were_not_invalidated(void **state)
{
    bool stale = false;

    (void)state;
    for (unsigned i = 0; i < 64; i++)
        model_touch(0, SPACE, VA);
    model_entry_write(&middle[1], 0);
    flush(VA, 4096, false);
    for (unsigned i = 0; i < 64; i++)
        stale |= model_touch(0, SPACE, VA).fault == JUDGE_NONE;
    assert_true(stale);
    flush(VA, 4096, true);
    assert_int_equal(model_touch(0, SPACE, VA).fault, JUDGE_TRANSLATION);
    model_settle();
    assert_null(model_breach());
}

static void stores__are_seen_early_or_late_until_published(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (unsigned i = 2; i < 130; i++)
        model_entry_write(&last[i], (UINT64_C(0x80000000) + 4096 * i) | WB_NG);
    for (unsigned i = 2; i < 66; i++)
        seen += model_touch(0, SPACE, VA + 4096 * (i - 1)).fault == JUDGE_NONE;
    assert_in_range(seen, 1, 63);
    model_settle();
    assert_breach("before its stores were published");
    model_backend.publish(SPACE);
    for (unsigned i = 2; i < 130; i++)
        assert_int_equal(model_touch(1, SPACE, VA + 4096 * (i - 1)).fault, JUDGE_NONE);
}

/* A table's entry that changes again, its count say, brings no walker to the table before its link would. */
static void stores_to_a_table__are_seen_before_its_entry(void **state)
{
    const uint64_t base = VA & ~UINT64_C(0x3fffffff);
    unsigned seen = 0, not_yet = 0;

    (void)state;
    for (unsigned i = 2; i < 66; i++) {
        uint64_t *table = fresh();
        struct judge_leaf leaf;

        model_backend.publish(SPACE);
        model_entry_write(&table[0], UINT64_C(0x80000000) | WB_NG);
        model_entry_link(&middle[i], pa_of(table) | 3);
        model_entry_write(&middle[i], pa_of(table) | 3 | 1 << 2);
        leaf = model_touch(0, SPACE, base + i * UINT64_C(0x200000));
        seen += leaf.fault == JUDGE_NONE;
        not_yet += leaf.fault == JUDGE_TRANSLATION && leaf.level == 2;
    }
    assert_int_equal(seen + not_yet, 64);
    assert_in_range(seen, 1, 63);
    assert_null(model_breach());
}

static void global_entries__serve_every_space(void **state)
{
    struct model_space space = {.space = OTHER, .granule_bits = 12, .va_bits = 39};
    uint64_t *other = fresh();

    (void)state;
    model_backend.publish(OTHER);
    space.root = pa_of(other);
    model_adopt(&space);
    model_touch(0, SPACE, VA);
    assert_int_equal(model_touch(0, OTHER, VA).fault, JUDGE_TRANSLATION);
    model_entry_write(&last[2], UINT64_C(0x90000000) | WB);
    model_backend.publish(SPACE);
    model_touch(0, SPACE, VA + 4096);
    assert_int_equal(model_touch(0, OTHER, VA + 4096).pa, 0x90000000);
}

/* A TLB knows a space by its number: another one that gets it has what is left of the first. */
static void asids__tell_the_entries_of_spaces_apart(void **state)
{
    struct model_space space = {.space = OTHER, .granule_bits = 12, .va_bits = 39};
    uint64_t *other = fresh();

    (void)state;
    model_backend.publish(OTHER);
    space.root = pa_of(other);
    model_adopt(&space);
    fake_space.asid = other_fake.asid = 5;
    model_entry_write(&last[1], UINT64_C(0x80000000) | WB_NG);
    model_backend.publish(SPACE);
    model_enter(0, SPACE);
    model_touch(0, SPACE, VA);
    model_enter(1, OTHER);
    assert_breach("active under one ASID");
    model_enter(0, NULL);
    assert_int_equal(model_touch(0, OTHER, VA).pa, 0x80000000);
    assert_breach("another space that had this ASID");
    model_forget_asid(6);
    model_enter(1, OTHER);
    assert_breach("another space that had this ASID");
    model_forget_asid(5);
    model_enter(1, OTHER);
    assert_int_equal(model_touch(0, OTHER, VA).fault, JUDGE_TRANSLATION);
    assert_null(model_breach());
    fake_space.asid = other_fake.asid = 0;
}

static void invalidate__takes_the_addresses_of_its_stride_only(void **state)
{
    struct mmu_flush coarse = {.va = VA & ~UINT64_C(0x1fffff), .size = 0x200000, .stride = 0x200000};

    (void)state;
    model_touch(0, SPACE, VA);
    model_entry_write(&last[1], 0);
    model_backend.invalidate(SPACE, &coarse);
    assert_int_equal(model_touch(0, SPACE, VA).fault, JUDGE_NONE);
    model_settle();
    assert_breach("invalidated");
}

static void invalidate__takes_the_leaves_of_its_level_only(void **state)
{
    struct mmu_flush hinted = {.va = VA, .size = 4096, .stride = 4096, .level = 2};

    (void)state;
    model_touch(0, SPACE, VA);
    model_entry_write(&last[1], 0);
    model_backend.invalidate(SPACE, &hinted);
    assert_int_equal(model_touch(0, SPACE, VA).fault, JUDGE_NONE);
    model_settle();
    assert_breach("invalidated");
    hinted.level = 3;
    model_backend.invalidate(SPACE, &hinted);
    assert_int_equal(model_touch(0, SPACE, VA).fault, JUDGE_TRANSLATION);
}

static void rule__break_before_make(void **state)
{
    (void)state;
    model_entry_write(&last[1], UINT64_C(0x90000000) | WB_NG);
    assert_breach("live entry replaced");
    model_entry_write(&last[1], 0);
    model_entry_write(&last[1], UINT64_C(0xa0000000) | WB_NG);
    assert_breach("made again before");
    model_entry_write(&last[1], 0);
    flush(VA, 4096, false);
    model_entry_write(&last[1], UINT64_C(0xb0000000) | WB_NG);
    model_backend.publish(SPACE);
    model_settle();
    assert_null(model_breach());
    model_entry_write(&last[1], UINT64_C(0xb0000000) | WB);
    assert_breach("live entry replaced");
    model_entry_write(&last[1], UINT64_C(0xb0000000) | (WB_NG & ~UINT64_C(0x300)));
    assert_breach("live entry replaced");
}

static void rule__a_block_for_a_table_needs_a_break(void **state)
{
    (void)state;
    model_entry_write(&middle[1], UINT64_C(0x80000000) | (WB_NG & ~UINT64_C(2)));
    assert_breach("live entry replaced");
}

static void rule__permissions_and_ignored_bits_may_change_in_place(void **state)
{
    (void)state;
    model_entry_write(&last[1], UINT64_C(0x80000000) | WB_NG | 0x80 | UINT64_C(0x60000000000000));
    model_entry_write(&middle[1], pa_of(last) | 3 | 0x5a8 | UINT64_C(0x0078000000000000));
    assert_null(model_breach());
    model_backend.publish(SPACE);
    model_settle();
    assert_breach("invalidated");
    model_entry_write(&middle[1], pa_of(last) | 3);
    model_settle();
    assert_null(model_breach());
}

static void rule__publish_before_link(void **state)
{
    uint64_t *table = fresh(), *raw = model_backend.table_alloc(4096);

    (void)state;
    model_entry_write(&middle[2], pa_of(table) | 3);
    assert_breach("before its entries are ordered");
    for (unsigned i = 0; i < 511; i++)
        model_entry_write(&raw[i], 0);
    model_entry_link(&middle[3], pa_of(raw) | 3);
    assert_breach("nobody wrote");
}

static void rule__tables_are_freed_after_their_invalidate(void **state)
{
    (void)state;
    model_backend.table_free(last, 4096);
    assert_breach("while it is linked");
    one_page(state);
    model_entry_write(&middle[1], 0);
    model_backend.table_free(last, 4096);
    assert_breach("before the invalidate");
    one_page(state);
    model_entry_write(&middle[1], 0);
    flush(VA & ~UINT64_C(0x1fffff), 0x200000, false);
    model_backend.table_free(last, 4096);
    assert_breach("before the invalidate");
    one_page(state);
    model_entry_write(&middle[1], 0);
    flush(VA & ~UINT64_C(0x1fffff), 0x200000, true);
    model_backend.table_free(last, 4096);
    assert_null(model_breach());
}

/* But for the owner who has invalidated all of the space for no change: nobody walks it any more. */
static void rule__tables_of_a_space_at_its_end_may_be_freed(void **state)
{
    (void)state;
    model_entry_write(&last[1], 0);
    flush(0, UINT64_C(1) << 39, true);
    model_entry_write(&middle[1], 0);
    model_backend.table_free(last, 4096);
    assert_breach("before the invalidate");
    one_page(state);
    flush(0, UINT64_C(1) << 39, true);
    model_entry_write(&middle[1], 0);
    model_backend.table_free(last, 4096);
    assert_null(model_breach());
}

static void rule__a_subtree_goes_as_a_whole(void **state)
{
    (void)state;
    model_entry_write(&root[1], 0);
    flush(UINT64_C(1) << 30, 0x200000, true);
    model_backend.table_free(last, 4096);
    assert_breach("before the invalidate");
    one_page(state);
    model_entry_write(&root[1], 0);
    flush(UINT64_C(1) << 30, UINT64_C(1) << 30, true);
    model_backend.table_free(last, 4096);
    model_backend.table_free(middle, 4096);
    model_settle();
    assert_null(model_breach());
    assert_int_equal(model_tables(), 1);
}

static void rule__tables_are_reused_after_their_invalidate(void **state)
{
    (void)state;
    model_entry_write(&middle[1], 0);
    model_entry_write(&last[1], 0);
    assert_null(model_breach());
    model_entry_write(&last[2], UINT64_C(0x80000000) | WB_NG);
    assert_breach("filled again before");
    model_entry_link(&middle[2], pa_of(last) | 3);
    assert_breach("linked again before");
}

static void rule__stores_go_to_tables(void **state)
{
    uint64_t *table = fresh();

    (void)state;
    model_entry_write(table + 512, 0);
    assert_breach("no table");
}

static void rule__leaving_a_cacheable_type_needs_cleaning(void **state)
{
    (void)state;
    model_entry_write(&last[1], 0);
    flush(VA, 4096, false);
    model_entry_write(&last[1], UINT64_C(0x80000000) | DEVICE);
    assert_breach("without cleaning");
    one_page(state);
    model_entry_write(&last[1], 0);
    model_backend.cache_clean_invalidate(UINT64_C(0x80000000), 4096); /* too early: the lines can come back */
    flush(VA, 4096, false);
    model_entry_write(&last[1], UINT64_C(0x80000000) | DEVICE);
    assert_breach("without cleaning");
    one_page(state);
    model_entry_write(&last[1], 0);
    flush(VA, 4096, false);
    model_backend.cache_clean_invalidate(UINT64_C(0x80000000), 4096);
    model_entry_write(&last[1], UINT64_C(0x80000000) | DEVICE);
    assert_null(model_breach());
}

static void rule__descriptors_please_the_judge(void **state)
{
    (void)state;
    model_entry_write(&middle[2], UINT64_C(0x80001000) | (WB_NG & ~UINT64_C(2)));
    assert_breach("not aligned");
    model_entry_write(&root[2], UINT64_C(0x900000000) | 3);
    assert_breach("no table");
}

static void audit__finds_stores_that_went_by_the_model(void **state)
{
    (void)state;
    model_audit();
    assert_null(model_breach());
    last[7] = UINT64_C(0x80000000) | WB_NG;
    model_audit();
    assert_breach("went by the model");
}

static void allocations__fail_when_told(void **state)
{
    void *table;

    (void)state;
    model_fail_after(1);
    table = model_backend.table_alloc(4096);
    assert_non_null(table);
    assert_null(model_backend.table_alloc(4096));
    assert_null(model_backend.table_alloc(4096));
    model_fail_after(-1);
    assert_int_equal(model_tables(), 4);
    model_backend.table_free(table, 8192);
    assert_breach("another size");
    model_backend.table_free(table, 4096);
    assert_int_equal(model_tables(), 3);
    assert_null(model_breach());
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, one_page, stop)
    const struct CMUnitTest tests[] = {
        CASE(cores__see_what_was_published),
        CASE(cores__keep_what_was_not_invalidated),
        CASE(cores__keep_walks_that_were_not_invalidated),
        CASE(stores__are_seen_early_or_late_until_published),
        CASE(stores_to_a_table__are_seen_before_its_entry),
        CASE(global_entries__serve_every_space),
        CASE(asids__tell_the_entries_of_spaces_apart),
        CASE(invalidate__takes_the_addresses_of_its_stride_only),
        CASE(invalidate__takes_the_leaves_of_its_level_only),
        CASE(rule__break_before_make),
        CASE(rule__a_block_for_a_table_needs_a_break),
        CASE(rule__permissions_and_ignored_bits_may_change_in_place),
        CASE(rule__publish_before_link),
        CASE(rule__tables_are_freed_after_their_invalidate),
        CASE(rule__tables_of_a_space_at_its_end_may_be_freed),
        CASE(rule__a_subtree_goes_as_a_whole),
        CASE(rule__tables_are_reused_after_their_invalidate),
        CASE(rule__stores_go_to_tables),
        CASE(rule__leaving_a_cacheable_type_needs_cleaning),
        CASE(rule__descriptors_please_the_judge),
        CASE(audit__finds_stores_that_went_by_the_model),
        CASE(allocations__fail_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
