/* mmu_map_pages, mmu_fold and mmu_report, for every format, size and half. */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

enum { PAGES_MAX = 8192 + 256 };

static uint64_t pages[PAGES_MAX];

static int do_map_pages(uint64_t va, size_t count, uint32_t attr)
{
    int err = mmu_map_pages(world_space, va, pages, count, attr_given(attr));

    model_settle();
    expect_no_breach();
    return err;
}

static int do_fold(uint64_t va, uint64_t size)
{
    int saved = mmu_fold(world_space, va, size);

    model_settle();
    expect_no_breach();
    return saved;
}

static size_t table_pages(void)
{
    return (size_t)(table_span() / page());
}

static void list_pages(uint64_t pa, size_t count, uint64_t step)
{
    assert_true(count <= PAGES_MAX);
    for (size_t i = 0; i < count; i++)
        pages[i] = pa + i * step;
}

static void map_pages__puts_each_page_where_it_belongs(void **state)
{
    uint64_t p = page(), va = at(table_span() - 3 * p);

    (void)state;
    list_pages(far_pa() + 64 * p, 40, 3 * p);
    pages[7] = far_pa();
    assert_int_equal(do_map_pages(va, 40, RW), MMU_OK);
    for (unsigned i = 0; i < 40; i++)
        expect_mapped(va + i * p, pages[i], RW);
    expect_unmapped(va - p, MMU_TAG_NONE, 0);
    expect_unmapped(va + 40 * p, MMU_TAG_NONE, 0);
    expect_sound();
    assert_int_equal(do_unmap(va, 40 * p), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* Pages side by side: what mmu_map of that range would have made. */
static void map_pages__joins_neighbours(void **state)
{
    uint64_t t = table_span(), p = page(), by_map, by_pages;
    size_t count = table_pages() + 200;

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), count * p, RW), MMU_OK);
    by_map = snapshot();
    assert_int_equal(do_unmap(at(t), count * p), MMU_OK);
    list_pages(far_pa(), count, p);
    assert_int_equal(do_map_pages(at(t), count, RW), MMU_OK);
    by_pages = snapshot();
    assert_int_equal(by_pages, by_map);
    assert_int_equal(judged(at(t)).size, t);
    assert_int_equal(do_unmap(at(t), count * p), MMU_OK);
    list_pages(far_pa() + p, count, p); /* off by a page: no block, and no group */
    assert_int_equal(do_map_pages(at(t), count, RW), MMU_OK);
    assert_int_equal(judged(at(t)).size, p);
    assert_false(judged(at(t)).contiguous);
    expect_range(at(t), far_pa() + p, count * p, RW);
    assert_int_equal(do_unmap(at(t), count * p), MMU_OK);
}

