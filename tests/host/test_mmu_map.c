/* mmu_map, mmu_unmap, mmu_walk and what they leave, for every format, size and half. */
#include "mmu/space.h"
#include "tests/host/requests.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static const uint32_t attrs[] = {
    MMU_DEVICE_nGnRnE,
    MMU_DEVICE_nGnRE | MMU_WRITE,
    MMU_DEVICE_nGRE,
    MMU_DEVICE_GRE | MMU_WRITE | MMU_USER,
    MMU_UNCACHED | MMU_WRITE,
    MMU_UNCACHED | MMU_EXEC,
    MMU_WRITETHROUGH | MMU_USER,
    MMU_WRITETHROUGH | MMU_WRITE,
    MMU_WRITEBACK,
    MMU_WRITEBACK | MMU_WRITE,
    MMU_WRITEBACK | MMU_EXEC,
    MMU_WRITEBACK | MMU_USER,
    MMU_WRITEBACK | MMU_USER | MMU_WRITE,
    MMU_WRITEBACK | MMU_USER | MMU_EXEC,
};
#define ATTR_COUNT (sizeof attrs / sizeof attrs[0])

/* While a range comes or goes, a core sees it or does not; it never sees another address. */
static void sees_it_or_nothing(void *context, uint64_t va, const struct judge_leaf *seen)
{
    const struct request *request = context;

    if (seen->fault == JUDGE_NONE)
        assert_int_equal(seen->pa, request->pa + (va - request->va));
    else
        assert_int_equal(seen->fault, JUDGE_TRANSLATION);
}

static void watch(struct request *request)
{
    struct model_watch it = {.space = world_space,
                             .va = request->va,
                             .size = request->size,
                             .rate = request->size > 64 * page() ? 8 : 256,
                             .check = sees_it_or_nothing,
                             .context = request};

    model_watch(&it);
}

/* One in sixteen where there are many blocks. */
static void expect_leaves(const struct request *request)
{
    for (uint64_t va = request->va; va - request->va < request->size;) {
        uint64_t due = leaf_due(request, va);
        bool many = due != page() && request->size - (va - request->va) > 4 * due;

        if (!many || model_random() % 16 == 0)
            assert_int_equal(judged(va).size, due);
        va = (va & ~(due - 1)) + due;
    }
}

static void expect_neighbours_empty(const struct request *request)
{
    if (request->va != at(0))
        expect_unmapped(request->va - 1, MMU_TAG_NONE, 0);
    if (request->va - at(0) + request->size != space_size())
        expect_unmapped(request->va + request->size, MMU_TAG_NONE, 0);
}

static void map__translates_every_page_and_no_other(void **state)
{
    struct request list[REQUESTS_MAX];
    size_t count = requests(list);
    uint64_t before = snapshot();

    (void)state;
    for (size_t i = 0; i < count; i++) {
        uint32_t attr = attrs[i % ATTR_COUNT];

        watch(&list[i]);
        assert_int_equal(do_map(list[i].va, list[i].pa, list[i].size, attr), MMU_OK);
        model_watch(NULL);
        expect_range(list[i].va, list[i].pa, list[i].size, attr);
        expect_leaves(&list[i]);
        expect_neighbours_empty(&list[i]);
        expect_sound();
        watch(&list[i]);
        assert_int_equal(do_unmap(list[i].va, list[i].size), MMU_OK);
        model_watch(NULL);
        expect_empty(list[i].va, list[i].size);
        expect_sound();
        assert_int_equal(snapshot(), before);
    }
}

static void map__says_every_attribute_at_every_leaf_level(void **state)
{
    (void)state;
    for (size_t i = 0; i < ATTR_COUNT; i++)
        for (int level = 0; level < 4; level++) {
            uint64_t span = level == 3 ? page() : block_span(level);

            if (level < 3 && !has_block(level))
                continue;
            assert_int_equal(do_map(at(span), span, span, attrs[i]), MMU_OK);
            assert_int_equal(judged(at(span)).size, span);
            expect_mapped(at(span), span, attrs[i]);
            expect_mapped(at(span + span / 2), span + span / 2, attrs[i]);
            expect_mapped(at(2 * span - 4096), 2 * span - 4096, attrs[i]);
            assert_int_equal(do_unmap(at(span), span), MMU_OK);
        }
}

