/* The allocator of virtual ranges, alone. */
#include <stdlib.h>
#include <string.h>

#include "iomem/region.h"
#include "tests/host/port_host.h"

#define MIN UINT64_C(0x100000)
#define MAX UINT64_C(0x4000000000)

static struct region_space space;

static int open_space(void **state)
{
    (void)state;
    region_space_init(&space, MIN, MAX);
    return 0;
}

/* Regions and gaps follow one another without overlap, and their sums are the statistics. */
static void expect_whole(void)
{
    uint64_t at = space.min;
    size_t count = 0;

    for (struct region *region = &space.edge; region; region = region->next) {
        assert_true(region->va == at);
        at += region->size + region->gap;
        count += region != &space.edge;
    }
    assert_true(at == space.max);
    assert_int_equal(count, space.count);
}

static void anywhere__is_inside_and_page_aligned_and_never_0(void **state)
{
    struct region one, two;

    (void)state;
    region_space_init(&space, 0, MAX);
    assert_true(region_alloc(&space, &one, HOST_PAGE, HOST_PAGE, 0));
    assert_true(region_alloc(&space, &two, 5 * HOST_PAGE, 1, 0));
    assert_true(one.va != 0 && one.va % HOST_PAGE == 0 && two.va % HOST_PAGE == 0);
    assert_true(one.va + one.size <= two.va || two.va + two.size <= one.va);
    assert_int_equal(space.count, 2);
    expect_whole();
}

static void anywhere__keeps_alignment_and_phase(void **state)
{
    struct region regions[64];

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        uint64_t align = HOST_PAGE << (i % 19), phase = (i * 7 % 16) * HOST_PAGE & (align - 1);

        assert_true(region_alloc(&space, &regions[i], (1 + i) * HOST_PAGE, align, phase));
        assert_int_equal(regions[i].va % align, phase);
    }
    expect_whole();
    for (unsigned i = 0; i < 64; i++)
        region_free(&space, &regions[i]);
    expect_whole();
    assert_int_equal(space.count, 0);
}

static void anywhere__settles_for_a_page_when_nothing_is_so_aligned(void **state)
{
    struct region one;

    (void)state;
    region_space_init(&space, MIN + HOST_PAGE, MIN + 9 * HOST_PAGE);
    assert_true(region_alloc(&space, &one, 8 * HOST_PAGE, UINT64_C(1) << 30, 0));
    assert_true(one.va == MIN + HOST_PAGE);
}

static void anywhere__fills_the_space_to_the_last_page(void **state)
{
    enum { COUNT = 37 };
    struct region regions[COUNT + 1];

    (void)state;
    region_space_init(&space, MIN, MIN + COUNT * 3 * HOST_PAGE);
    for (unsigned i = 0; i < COUNT; i++)
        assert_true(region_alloc(&space, &regions[i], 3 * HOST_PAGE, HOST_PAGE, 0));
    assert_false(region_alloc(&space, &regions[COUNT], HOST_PAGE, HOST_PAGE, 0));
    expect_whole();
    for (unsigned i = 0; i < COUNT; i += 2)
        region_free(&space, &regions[i]);
    assert_false(region_alloc(&space, &regions[COUNT], 4 * HOST_PAGE, HOST_PAGE, 0));
    assert_true(region_alloc(&space, &regions[COUNT], 3 * HOST_PAGE, HOST_PAGE, 0));
    expect_whole();
}

/* A gap that is not as large as the next class's smallest one is found all the same. */
static void anywhere__finds_an_exact_fit_of_any_size(void **state)
{
    struct region one;

    (void)state;
    for (uint64_t pages = 1; pages < 2000; pages += 13) {
        region_space_init(&space, MIN, MIN + pages * HOST_PAGE);
        assert_true(region_alloc(&space, &one, pages * HOST_PAGE, HOST_PAGE, 0));
        assert_false(region_alloc(&space, &one, HOST_PAGE, HOST_PAGE, 0));
    }
}

static void fixed__takes_exactly_its_range_or_nothing(void **state)
{
    struct region one, two, three;

    (void)state;
    assert_true(region_alloc_at(&space, &one, MIN + 0x10000, 0x4000));
    assert_false(region_alloc_at(&space, &two, MIN + 0x10000, 0x1000));
    assert_false(region_alloc_at(&space, &two, MIN + 0x13000, 0x1000));
    assert_false(region_alloc_at(&space, &two, MIN + 0xf000, 0x2000));
    assert_false(region_alloc_at(&space, &two, MIN + 0xf000, 0x8000));
    assert_true(region_alloc_at(&space, &two, MIN + 0xf000, 0x1000));
    assert_true(region_alloc_at(&space, &three, MIN + 0x14000, 0x1000));
    expect_whole();
    region_free(&space, &one);
    assert_true(region_alloc_at(&space, &one, MIN + 0x10000, 0x4000));
    expect_whole();
}

static void fixed__refuses_what_is_not_in_the_space(void **state)
{
    struct region one;

    (void)state;
    assert_false(region_alloc_at(&space, &one, 0, HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, MIN - HOST_PAGE, 2 * HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, MAX - HOST_PAGE, 2 * HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, MAX, HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, UINT64_MAX - 0xfff, HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, MIN, UINT64_MAX - 0xfff));
    assert_false(region_alloc_at(&space, &one, MIN + 1, HOST_PAGE));
    assert_false(region_alloc_at(&space, &one, MIN, 0));
    assert_true(region_alloc_at(&space, &one, MIN, MAX - MIN));
    assert_int_equal(space.count, 1);
    expect_whole();
}