/* Begins and ends like a block, or like a group, and is none. */
static void map_pages__looks_at_every_page(void **state)
{
    uint64_t t = table_span(), p = page();
    size_t count = table_pages();

    (void)state;
    list_pages(far_pa(), count, p);
    pages[2] = far_pa() + 3 * p;
    pages[3] = far_pa() + 2 * p;
    pages[count - 7] = far_pa() + t;
    assert_int_equal(do_map_pages(at(t), count, RW), MMU_OK);
    for (size_t i = 0; i < count; i++)
        if (i < 8 || i > count - 9)
            expect_mapped(at(t + i * p), pages[i], RW);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

static void map_pages__refuses_as_map_does(void **state)
{
    uint64_t p = page(), va = at(table_span() - p), before;

    (void)state;
    assert_int_equal(do_map(va + 3 * p, far_pa(), p, RW), MMU_OK);
    before = snapshot();
    list_pages(far_pa() + 32 * p, 4, 2 * p);
    assert_int_equal(do_map_pages(va, 4, RW), MMU_OVERLAP);
    assert_int_equal(do_map_pages(va, 0, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(va + 1, 2, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(va, 2, MMU_TYPE_MASK), MMU_ATTR);
    assert_int_equal(do_map_pages(at(space_size() - p), 2, RW), MMU_RANGE);
    pages[1] += p / 2;
    assert_int_equal(do_map_pages(va, 2, RW), MMU_RANGE);
    pages[1] = UINT64_C(1) << 52;
    assert_int_equal(do_map_pages(va, 2, RW), MMU_RANGE);
    assert_int_equal(snapshot(), before);
    assert_int_equal(do_unmap(va + 3 * p, p), MMU_OK);
}

static void map_pages__fails_cleanly_at_every_allocation(void **state)
{
    uint64_t t = table_span(), p = page(), before;
    int err = MMU_TABLES;

    (void)state;
    for (unsigned i = 0; i < 12; i++) /* use up the pool */
        assert_int_equal(do_map(at(8 * t + 2 * i * t), far_pa(), p, RW), MMU_OK);
    before = snapshot();
    list_pages(far_pa() + 32 * p, 8, 2 * p);
    for (long allowed = 0; err != MMU_OK && allowed < 50; allowed++) {
        model_fail_after(allowed);
        err = do_map_pages(at(t - 4 * p), 8, RW);
        model_fail_after(-1);
        assert_true(err == MMU_OK || err == MMU_TABLES);
        assert_int_equal(err == MMU_OK, snapshot() != before);
        expect_sound();
    }
    assert_int_equal(do_tag(at(0), 40 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* Split and made alike again, a range is what it was before. */
static void fold__undoes_a_split(void **state)
{
    uint64_t t = table_span(), p = page(), before, split;
    struct mmu_savings saved, rest;
    int level = has_block(1) && 4 * block_span(1) <= space_size() ? 1 : 2;
    uint64_t span = block_span(level), va = at(span);

    (void)state;
    assert_int_equal(do_map(va, far_pa(), span, RW), MMU_OK);
    before = snapshot();
    assert_int_equal(do_protect(va + t / 2, p, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(do_fold(va, span), 0); /* a page differs: nothing to save but perhaps groups */
    assert_int_equal(do_protect(va + t / 2, p, RW), MMU_OK);
    split = snapshot();
    assert_int_equal(mmu_report(world_space, va, span, &saved), MMU_OK);
    assert_int_equal(snapshot(), split); /* it only looks */
    assert_true(saved.tables >= 1 && saved.entries >= 1);
    assert_int_equal(do_fold(va, span), 3 - level);
    assert_int_equal(snapshot(), before);
    assert_int_equal(judged(va).size, span);
    assert_int_equal(mmu_report(world_space, va, span, &rest), MMU_OK);
    assert_int_equal(rest.tables + rest.entries, 0);
    expect_sound();
    assert_int_equal(do_unmap(va, span), MMU_OK);
}

/* Pages mapped one by one are a block, or groups, afterwards; a misfit stays what it is. */
static void fold__joins_pages_that_came_one_by_one(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t t = table_span(), p = page();
    size_t group = judge_group(&regime, 3), count = 2 * group;

    (void)state;
    for (size_t i = 0; i < count + 3; i++)
        assert_int_equal(do_map(at(t + i * p), far_pa() + i * p, p, RW), MMU_OK);
    assert_false(judged(at(t)).contiguous);
    assert_int_equal(do_fold(at(t), t), 0);
    assert_true(judged(at(t)).contiguous && judged(at(t + (count - 1) * p)).contiguous);
    assert_false(judged(at(t + count * p)).contiguous);
    expect_range(at(t), far_pa(), (count + 3) * p, RW);
    assert_int_equal(do_unmap(at(t), (count + 3) * p), MMU_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(do_map(at(t + i * p), far_pa() + (i + 1) * p, p, RW), MMU_OK);
    assert_int_equal(do_fold(at(t), t), 0);
    assert_false(judged(at(t)).contiguous);
    assert_int_equal(do_unmap(at(t), count * p), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* A table full of pages in a row, which no block can translate. */
static void fold__needs_memory_that_is_aligned(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t t = table_span(), group = page() * judge_group(&regime, 3);

    (void)state;
    assert_int_equal(do_map(at(t), far_pa() + group, t, RW), MMU_OK);
    assert_int_equal(do_fold(at(t), t), 0);
    assert_int_equal(judged(at(t)).size, page());
    expect_range(at(t), far_pa() + group, t, RW);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

static void fold__leaves_alone_what_is_kept(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW | MMU_PAGES), MMU_OK);
    assert_int_equal(mmu_space_keep(world_space, at(t + 5 * p), p), MMU_OK);
    assert_int_equal(do_fold(at(t), t), MMU_BUSY);
    assert_int_equal(judged(at(t)).size, p);
    assert_int_equal(do_fold(at(t) + 1, t), MMU_RANGE);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

static void fold__leaves_alone_what_keeps_its_size(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW | MMU_PAGES), MMU_OK);
    assert_int_equal(do_map(at(2 * t), far_pa() + t, t, RW), MMU_OK);
    assert_int_equal(mmu_space_keep_sizes(world_space, at(t), 2 * t), MMU_OK);
    assert_int_equal(do_fold(at(t), t), MMU_BUSY);
    assert_int_equal(do_protect(at(t + 5 * p), p, MMU_UNCACHED | MMU_WRITE), MMU_OK); /* a leaf, whole */
    assert_int_equal(do_protect(at(t + 5 * p), p, RW), MMU_OK);
    assert_int_equal(judged(at(t + 5 * p)).size, p);
    if (!world_shape.no_break)
        assert_int_equal(do_protect(at(2 * t + 5 * p), p, MMU_UNCACHED | MMU_WRITE), MMU_BUSY);
    assert_int_equal(do_unmap(at(t), 2 * t), MMU_OK);
}

/* A block that only ends in the range is not of a group that is made. */
static void fold__begins_no_group_before_the_range(void **state)
{
    uint64_t t = table_span(), p = page(), pa = far_pa() & -(32 * t);

    (void)state;
    assert_int_equal(do_map(at(32 * t), pa, 32 * t, RW), MMU_OK);
    assert_int_equal(do_protect(at(33 * t), t, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(do_protect(at(33 * t), t, RW), MMU_OK);
    assert_false(judged(at(33 * t)).contiguous);
    assert_int_equal(mmu_space_keep(world_space, at(32 * t), p), MMU_OK);
    assert_int_equal(do_fold(at(32 * t + p), 32 * t), 0);
    assert_false(judged(at(33 * t)).contiguous);
    assert_int_equal(do_unmap(at(32 * t), 32 * t), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(map_pages__puts_each_page_where_it_belongs),
        CASE(map_pages__joins_neighbours),
        CASE(map_pages__looks_at_every_page),
        CASE(map_pages__refuses_as_map_does),
        CASE(map_pages__fails_cleanly_at_every_allocation),
        CASE(fold__undoes_a_split),
        CASE(fold__joins_pages_that_came_one_by_one),
        CASE(fold__needs_memory_that_is_aligned),
        CASE(fold__leaves_alone_what_is_kept),
        CASE(fold__leaves_alone_what_keeps_its_size),
        CASE(fold__begins_no_group_before_the_range),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
