/* mmu_fill: a page in the place that a demand tag has kept for it, for every format, size and half. */
#include "tests/host/world.h"

#define RW      (MMU_WRITEBACK | MMU_WRITE)
#define PAYLOAD UINT64_C(0x5000)
#define OTHER   UINT64_C(0x6000)

static int do_fill(uint64_t va, uint64_t payload)
{
    struct mmu_range range = {va, far_pa() + 3 * page(), page(), attr_given(RW)};
    int err = mmu_fill(world_space, &range, payload);

    model_settle();
    expect_no_breach();
    return err;
}

static void tagged_page__becomes_a_leaf_by_one_store(void **state)
{
    uint64_t va = at(table_span() + 2 * page());
    struct model_counts before;

    (void)state;
    assert_int_equal(do_tag(va, 3 * page(), MMU_TAG_DEMAND, PAYLOAD), MMU_OK);
    before = model_counts();
    assert_int_equal(do_fill(va + page(), PAYLOAD), MMU_OK);
    assert_int_equal(model_counts().stores, before.stores + 1);
    assert_int_equal(model_counts().publishes, before.publishes + 1);
    assert_int_equal(model_counts().invalidates, before.invalidates);
    expect_mapped(va + page(), far_pa() + 3 * page(), RW);
    expect_unmapped(va, MMU_TAG_DEMAND, PAYLOAD);
    expect_unmapped(va + 2 * page(), MMU_TAG_DEMAND, PAYLOAD);
    expect_sound();
    assert_int_equal(do_tag(va, 3 * page(), MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void large_tag__stays_around_the_page(void **state)
{
    uint64_t va = at(4 * table_span()), inside = va + table_span() + 5 * page();

    (void)state;
    assert_true(space_size() >= 6 * table_span());
    assert_int_equal(do_tag(va, 2 * table_span(), MMU_TAG_DEMAND, PAYLOAD), MMU_OK);
    model_fail_after(0);
    if (model_tables() == tables_linked()) { /* none is held ready */
        assert_int_equal(do_fill(inside, PAYLOAD), MMU_TABLES);
        expect_unmapped(inside, MMU_TAG_DEMAND, PAYLOAD);
    }
    model_fail_after(-1);
    assert_int_equal(do_fill(inside, PAYLOAD), MMU_OK);
    expect_mapped(inside, far_pa() + 3 * page(), RW);
    expect_unmapped(inside - 1, MMU_TAG_DEMAND, PAYLOAD);
    expect_unmapped(inside + page(), MMU_TAG_DEMAND, PAYLOAD);
    expect_unmapped(va, MMU_TAG_DEMAND, PAYLOAD);
    expect_unmapped(va + 2 * table_span() - 1, MMU_TAG_DEMAND, PAYLOAD);
    expect_sound();
    model_fail_after(0); /* a page in a table of pages needs none */
    assert_int_equal(do_fill(inside - page(), PAYLOAD), MMU_OK);
    model_fail_after(-1);
    assert_int_equal(do_tag(va, 2 * table_span(), MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void anything_else__is_refused(void **state)
{
    struct mmu_range range = {at(2 * page()), far_pa(), 2 * page(), attr_given(RW)};

    (void)state;
    assert_int_equal(do_fill(at(2 * page()), PAYLOAD), MMU_OVERLAP);
    assert_int_equal(do_tag(at(2 * page()), page(), MMU_TAG_DEMAND, OTHER), MMU_OK);
    assert_int_equal(do_fill(at(2 * page()), PAYLOAD), MMU_OVERLAP);
    assert_int_equal(do_tag(at(2 * page()), page(), MMU_TAG_BLOCKED, PAYLOAD), MMU_OK);
    assert_int_equal(do_fill(at(2 * page()), PAYLOAD), MMU_OVERLAP);
    expect_unmapped(at(2 * page()), MMU_TAG_BLOCKED, PAYLOAD);
    assert_int_equal(do_tag(at(2 * page()), 2 * page(), MMU_TAG_DEMAND, PAYLOAD), MMU_OK);
    assert_int_equal(mmu_fill(world_space, &range, PAYLOAD), MMU_RANGE);
    range.size = page();
    range.attr = MMU_DEVICE_GRE | MMU_EXEC;
    assert_int_equal(mmu_fill(world_space, &range, PAYLOAD), MMU_ATTR);
    range.attr = attr_given(RW);
    range.pa += page() / 2;
    assert_int_equal(mmu_fill(world_space, &range, PAYLOAD), MMU_RANGE);
    assert_int_equal(do_fill(at(2 * page()), PAYLOAD), MMU_OK);
    assert_int_equal(do_fill(at(2 * page()), PAYLOAD), MMU_OVERLAP);
    assert_int_equal(do_tag(at(2 * page()), 2 * page(), MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tagged_page__becomes_a_leaf_by_one_store, world_open, world_close),
        cmocka_unit_test_setup_teardown(large_tag__stays_around_the_page, world_open, world_close),
        cmocka_unit_test_setup_teardown(anything_else__is_refused, world_open, world_close),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
