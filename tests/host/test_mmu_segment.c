/* mmu_segment, for every format, size and half. */
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)
#define PA far_pa()

static void segment__is_the_longest_contiguous_run(void **state)
{
    uint64_t t = table_span(), p = page(), pa = 0;

    (void)state;
    assert_int_equal(do_map(at(t - 3 * p), PA - 3 * p, 3 * p, RW), MMU_OK);
    assert_int_equal(do_map(at(t), PA, t, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(do_map(at(2 * t), PA + t, 5 * p, MMU_UNCACHED), MMU_OK);
    assert_int_equal(do_map(at(2 * t + 5 * p), PA, p, RW), MMU_OK);
    assert_int_equal(do_map(at(2 * t + 7 * p), PA + 2 * p, p, RW), MMU_OK);
    assert_int_equal(mmu_segment(world_space, at(t - 3 * p), UINT64_MAX, &pa), t + 8 * p);
    assert_int_equal(pa, PA - 3 * p);
    assert_int_equal(mmu_segment(world_space, at(t - 3 * p) + 5, UINT64_MAX, &pa), t + 8 * p - 5);
    assert_int_equal(pa, PA - 3 * p + 5);
    assert_int_equal(mmu_segment(world_space, at(t + 12345), UINT64_MAX, &pa), t + 5 * p - 12345);
    assert_int_equal(mmu_segment(world_space, at(t - 3 * p), t, &pa), t);
    assert_int_equal(mmu_segment(world_space, at(t - p), p + 1, &pa), p + 1);
    assert_int_equal(mmu_segment(world_space, at(2 * t), 2 * p, &pa), 2 * p);
    assert_int_equal(mmu_segment(world_space, at(2 * t + 5 * p), UINT64_MAX, &pa), p);
    assert_int_equal(mmu_segment(world_space, at(2 * t + 5 * p) + 3, 7, &pa), 7);
    assert_int_equal(pa, PA + 3);
    assert_int_equal(mmu_segment(world_space, at(2 * t + 7 * p) + p - 1, UINT64_MAX, &pa), 1);
    assert_int_equal(pa, PA + 3 * p - 1);
    assert_int_equal(mmu_segment(world_space, at(t), 0, &pa), 0);
    assert_int_equal(mmu_segment(world_space, at(2 * t + 6 * p), UINT64_MAX, &pa), 0);
    assert_int_equal(do_tag(at(t - 3 * p), t + 11 * p, MMU_TAG_NONE, 0), MMU_OK);
}

/* The block's table is the one met last, so the table's entry behind it is what the shortest way looks at. */
static void segment__goes_on_from_a_block_into_a_table(void **state)
{
    uint64_t t = table_span(), p = page(), pa = 0;

    (void)state;
    assert_int_equal(do_map(at(t), PA, t + p, RW), MMU_OK);
    assert_int_equal(mmu_translate(world_space, at(t), &pa), MMU_OK);
    assert_int_equal(mmu_segment(world_space, at(t), UINT64_MAX, &pa), t + p);
    assert_int_equal(pa, PA);
    assert_int_equal(do_unmap(at(t), t + p), MMU_OK);
}

/* Its payload is the address that the run would go on with. */
static void segment__ends_before_a_tag(void **state)
{
    uint64_t t = table_span(), p = page(), pa = 0;

    (void)state;
    assert_int_equal(do_map(at(t), PA, 2 * p, RW), MMU_OK);
    assert_int_equal(do_tag(at(t + 2 * p), p, MMU_TAG_DEMAND, PA + 2 * p), MMU_OK);
    assert_int_equal(mmu_segment(world_space, at(t + p), UINT64_MAX, &pa), p);
    assert_int_equal(mmu_segment(world_space, at(t), UINT64_MAX, &pa), 2 * p);
    assert_int_equal(do_tag(at(t), 3 * p, MMU_TAG_NONE, 0), MMU_OK);
}

static void segment__ends_with_the_half(void **state)
{
    uint64_t t = table_span(), p = page(), pa = 0;

    (void)state;
    assert_int_equal(do_map(at(space_size() - t - p), PA - p, t + p, RW), MMU_OK);
    assert_int_equal(mmu_segment(world_space, at(space_size() - t - p), UINT64_MAX, &pa), t + p);
    assert_int_equal(mmu_segment(world_space, at(space_size() - 1), UINT64_MAX, &pa), 1);
    assert_int_equal(do_unmap(at(space_size() - t - p), t + p), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(segment__is_the_longest_contiguous_run),
        CASE(segment__goes_on_from_a_block_into_a_table),
        CASE(segment__ends_before_a_tag),
        CASE(segment__ends_with_the_half),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