static void find__tells_the_region_that_holds_an_address(void **state)
{
    struct region one, two;

    (void)state;
    assert_true(region_alloc_at(&space, &one, MIN, 0x2000));
    assert_true(region_alloc_at(&space, &two, MIN + 0x5000, 0x1000));
    assert_ptr_equal(region_find(&space, MIN), &one);
    assert_ptr_equal(region_find(&space, MIN + 0x1fff), &one);
    assert_null(region_find(&space, MIN + 0x2000));
    assert_ptr_equal(region_find(&space, MIN + 0x5abc), &two);
    assert_null(region_find(&space, MIN + 0x6000));
    assert_null(region_find(&space, MIN - 1));
}

static void free__of_a_region_never_taken_does_nothing(void **state)
{
    struct region none = {0};

    (void)state;
    region_free(&space, &none);
    assert_int_equal(space.count, 0);
    expect_whole();
}

static unsigned next_random(void)
{
    static unsigned x = 12345;

    return x = x * 1103515245u + 12345u, x >> 8;
}

static void random__against_its_own_sums(void **state)
{
    enum { COUNT = 300 };
    static struct region regions[COUNT];

    (void)state;
    region_space_init(&space, MIN, MIN + 1500 * HOST_PAGE);
    memset(regions, 0, sizeof regions);
    for (unsigned step = 0; step < 30000; step++) {
        struct region *region = &regions[next_random() % COUNT];
        uint64_t size = (1 + next_random() % 12) * HOST_PAGE, align = HOST_PAGE << next_random() % 6;

        if (region->size) {
            region_free(&space, region);
            continue;
        }
        if (next_random() % 4 == 0)
            region->size = region_alloc_at(&space, region, MIN + next_random() % 1500 * HOST_PAGE, size) ? size : 0;
        else
            region->size = region_alloc(&space, region, size, align, 0) ? size : 0;
        if (step % 64 == 0)
            expect_whole();
    }
    for (unsigned i = 0; i < COUNT; i++)
        if (regions[i].size)
            region_free(&space, &regions[i]);
    expect_whole();
    assert_true(space.edge.gap == 1500 * HOST_PAGE);
}

/* Records looked at by `rounds` pairs of alloc and free of mixed sizes while `count` other regions stand, every second
 * of a pair freed. */
static size_t steps_with(size_t count, size_t rounds)
{
    struct region *regions = calloc(count * 2 + 1, sizeof *regions);
    size_t before;

    region_space_init(&space, MIN, MAX);
    for (size_t i = 0; i < 2 * count; i++)
        assert_true(region_alloc(&space, &regions[i], (1 + i % 5) * HOST_PAGE, HOST_PAGE, 0));
    for (size_t i = 0; i < 2 * count; i += 2)
        region_free(&space, &regions[i]);
    before = space.steps;
    for (size_t i = 0; i < rounds; i++) {
        struct region *extra = &regions[2 * count];

        assert_true(region_alloc(&space, extra, (1 + i % 40) * HOST_PAGE, HOST_PAGE << i % 10, 0));
        region_free(&space, extra);
    }
    before = space.steps - before;
    free(regions);
    return before;
}

static void anywhere__costs_the_same_with_40000_regions_as_with_4(void **state)
{
    size_t few = steps_with(4, 4000), many = steps_with(40000, 4000);

    (void)state;
    assert_true(few > 0);
    if (many * 10 > few * 11)
        fail_msg("%zu records with 4 regions, %zu with 40000", few, many);
}

static void fixed__looks_at_few_of_40000_regions(void **state)
{
    enum { COUNT = 40000 };
    struct region *regions = calloc(COUNT, sizeof *regions), extra;
    size_t before;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_true(region_alloc_at(&space, &regions[i], MIN + i * 2 * HOST_PAGE, HOST_PAGE));
    before = space.steps;
    for (size_t i = 0; i < COUNT; i += 100) {
        assert_true(region_alloc_at(&space, &extra, MIN + (i * 2 + 1) * HOST_PAGE, HOST_PAGE));
        region_free(&space, &extra);
    }
    assert_true((space.steps - before) / (COUNT / 100) < 60); /* 16 is the best a tree can do */
    free(regions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(anywhere__is_inside_and_page_aligned_and_never_0, open_space),
        cmocka_unit_test_setup(anywhere__keeps_alignment_and_phase, open_space),
        cmocka_unit_test_setup(anywhere__settles_for_a_page_when_nothing_is_so_aligned, open_space),
        cmocka_unit_test_setup(anywhere__fills_the_space_to_the_last_page, open_space),
        cmocka_unit_test_setup(anywhere__finds_an_exact_fit_of_any_size, open_space),
        cmocka_unit_test_setup(fixed__takes_exactly_its_range_or_nothing, open_space),
        cmocka_unit_test_setup(fixed__refuses_what_is_not_in_the_space, open_space),
        cmocka_unit_test_setup(find__tells_the_region_that_holds_an_address, open_space),
        cmocka_unit_test_setup(free__of_a_region_never_taken_does_nothing, open_space),
        cmocka_unit_test_setup(random__against_its_own_sums, open_space),
        cmocka_unit_test_setup(anywhere__costs_the_same_with_40000_regions_as_with_4, open_space),
        cmocka_unit_test_setup(fixed__looks_at_few_of_40000_regions, open_space),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
