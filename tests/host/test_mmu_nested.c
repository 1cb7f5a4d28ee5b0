/*
 * A call in the middle of another, on the same core: a fault's, that looks what it has met. It is told the truth, and
 * the next call does not stumble over what it has left. Every format, size and half.
 */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

/* Everything here stays mapped: it is there, or away for a moment. */
static void look(void *context, uint64_t va, const struct judge_leaf *seen)
{
    struct mmu_leaf leaf;

    (void)context;
    (void)seen;
    if (mmu_walk(world_space, va, &leaf) != MMU_OK)
        assert_int_equal(leaf.tag, MMU_TAG_BUSY);
}

static void look_at_every_store(uint64_t va, uint64_t size)
{
    model_watch(&(struct model_watch){.space = world_space, .va = va, .size = size, .rate = 1024, .check = look});
}

static void fold__takes_no_table_from_under_who_looks(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW | MMU_PAGES), MMU_OK);
    look_at_every_store(at(t), p);
    assert_int_equal(mmu_fold(world_space, at(t), t), 1);
    model_watch(NULL);
    model_settle();
    expect_mapped(at(t), far_pa(), RW);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

/* Of a table that was linked again since somebody saw it broken, leaves go like others. */
static void split__leaves_a_table_like_others(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW), MMU_OK);
    look_at_every_store(at(t), p);
    assert_int_equal(do_unmap(at(t + 3 * p), p), MMU_OK);
    model_watch(NULL);
    expect_mapped(at(t + 8 * p), far_pa() + 8 * p, RW);
    assert_int_equal(do_tag(at(t + 8 * p), p, MMU_TAG_GUARD, 0), MMU_OK);
    expect_unmapped(at(t + 8 * p), MMU_TAG_GUARD, 0);
    assert_int_equal(do_tag(at(t), t, MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(fold__takes_no_table_from_under_who_looks),
        CASE(split__leaves_a_table_like_others),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
