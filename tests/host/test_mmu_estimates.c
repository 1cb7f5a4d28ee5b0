/* mmu_tables_max, mmu_conflicts and mmu_space_adopt, for every format, size and half. */
#include "mmu/format.h"
#include "mmu/space.h"
#include "tests/host/requests.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static size_t most(uint64_t size)
{
    return mmu_tables_max(world_shape.format, world_shape.va_bits, size);
}

static void tables_max__is_never_less_than_needed(void **state)
{
    struct request list[REQUESTS_MAX];
    size_t count = requests(list);

    (void)state;
    for (size_t i = 0; i < count; i++)
        assert_true(do_tables_needed(list[i].va, list[i].pa, list[i].size, RW) <= most(list[i].size));
    for (unsigned i = 0; i < 300; i++) {
        uint64_t size = (1 + model_random() % (3 * table_span() / page())) * page();
        uint64_t off = model_random() % ((space_size() - size) / page()) * page();

        assert_true(do_tables_needed(at(off), far_pa() + model_random() % 64 * page(), size, RW) <= most(size));
    }
}

/* Requests over the middle of the half need that many. */
static void tables_max__is_reached(void **state)
{
    uint64_t middle = space_size() / 2, p = page(), t = table_span();

    (void)state;
    assert_int_equal(most(0), 0);
    assert_int_equal(do_tables_needed(at(middle), far_pa(), p, RW), most(p));
    assert_int_equal(do_tables_needed(at(middle - p), far_pa(), 2 * p, RW), most(2 * p));
    assert_int_equal(do_tables_needed(at(middle - p), far_pa(), t + p, RW), most(t + p));
    assert_int_equal(do_tables_needed(at(middle - p), far_pa() + p, t + 2 * p, RW), most(t + 2 * p));
}

struct found {
    unsigned count;
    struct mmu_range last;
};

static int note(void *context, const struct mmu_range *range)
{
    struct found *found = context;

    found->count++;
    found->last = *range;
    return found->count == 2 ? 77 : 0;
}

static int conflicts(uint64_t pa, uint64_t size, uint32_t attr, struct found *found)
{
    struct mmu_range wanted = {.pa = pa, .size = size, .attr = attr};

    *found = (struct found){0};
    return mmu_conflicts(world_space, &wanted, note, found);
}

static void conflicts__are_other_types_of_the_same_memory(void **state)
{
    uint64_t p = page(), pa = far_pa();
    struct found found;

    (void)state;
    assert_int_equal(do_map(at(8 * p), pa + p, 8 * p, RW), MMU_OK);
    assert_int_equal(conflicts(pa, 16 * p, MMU_WRITEBACK, &found), 0);
    assert_int_equal(found.count, 0);
    assert_int_equal(conflicts(pa + 3 * p, 2 * p, MMU_UNCACHED, &found), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.last.va, at(10 * p));
    assert_int_equal(found.last.pa, pa + 3 * p);
    assert_int_equal(found.last.size, 2 * p);
    assert_int_equal(conflicts(pa, p, MMU_UNCACHED, &found), 0);
    assert_int_equal(conflicts(pa + 9 * p, p, MMU_UNCACHED, &found), 0);
    assert_int_equal(found.count, 0);
    assert_int_equal(do_tag(at(32 * p), p, MMU_TAG_DEMAND, (pa + p) & 0xfffffffff000), MMU_OK);
    assert_int_equal(do_map(at(40 * p), pa + 2 * p, p, MMU_WRITETHROUGH), MMU_OK);
    assert_int_equal(conflicts(pa + p, 100 * p, MMU_UNCACHED, &found), 77); /* visit's wish to stop */
    assert_int_equal(found.last.va, at(40 * p));
    assert_int_equal(do_tag(at(0), 64 * p, MMU_TAG_NONE, 0), MMU_OK);
}

/* A tree that another space has built. */
static void adopt__counts_a_tree_as_its_builder_did(void **state)
{
    struct mmu_tree tree = {mmu_space_root(world_space), world_shape.va_bits};
    struct mmu_space adopted;
    struct mmu_stats was, is;
    struct mmu_leaf leaf;
    uint64_t t = table_span(), p = page(), pa = 0;
    unsigned flags = world_shape.high ? MMU_SPACE_HIGH : 0;

    (void)state;
    assert_int_equal(do_map(at(t - 3 * p), far_pa() - 3 * p, t + 5 * p, RW), MMU_OK);
    assert_int_equal(do_map(at(space_size() - p), far_pa(), p, RW), MMU_OK);
    assert_int_equal(do_tag(at(8 * t), p, MMU_TAG_GUARD, 0), MMU_OK);
    assert_int_equal(do_tag(at(10 * t), 2 * t, MMU_TAG_DEMAND, 0x5000), MMU_OK);
    mmu_get_stats(world_space, &was);
    assert_int_equal(mmu_space_adopt(&adopted, world_shape.format, &tree, &model_backend, flags | MMU_SPACE_TAGS),
                     MMU_OK);
    mmu_get_stats(&adopted, &is);
    assert_int_equal(is.tables, was.tables);
    assert_int_equal(mmu_space_root(&adopted), tree.root);
    assert_int_equal(adopted.root, world_space->root); /* the counts */
    assert_int_equal(mmu_translate(&adopted, at(t + p), &pa), MMU_OK);
    assert_int_equal(pa, far_pa() + p);
    assert_int_equal(mmu_walk(&adopted, at(8 * t), &leaf), MMU_NOT_MAPPED);
    assert_int_equal(leaf.tag, MMU_TAG_GUARD);
    assert_int_equal(mmu_walk(&adopted, at(11 * t), &leaf), MMU_NOT_MAPPED);
    assert_true(leaf.tag == MMU_TAG_DEMAND && leaf.pa == 0x5000);
    /* The world goes on with its own view, which the other has left as it was. */
    expect_range(at(t - 3 * p), far_pa() - 3 * p, t + 5 * p, RW);
    expect_unmapped(at(8 * t), MMU_TAG_GUARD, 0);
    assert_int_equal(mmu_space_adopt(&adopted, world_shape.format, &tree, &model_backend, flags), MMU_OK);
    expect_unmapped(at(8 * t), MMU_TAG_NONE, 0); /* whoever does not ask for tags knows none */
    assert_int_equal(do_tag(at(0), space_size(), MMU_TAG_NONE, 0), MMU_OK);
    tree.root++;
    assert_int_equal(mmu_space_adopt(&adopted, world_shape.format, &tree, &model_backend, flags), MMU_RANGE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(tables_max__is_never_less_than_needed),
        CASE(tables_max__is_reached),
        CASE(adopt__counts_a_tree_as_its_builder_did),
        CASE(conflicts__are_other_types_of_the_same_memory),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
