/* mmu_map_pages, for every format, size and half. */
#include <stdlib.h>

#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static int do_map_pages(uint64_t va, const uint64_t *pages, size_t count, uint32_t attr)
{
    int err = mmu_map_pages(world_space, va, pages, count, attr);

    model_settle();
    expect_no_breach();
    return err;
}

static uint64_t *new_pages(size_t count)
{
    uint64_t *pages = calloc(count, sizeof *pages);

    assert_non_null(pages);
    return pages;
}

/* No two of them side by side. */
static uint64_t *scattered(size_t count)
{
    uint64_t *pages = new_pages(count);

    for (size_t i = 0; i < count; i++)
        pages[i] = far_pa() + (i * 7919 % 8192) * 2 * page();
    return pages;
}

static void expect_pages(uint64_t va, const uint64_t *pages, size_t count, uint32_t attr)
{
    for (size_t i = 0; i < count; i++)
        if (count < 64 || i % 37 == 0 || i == count - 1)
            expect_mapped(va + i * page(), pages[i], attr);
}

static void scattered_pages__are_mapped_each_to_its_own(void **state)
{
    size_t counts[] = {1, 3, 17, 100, (size_t)(table_span() / page()) + 5};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t count = counts[i] < 4096 ? counts[i] : 4096;
        uint64_t *pages = scattered(count), va = at(table_span() - 3 * page());

        assert_int_equal(do_map_pages(va, pages, count, RW), MMU_OK);
        expect_pages(va, pages, count, RW);
        expect_unmapped(va - 1, MMU_TAG_NONE, 0);
        expect_unmapped(va + count * page(), MMU_TAG_NONE, 0);
        expect_sound();
        assert_int_equal(do_map_pages(va + (count - 1) * page(), pages, 1, RW), MMU_OVERLAP);
        assert_int_equal(do_unmap(va, count * page()), MMU_OK);
        assert_int_equal(tables_linked(), 1);
        free(pages);
    }
}

/* Pages before, a block's worth in a row, pages after. */
static void adjacent_pages__become_a_block(void **state)
{
    size_t block = (size_t)(table_span() / page()), count = block + 7;
    uint64_t *pages = new_pages(count), va = at(2 * table_span() - 4 * page());

    (void)state;
    for (size_t i = 0; i < count; i++)
        pages[i] = far_pa() + (i >= 4 && i < 4 + block ? table_span() + (i - 4) * page() : (i + block) * 3 * page());
    assert_int_equal(do_map_pages(va, pages, count, MMU_UNCACHED), MMU_OK);
    expect_pages(va, pages, count, MMU_UNCACHED);
    assert_int_equal(judged(at(2 * table_span())).size, table_span());
    expect_sound();
    assert_int_equal(do_unmap(va, count * page()), MMU_OK);
    pages[4 + block / 2] += page(); /* one astray: no block */
    assert_int_equal(do_map_pages(va, pages, count, MMU_UNCACHED), MMU_OK);
    expect_pages(va, pages, count, MMU_UNCACHED);
    expect_mapped(at(2 * table_span()) + block / 2 * page(), pages[4 + block / 2], MMU_UNCACHED);
    assert_int_equal(judged(at(2 * table_span())).size, page());
    assert_int_equal(do_unmap(va, count * page()), MMU_OK);
    free(pages);
}

static void adjacent_pages__that_are_not_aligned_stay_pages(void **state)
{
    size_t count = (size_t)(table_span() / page());
    uint64_t *pages = new_pages(count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        pages[i] = far_pa() + (i + 1) * page();
    assert_int_equal(do_map_pages(at(table_span()), pages, count, RW), MMU_OK);
    expect_pages(at(table_span()), pages, count, RW);
    assert_int_equal(judged(at(table_span())).size, page());
    assert_int_equal(do_unmap(at(table_span()), count * page()), MMU_OK);
    free(pages);
}

static void groups__are_marked_where_pages_allow(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    size_t group = (size_t)judge_group(&regime, 3), count = 3 * group;
    uint64_t *pages = new_pages(count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        pages[i] = far_pa() + (i / group == 1 ? i : 4 * count + 2 * i) * page();
    assert_int_equal(do_map_pages(at(0), pages, count, RW), MMU_OK);
    expect_pages(at(0), pages, count, RW);
    assert_false(judged(at(0)).contiguous);
    assert_true(judged(at(group * page())).contiguous);
    assert_true(judged(at((2 * group - 1) * page())).contiguous);
    assert_false(judged(at(2 * group * page())).contiguous);
    assert_int_equal(do_unmap(at(0), count * page()), MMU_OK);
    free(pages);
}

static void bad_requests__are_refused_and_change_nothing(void **state)
{
    uint64_t *pages = scattered(8), before = snapshot();

    (void)state;
    assert_int_equal(do_map_pages(at(0), pages, 0, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(at(0) + 1, pages, 8, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(at(space_size() - 7 * page()), pages, 8, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(at(0), pages, SIZE_MAX, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(at(0), pages, SIZE_MAX / page() + 2, RW), MMU_RANGE);
    assert_int_equal(do_map_pages(at(0), pages, 8, RW | 0x80), MMU_ATTR);
    pages[5] += 8;
    assert_int_equal(do_map_pages(at(0), pages, 8, RW), MMU_RANGE);
    pages[5] = UINT64_C(1) << 62;
    assert_int_equal(do_map_pages(at(0), pages, 8, RW), MMU_RANGE);
    assert_int_equal(snapshot(), before);
    free(pages);
}

static void map_pages__fails_cleanly_at_every_allocation(void **state)
{
    uint64_t *pages = scattered(12), va = at(2 * table_span() - 6 * page()), before;
    int err = MMU_TABLES;

    (void)state;
    for (unsigned i = 0; i < 12; i++) /* use up the pool */
        assert_int_equal(do_map(at((4 + 2 * i) * table_span()), far_pa(), page(), RW), MMU_OK);
    before = snapshot();
    for (long allowed = 0; err != MMU_OK && allowed < 50; allowed++) {
        model_fail_after(allowed);
        err = do_map_pages(va, pages, 12, RW);
        model_fail_after(-1);
        assert_true(err == MMU_OK || err == MMU_TABLES);
        if (err != MMU_OK)
            assert_int_equal(snapshot(), before);
        expect_sound();
    }
    expect_pages(va, pages, 12, RW);
    assert_int_equal(do_tag(at(0), 32 * table_span(), MMU_TAG_NONE, 0), MMU_OK);
    free(pages);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(scattered_pages__are_mapped_each_to_its_own),     CASE(adjacent_pages__become_a_block),
        CASE(adjacent_pages__that_are_not_aligned_stay_pages), CASE(groups__are_marked_where_pages_allow),
        CASE(bad_requests__are_refused_and_change_nothing),    CASE(map_pages__fails_cleanly_at_every_allocation),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
