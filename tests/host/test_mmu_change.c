/* mmu_protect, mmu_tag and mmu_dump, for every format, size and half. */
#include "mmu/small.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)
#define PA far_pa()

static const uint32_t attrs[] = {
    MMU_WRITEBACK | MMU_WRITE,
    MMU_WRITEBACK,
    MMU_WRITEBACK | MMU_EXEC,
    MMU_WRITEBACK | MMU_USER,
    MMU_WRITEBACK | MMU_USER | MMU_WRITE,
    MMU_UNCACHED | MMU_WRITE,
    MMU_WRITETHROUGH,
    MMU_DEVICE_nGnRnE | MMU_WRITE,
    MMU_DEVICE_GRE,
    MMU_DEVICE_nGRE | MMU_USER,
};
#define ATTR_COUNT (sizeof attrs / sizeof attrs[0])

/* Under a change of permissions or type the page stays where it is; at most it is away for a moment. */
static void sees_the_page_or_nothing(void *context, uint64_t va, const struct judge_leaf *seen)
{
    const struct mmu_range *range = context;

    if (seen->fault == JUDGE_NONE)
        assert_int_equal(seen->pa, range->pa + (va - range->va));
}

static void protect__changes_every_attribute_into_every_other(void **state)
{
    struct mmu_range range = {.va = at(table_span() - 2 * page()), .pa = PA + 5 * page(), .size = 5 * page()};
    struct model_watch watch = {.space = world_space,
                                .va = range.va,
                                .size = range.size,
                                .rate = 512,
                                .check = sees_the_page_or_nothing,
                                .context = &range};

    (void)state;
    assert_int_equal(do_map(range.va, range.pa, range.size, attrs[0]), MMU_OK);
    model_watch(&watch);
    for (size_t i = 0; i < ATTR_COUNT; i++)
        for (size_t j = 0; j < ATTR_COUNT; j++) {
            assert_int_equal(do_protect(range.va, range.size, attrs[i]), MMU_OK);
            expect_range(range.va, range.pa, range.size, attrs[i]);
            assert_int_equal(do_protect(range.va, range.size, attrs[j]), MMU_OK);
            expect_range(range.va, range.pa, range.size, attrs[j]);
        }
    model_watch(NULL);
    assert_int_equal(do_unmap(range.va, range.size), MMU_OK);
}