static void tables_needed__is_exact(void **state)
{
    struct request list[REQUESTS_MAX];
    size_t count = requests(list);

    (void)state;
    for (unsigned neighbour = 0; neighbour < 2; neighbour++)
        for (size_t i = 0; i < count; i++) {
            struct mmu_stats before, after;
            size_t needed;

            if (neighbour && list[i].va != at(0)) /* a page beside it: some tables are there already */
                assert_int_equal(do_map(list[i].va - page(), 2 * far_pa(), page(), RW), MMU_OK);
            mmu_get_stats(world_space, &before);
            needed = do_tables_needed(list[i].va, list[i].pa, list[i].size, RW);
            assert_int_equal(do_map(list[i].va, list[i].pa, list[i].size, RW), MMU_OK);
            mmu_get_stats(world_space, &after);
            assert_int_equal(after.tables - before.tables, needed);
            assert_int_equal(after.tables, tables_linked());
            assert_int_equal(do_tables_needed(list[i].va, list[i].pa, list[i].size, RW), 0);
            assert_int_equal(do_unmap(list[i].va, list[i].size), MMU_OK);
            if (neighbour && list[i].va != at(0))
                assert_int_equal(do_unmap(list[i].va - page(), page()), MMU_OK);
        }
}

/* Where empty_pool's pages lie */
static bool in_the_way(const struct request *request)
{
    uint64_t first = at(space_size() / 4 * 3), size = 32 * table_span();

    return request->va < first + size && first < request->va + request->size;
}

/* Pages far apart until the pool holds nothing: whatever is asked for next needs the backend. Returns how many. */
static unsigned empty_pool(void)
{
    struct mmu_stats stats;
    unsigned made = 0;

    for (mmu_get_stats(world_space, &stats); stats.pool_free; mmu_get_stats(world_space, &stats))
        assert_int_equal(do_map(at(space_size() / 4 * 3 + made++ * table_span()), page(), page(), RW), MMU_OK);
    return made;
}

static void map__fails_cleanly_at_every_allocation(void **state)
{
    struct request list[REQUESTS_MAX];
    size_t count = requests(list);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (in_the_way(&list[i]))
            continue;
        unsigned made = empty_pool(), refused = 0;
        uint64_t before = snapshot();
        int err = MMU_TABLES;
        size_t needed = do_tables_needed(list[i].va, list[i].pa, list[i].size, RW);
        struct mmu_stats was, is;

        mmu_get_stats(world_space, &was);
        for (size_t allowed = 0; err != MMU_OK; allowed += needed > 40 ? 37 : 1) {
            model_fail_after((long)allowed);
            err = do_map(list[i].va, list[i].pa, list[i].size, RW);
            model_fail_after(-1);
            if (err == MMU_OK)
                break;
            refused++;
            assert_int_equal(err, MMU_TABLES);
            mmu_get_stats(world_space, &is);
            assert_int_equal(is.tables, was.tables);
            assert_int_equal(is.pool_free, was.pool_free);
            assert_int_equal(snapshot(), before);
            expect_sound();
        }
        assert_int_equal(refused > 0, needed > 0);
        expect_range(list[i].va, list[i].pa, list[i].size, RW);
        assert_int_equal(do_unmap(list[i].va, list[i].size), MMU_OK);
        for (unsigned n = 0; n < made; n++)
            assert_int_equal(do_unmap(at(space_size() / 4 * 3 + n * table_span()), page()), MMU_OK);
    }
}