static void protect__changes_a_part_and_leaves_the_rest(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t - 4 * p), PA + t - 4 * p, t + 8 * p, RW), MMU_OK); /* pages, a block, pages */
    assert_int_equal(do_protect(at(t - 2 * p), t + 3 * p, MMU_WRITEBACK), MMU_OK);
    expect_range(at(t - 4 * p), PA + t - 4 * p, 2 * p, RW);
    expect_range(at(t - 2 * p), PA + t - 2 * p, t + 3 * p, MMU_WRITEBACK);
    expect_range(at(2 * t + p), PA + 2 * t + p, 3 * p, RW);
    assert_int_equal(do_protect(at(t - 3 * p), t + 5 * p, MMU_UNCACHED | MMU_WRITE), MMU_OK);
    expect_range(at(t - 4 * p), PA + t - 4 * p, p, RW);
    expect_range(at(t - 3 * p), PA + t - 3 * p, t + 5 * p, MMU_UNCACHED | MMU_WRITE);
    expect_range(at(2 * t + 2 * p), PA + 2 * t + 2 * p, 2 * p, RW);
    assert_int_equal(judged(at(t)).size, t);
    expect_sound();
    assert_int_equal(do_unmap(at(t - 4 * p), t + 8 * p), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* Small code leaves the hint out. */
static void expect_hint(int level)
{
    assert_int_equal(model_last_flush().level, SMALL ? 0 : level);
}

/* What was of one level goes by that level (the model takes the walkers' word for it); what was not, by none. */
static void leaves_of_one_level__are_invalidated_by_it(void **state)
{
    uint64_t t = table_span(), p = page();
    struct mmu_leaf leaf;

    (void)state;
    assert_int_equal(do_map(at(t), PA, 3 * t, RW), MMU_OK);         /* blocks */
    assert_int_equal(do_map(at(4 * t), PA + p, 3 * p, RW), MMU_OK); /* pages */
    assert_int_equal(do_protect(at(4 * t), 2 * p, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(mmu_walk(world_space, at(4 * t), &leaf), MMU_OK);
    expect_hint(leaf.level);
    assert_int_equal(do_unmap(at(4 * t), p), MMU_OK);
    expect_hint(leaf.level);
    assert_int_equal(do_protect(at(t), t, MMU_WRITEBACK), MMU_OK);
    expect_hint(leaf.level - 1);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
    expect_hint(leaf.level - 1);
    assert_int_equal(do_unmap(at(4 * t - p), p), MMU_OK); /* a block breaks, or pages take its place */
    expect_hint(world_shape.no_break ? 0 : leaf.level - 1);
    assert_int_equal(do_unmap(at(2 * t + p), t), MMU_OK); /* a block breaks, pages go */
    expect_hint(0);
}

static void protect__reaches_mappings_with_different_attributes(void **state)
{
    uint64_t va = at(3 * page());

    (void)state;
    for (unsigned i = 0; i < ATTR_COUNT; i++)
        assert_int_equal(do_map(va + i * page(), PA + 2 * i * page(), page(), attrs[i]), MMU_OK);
    assert_int_equal(do_protect(va, ATTR_COUNT * page(), MMU_UNCACHED), MMU_OK);
    for (unsigned i = 0; i < ATTR_COUNT; i++)
        expect_mapped(va + i * page(), PA + 2 * i * page(), MMU_UNCACHED);
    assert_int_equal(do_unmap(va, ATTR_COUNT * page()), MMU_OK);
}

static void protect__to_the_same_does_nothing(void **state)
{
    uint64_t before;

    (void)state;
    assert_int_equal(do_map(at(0), PA + page(), 4 * page(), RW), MMU_OK);
    before = snapshot();
    assert_int_equal(do_protect(at(0), 4 * page(), RW), MMU_OK);
    assert_int_equal(snapshot(), before);
    assert_int_equal(do_unmap(at(0), 4 * page()), MMU_OK);
}

static void protect__out_of_a_cacheable_type_cleans_once_a_run(void **state)
{
    struct model_counts before, after;

    (void)state;
    assert_int_equal(do_map(at(0), PA + page(), 4 * page(), RW), MMU_OK);
    before = model_counts();
    assert_int_equal(do_protect(at(0), 4 * page(), MMU_WRITEBACK), MMU_OK);
    after = model_counts();
    assert_int_equal(after.cleans, before.cleans);
    assert_int_equal(after.invalidates - before.invalidates, 1);
    assert_int_equal(do_protect(at(0), 4 * page(), MMU_DEVICE_GRE), MMU_OK);
    assert_true(model_counts().cleans > after.cleans);
    assert_int_equal(do_unmap(at(0), 4 * page()), MMU_OK);
}

static void permissions__of_a_part_clean_nothing(void **state)
{
    size_t before = model_counts().cleans;

    (void)state;
    assert_int_equal(do_map(at(0), PA, 2 * table_span(), RW), MMU_OK);
    assert_int_equal(do_protect(at(3 * page()), table_span(), MMU_WRITEBACK), MMU_OK);
    assert_int_equal(model_counts().cleans, before);
    assert_int_equal(do_protect(at(4 * page()), page(), MMU_UNCACHED | MMU_WRITE), MMU_OK);
    assert_int_equal(model_counts().cleans, before + 1);
    assert_int_equal(do_unmap(at(0), 2 * table_span()), MMU_OK);
}

static void tag__stands_where_it_was_put(void **state)
{
    uint64_t t = table_span(), p = page(), va = at(t - 2 * p);

    (void)state;
    for (unsigned tag = MMU_TAG_GUARD; tag <= MMU_TAG_BUSY; tag++) {
        uint64_t payload = ((UINT64_C(0x123456789) + tag) << 12) & (4 * far_pa() - 1);

        assert_int_equal(do_tag(va, 5 * p, tag, payload), MMU_OK);
        for (unsigned i = 0; i < 5; i++)
            expect_unmapped(va + i * p + 17, tag, payload);
        expect_unmapped(va - p, MMU_TAG_NONE, 0);
        expect_unmapped(va + 5 * p, MMU_TAG_NONE, 0);
        assert_int_equal(do_tag(va + p, p, MMU_TAG_RESERVED, 0), MMU_OK);
        expect_unmapped(va, tag, payload);
        expect_unmapped(va + p, MMU_TAG_RESERVED, 0);
        expect_unmapped(va + 2 * p, tag, payload);
        assert_int_equal(do_tag(va, 5 * p, MMU_TAG_NONE, 0), MMU_OK);
        expect_empty(va, 5 * p);
        assert_int_equal(tables_linked(), 1);
    }
}

static void tag__carries_any_payload(void **state)
{
    (void)state;
    for (unsigned bit = 12; UINT64_C(1) << bit < 4 * far_pa(); bit++) {
        assert_int_equal(do_tag(at(page()), page(), MMU_TAG_DEMAND, UINT64_C(1) << bit), MMU_OK);
        expect_unmapped(at(page()), MMU_TAG_DEMAND, UINT64_C(1) << bit);
    }
    assert_int_equal(do_tag(at(page()), page(), MMU_TAG_NONE, 0), MMU_OK);
}

static void tag__takes_mapped_pages_away(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t - 4 * p), PA + t - 4 * p, t + 8 * p, RW), MMU_OK);
    assert_int_equal(do_tag(at(t - 2 * p), t + 4 * p, MMU_TAG_BLOCKED, 0x5000), MMU_OK);
    expect_range(at(t - 4 * p), PA + t - 4 * p, 2 * p, RW);
    for (uint64_t offset = 0; offset < t + 4 * p; offset += offset == 3 * p ? t / 2 : p)
        expect_unmapped(at(t - 2 * p + offset), MMU_TAG_BLOCKED, 0x5000);
    expect_range(at(2 * t + 2 * p), PA + 2 * t + 2 * p, 2 * p, RW);
    assert_int_equal(do_tag(at(t - 4 * p), t + 8 * p, MMU_TAG_NONE, 0), MMU_OK);
    expect_empty(at(t - 4 * p), t + 8 * p);
    assert_int_equal(tables_linked(), 1);
}

static void tag__over_nothing_and_everything_empties(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_tag(at(0), 2 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
    assert_int_equal(do_map(at(p), PA, 3 * p, RW), MMU_OK);
    assert_int_equal(do_map(at(t), PA, t, RW), MMU_OK);
    assert_int_equal(do_tag(at(2 * t + 5 * p), p, MMU_TAG_GUARD, 0), MMU_OK);
    assert_int_equal(do_tag(at(0), 4 * t, MMU_TAG_NONE, 0), MMU_OK);
    expect_empty(at(0), 4 * t);
    assert_int_equal(tables_linked(), 1);
}

static void tag__of_a_block_is_split(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_tag(at(t), t, MMU_TAG_GUARD, 0x3000), MMU_OK);
    assert_int_equal(do_tag(at(t + p), t - p, MMU_TAG_NONE, 0), MMU_OK);
    expect_unmapped(at(t), MMU_TAG_GUARD, 0x3000);
    expect_empty(at(t + p), t - p);
    assert_int_equal(do_tag(at(t), p, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* Entries of the topmost tables go with all that is below them. */
static void tag__takes_whole_trees_away(void **state)
{
    uint64_t half = space_size() / 2;

    (void)state;
    assert_int_equal(do_map(at(half - page()), PA, 2 * page(), RW), MMU_OK);
    assert_int_equal(do_map(at(half + table_span() * 5), PA, 2 * page(), RW), MMU_OK);
    model_fail_after(0); /* nothing that goes takes a table */
    assert_int_equal(do_tag(at(half), half, MMU_TAG_NONE, 0), MMU_OK);
    model_fail_after(-1);
    expect_mapped(at(half - page()), PA, RW);
    expect_unmapped(at(half), MMU_TAG_NONE, 0);
    expect_unmapped(at(half + table_span() * 5), MMU_TAG_NONE, 0);
    expect_sound();
    assert_int_equal(do_tag(at(0), space_size(), MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

/* The teardown destroys a space that is in use: it must get every table back. */
static void destroy__gives_back_every_table(void **state)
{
    (void)state;
    assert_int_equal(do_map(at(table_span() - page()), PA, table_span() + 2 * page(), RW), MMU_OK);
    assert_int_equal(do_tag(at(space_size() - page()), page(), MMU_TAG_GUARD, 0), MMU_OK);
}

static void tag__fails_cleanly_at_every_allocation(void **state)
{
    uint64_t t = table_span(), p = page(), before = snapshot();
    int err = MMU_TABLES;

    (void)state;
    for (unsigned i = 0; i < 12; i++) /* use up the pool */
        assert_int_equal(do_map(at(8 * t + 2 * i * t), PA, p, RW), MMU_OK);
    before = snapshot();
    for (long allowed = 0; err != MMU_OK && allowed < 50; allowed++) {
        model_fail_after(allowed);
        err = do_tag(at(t - p), 2 * p, MMU_TAG_GUARD, 0);
        model_fail_after(-1);
        assert_true(err == MMU_OK || err == MMU_TABLES);
        if (err != MMU_OK)
            assert_int_equal(snapshot(), before);
        expect_sound();
    }
    assert_int_equal(err, MMU_OK);
    expect_unmapped(at(t - p), MMU_TAG_GUARD, 0);
    expect_unmapped(at(t), MMU_TAG_GUARD, 0);
    assert_int_equal(do_tag(at(0), 40 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

struct dumped {
    struct mmu_range range[16];
    struct mmu_leaf first[16];
    size_t count, stop_at;
};

static int take_down(void *context, const struct mmu_range *range, const struct mmu_leaf *first)
{
    struct dumped *dumped = context;

    assert_true(dumped->count < 16);
    dumped->range[dumped->count] = *range;
    dumped->first[dumped->count++] = *first;
    return dumped->count == dumped->stop_at ? 42 : 0;
}

static void dump__merges_what_belongs_together(void **state)
{
    uint64_t t = table_span(), p = page();
    struct dumped all = {.count = 0}, some = {.stop_at = 2};

    (void)state;
    assert_int_equal(mmu_dump(world_space, take_down, &all), 0);
    assert_int_equal(all.count, 0);
    assert_int_equal(do_map(at(t - 2 * p), PA - 2 * p, 2 * p, RW), MMU_OK);
    assert_int_equal(do_map(at(t), PA, t, RW), MMU_OK);
    assert_int_equal(do_map(at(2 * t), PA + t, 3 * p, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(do_tag(at(2 * t + 3 * p), 2 * p, MMU_TAG_GUARD, 0), MMU_OK);
    assert_int_equal(do_map(at(space_size() - 2 * p), PA, 2 * p, RW), MMU_OK);
    assert_int_equal(mmu_dump(world_space, take_down, &all), 0);
    assert_true(all.count >= 4);
    assert_int_equal(all.range[0].va, at(t - 2 * p));
    assert_int_equal(all.range[0].pa, PA - 2 * p);
    assert_int_equal(all.range[0].attr, RW);
    assert_int_equal(all.range[all.count - 1].va, at(space_size() - 2 * p));
    assert_int_equal(all.range[all.count - 1].size, 2 * p);
    for (size_t i = 1; i < all.count; i++)
        assert_true(all.range[i].va >= all.range[i - 1].va + all.range[i - 1].size);
    uint64_t mapped = 0;
    for (size_t i = 0; i < all.count; i++)
        mapped += all.first[i].tag ? 0 : all.range[i].size;
    assert_int_equal(mapped, t + 7 * p);
    assert_int_equal(mmu_dump(world_space, take_down, &some), 42);
    assert_int_equal(some.count, 2);
    assert_int_equal(do_tag(at(0), 4 * t, MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(do_unmap(at(space_size() - 2 * p), 2 * p), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(protect__changes_every_attribute_into_every_other),
        CASE(protect__changes_a_part_and_leaves_the_rest),
        CASE(leaves_of_one_level__are_invalidated_by_it),
        CASE(protect__reaches_mappings_with_different_attributes),
        CASE(protect__to_the_same_does_nothing),
        CASE(protect__out_of_a_cacheable_type_cleans_once_a_run),
        CASE(permissions__of_a_part_clean_nothing),
        CASE(tag__stands_where_it_was_put),
        CASE(tag__carries_any_payload),
        CASE(tag__takes_mapped_pages_away),
        CASE(tag__over_nothing_and_everything_empties),
        CASE(tag__of_a_block_is_split),
        CASE(tag__takes_whole_trees_away),
        CASE(destroy__gives_back_every_table),
        CASE(tag__fails_cleanly_at_every_allocation),
        CASE(dump__merges_what_belongs_together),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