/* Scattered pages, each in a table of its own, until table memory runs out. */
static void map__fails_when_the_pool_is_empty(void **state)
{
    uint64_t before = 0, va = at(0);
    int err = MMU_OK;
    unsigned made = 0;

    (void)state;
    model_fail_after(0);
    for (; va - at(0) < space_size() - table_span(); va += table_span()) {
        before = snapshot();
        err = do_map(va, far_pa(), page(), RW);
        if (err != MMU_OK)
            break;
        made++;
    }
    assert_int_equal(err, MMU_TABLES);
    assert_int_equal(snapshot(), before);
    expect_sound();
    model_fail_after(-1);
    assert_int_equal(do_map(va, far_pa(), page(), RW), MMU_OK);
    expect_mapped(va, far_pa(), RW);
    for (unsigned i = 0; i <= made; i++)
        assert_int_equal(do_unmap(at(i * table_span()), page()), MMU_OK);
}

static void unmap__takes_what_it_is_told_and_leaves_the_rest(void **state)
{
    uint64_t va = at(table_span() - 8 * page()), pa = far_pa();

    (void)state;
    assert_int_equal(do_map(va, pa, 24 * page(), RW), MMU_OK);
    for (unsigned i = 1; i < 24; i += 2) {
        assert_int_equal(do_unmap(va + i * page(), page()), MMU_OK);
        expect_unmapped(va + i * page(), MMU_TAG_NONE, 0);
        expect_mapped(va + (i - 1) * page(), pa + (i - 1) * page(), RW);
    }
    for (unsigned i = 0; i < 24; i += 2)
        expect_mapped(va + i * page(), pa + i * page(), RW);
    for (unsigned i = 0; i < 24; i += 2)
        assert_int_equal(do_unmap(va + i * page(), page()), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void unmap__crosses_from_mapping_to_mapping(void **state)
{
    uint64_t t = table_span(), pa = far_pa();

    (void)state;
    assert_int_equal(do_map(at(t - 3 * page()), pa + 1 * page(), 3 * page(), RW), MMU_OK);
    assert_int_equal(do_map(at(t), pa, t, MMU_WRITEBACK | MMU_EXEC), MMU_OK);
    assert_int_equal(do_map(at(2 * t), pa + 7 * page(), t, MMU_UNCACHED), MMU_OK);
    assert_int_equal(do_map(at(3 * t), pa + 9 * page(), 5 * page(), RW), MMU_OK);
    assert_int_equal(do_unmap(at(t - 2 * page()), 2 * t + 4 * page()), MMU_OK);
    expect_mapped(at(t - 3 * page()), pa + page(), RW);
    expect_empty(at(t - 2 * page()), 2 * t + 4 * page());
    for (unsigned i = 2; i < 5; i++)
        expect_mapped(at(3 * t + i * page()), pa + (9 + i) * page(), RW);
    expect_sound();
    assert_int_equal(do_unmap(at(t - 3 * page()), page()), MMU_OK);
    assert_int_equal(do_unmap(at(3 * t + 2 * page()), 3 * page()), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

static void remap__is_seen_by_every_core(void **state)
{
    uint64_t va = at(table_span() + 3 * page());

    (void)state;
    for (uint64_t i = 1; i < 20; i++) {
        assert_int_equal(do_map(va, i * (far_pa() >> 4), page(), i & 1 ? RW : MMU_DEVICE_nGnRE), MMU_OK);
        expect_mapped(va, i * (far_pa() >> 4), i & 1 ? RW : MMU_DEVICE_nGnRE);
        assert_int_equal(do_unmap(va, page()), MMU_OK);
        expect_unmapped(va, MMU_TAG_NONE, 0);
    }
}

/* Pages and blocks take turns at one address: a table and a block replace each other, and tables are reused at once. */
static void tables__are_reused_without_being_seen(void **state)
{
    uint64_t t = table_span(), pa = far_pa();

    (void)state;
    for (unsigned i = 0; i < 12; i++) {
        uint64_t off = i & 1 ? page() : 0;

        assert_int_equal(do_map(at(t), pa + off, t, RW), MMU_OK);
        expect_range(at(t), pa + off, t, RW);
        assert_int_equal(do_map(at(3 * t), pa + 5 * page(), 3 * page(), RW), MMU_OK);
        assert_int_equal(do_unmap(at(t), t), MMU_OK);
        expect_empty(at(t), t);
        expect_range(at(3 * t), pa + 5 * page(), 3 * page(), RW);
        assert_int_equal(do_unmap(at(3 * t), 3 * page()), MMU_OK);
    }
}

static void stats__peak_remembers(void **state)
{
    struct mmu_stats stats;
    size_t peak;

    (void)state;
    mmu_get_stats(world_space, &stats);
    assert_int_equal(stats.tables, 1);
    assert_int_equal(do_map(at(table_span() - page()), page(), 2 * page(), RW), MMU_OK);
    mmu_get_stats(world_space, &stats);
    peak = stats.tables;
    assert_int_equal(stats.tables_peak, peak);
    assert_int_equal(do_unmap(at(table_span() - page()), 2 * page()), MMU_OK);
    mmu_get_stats(world_space, &stats);
    assert_int_equal(stats.tables, 1);
    assert_int_equal(stats.tables_peak, peak);
}

/* The owner's MMU_PAGES: single pages of the range can change later. */
static void map__makes_pages_only_when_told(void **state)
{
    uint64_t t = table_span(), pa = far_pa();

    (void)state;
    assert_int_equal(do_tables_needed(at(t), pa, 2 * t, RW | MMU_PAGES) - do_tables_needed(at(t), pa, 2 * t, RW), 2);
    assert_int_equal(do_map(at(t), pa, 2 * t, RW | MMU_PAGES), MMU_OK);
    expect_range(at(t), pa, 2 * t, RW);
    assert_int_equal(judged(at(t)).size, page());
    assert_int_equal(do_protect(at(t + page()), page(), MMU_UNCACHED), MMU_OK);
    expect_mapped(at(t), pa, RW);
    expect_mapped(at(t + page()), pa + page(), MMU_UNCACHED);
    assert_int_equal(do_unmap(at(t), 2 * t), MMU_OK);
}

/* Everything the half can hold, its first and last byte included. */
static void map__fills_the_whole_space(void **state)
{
    uint64_t span = has_block(1) ? block_span(1) : table_span();

    (void)state;
    if (space_size() / span > 32768)
        return; /* minutes, and the same code as in the smaller spaces */
    assert_int_equal(do_map(at(0), 0, space_size(), RW), MMU_OK);
    expect_mapped(at(0), 0, RW);
    expect_mapped(at(space_size() / 2), space_size() / 2, RW);
    expect_mapped(at(space_size() - 4096), space_size() - 4096, RW);
    assert_int_equal(judged(at(space_size() - 1)).size, span);
    uint64_t pa;
    assert_int_equal(mmu_segment(world_space, at(5), UINT64_MAX, &pa), space_size() - 5);
    assert_int_equal(do_unmap(at(0), space_size()), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* One sequence a call: map publishes once and invalidates nothing, unmap invalidates once. */
static void calls__use_one_sequence(void **state)
{
    struct model_counts a = model_counts(), b;
    uint64_t t = table_span();

    (void)state;
    assert_int_equal(do_map(at(t - page()), page(), t + 2 * page(), RW), MMU_OK);
    b = model_counts();
    assert_int_equal(b.publishes - a.publishes, 1);
    assert_int_equal(b.invalidates - a.invalidates, 0);
    assert_int_equal(do_unmap(at(t - page()), t + 2 * page()), MMU_OK);
    a = model_counts();
    assert_int_equal(a.invalidates - b.invalidates, 1);
    assert_int_equal(a.publishes - b.publishes, 0);
    assert_int_equal(a.cleans, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(map__translates_every_page_and_no_other),
        CASE(map__says_every_attribute_at_every_leaf_level),
        CASE(tables_needed__is_exact),
        CASE(map__fails_cleanly_at_every_allocation),
        CASE(map__fails_when_the_pool_is_empty),
        CASE(unmap__takes_what_it_is_told_and_leaves_the_rest),
        CASE(unmap__crosses_from_mapping_to_mapping),
        CASE(remap__is_seen_by_every_core),
        CASE(tables__are_reused_without_being_seen),
        CASE(stats__peak_remembers),
        CASE(map__makes_pages_only_when_told),
        CASE(map__fills_the_whole_space),
        CASE(calls__use_one_sequence),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
