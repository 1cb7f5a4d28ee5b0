/* Every refusal of mmu/, and that a refused call has changed nothing. */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)
#define PA far_pa()

/* The call must fail and leave every entry and every table as it was. The teardown checks the statistics. */
#define REFUSED(call, error)                                                                                           \
    do {                                                                                                               \
        uint64_t before_ = snapshot();                                                                                 \
        struct model_counts counted_ = model_counts();                                                                 \
        assert_int_equal(call, error);                                                                                 \
        assert_int_equal(snapshot(), before_);                                                                         \
        assert_int_equal(model_counts().invalidates, counted_.invalidates);                                            \
    } while (0)

static void map__refuses_what_is_not_whole_granules(void **state)
{
    uint64_t p = page();

    (void)state;
    for (uint64_t off = 1; off < p; off *= 2) {
        REFUSED(do_map(at(p) + off, PA, p, RW), MMU_RANGE);
        REFUSED(do_map(at(p), PA + off, p, RW), MMU_RANGE);
        REFUSED(do_map(at(p), PA, p + off, RW), MMU_RANGE);
        REFUSED(do_unmap(at(p) + off, p), MMU_RANGE);
        REFUSED(do_unmap(at(p), off), MMU_RANGE);
        REFUSED(do_protect(at(p) + off, p, RW), MMU_RANGE);
        REFUSED(do_protect(at(p), p + off, RW), MMU_RANGE);
        REFUSED(do_tag(at(p) + off, p, MMU_TAG_GUARD, 0), MMU_RANGE);
        REFUSED(do_tag(at(p), p - off, MMU_TAG_GUARD, 0), MMU_RANGE);
    }
    REFUSED(do_map(at(p), PA, 0, RW), MMU_RANGE);
    REFUSED(do_unmap(at(p), 0), MMU_RANGE);
    REFUSED(do_protect(at(p), 0, RW), MMU_RANGE);
    REFUSED(do_tag(at(p), 0, MMU_TAG_GUARD, 0), MMU_RANGE);
    assert_int_equal(do_tables_needed(at(p) + 1, PA, p, RW), 0);
}

static void refuse_outside(uint64_t va, uint64_t size)
{
    struct mmu_leaf leaf = {.pa = 77, .size = 78, .level = 79};
    uint64_t pa = 77;

    REFUSED(do_map(va, PA, size, RW), MMU_RANGE);
    REFUSED(do_unmap(va, size), MMU_RANGE);
    REFUSED(do_protect(va, size, RW), MMU_RANGE);
    REFUSED(do_tag(va, size, MMU_TAG_GUARD, 0), MMU_RANGE);
    assert_int_equal(do_tables_needed(va, PA, size, RW), 0);
    if (va - at(0) < space_size())
        return;
    assert_int_equal(mmu_walk(world_space, va, &leaf), MMU_RANGE);
    assert_int_equal(leaf.pa, 77);
    assert_int_equal(leaf.size, 78);
    assert_int_equal(leaf.level, 79);
    assert_int_equal(mmu_translate(world_space, va, &pa), MMU_RANGE);
    assert_int_equal(mmu_segment(world_space, va, 4096, &pa), 0);
    assert_int_equal(pa, 77);
}

static void every_call__refuses_addresses_outside_the_half(void **state)
{
    uint64_t p = page(), s = space_size(), huge = UINT64_MAX & ~(p - 1);

    (void)state;
    assert_int_equal(do_map(at(s - p), PA, p, RW), MMU_OK);
    assert_int_equal(do_map(at(0), PA, p, RW), MMU_OK);
    refuse_outside(at(s), p);
    refuse_outside(at(0) - p, p);
    refuse_outside(at(s - p), 2 * p);
    refuse_outside(at(0) - p, 2 * p);
    refuse_outside(at(0), s + p);
    refuse_outside(at(s - p), huge);
    refuse_outside(at(p), huge);
    refuse_outside(world_shape.high ? s - p : UINT64_MAX << world_shape.va_bits, p);
    for (unsigned bit = world_shape.va_bits; bit < 64; bit++)
        refuse_outside(at(0) ^ (UINT64_C(1) << bit), p);
    assert_int_equal(do_unmap(at(s - p), p), MMU_OK);
    assert_int_equal(do_unmap(at(0), p), MMU_OK);
}

static void map__refuses_a_pa_beyond_what_walkers_output(void **state)
{
    uint64_t p = page(), limit = 4 * far_pa() < UINT64_C(1) << 36 ? 4 * far_pa() : UINT64_C(1) << 36;

    (void)state;
    REFUSED(do_map(at(p), limit, p, RW), MMU_RANGE);
    REFUSED(do_map(at(p), limit - p, 2 * p, RW), MMU_RANGE);
    REFUSED(do_map(at(p), 2 * limit, p, RW), MMU_RANGE);
    REFUSED(do_map(at(p), UINT64_C(1) << 63, p, RW), MMU_RANGE);
    REFUSED(do_map(at(p), UINT64_MAX - p + 1, 2 * p, RW), MMU_RANGE);
    assert_int_equal(do_tables_needed(at(p), limit, p, RW), 0);
    assert_int_equal(do_map(at(p), limit - p, p, RW), MMU_OK);
    expect_mapped(at(p), limit - p, RW);
    assert_int_equal(do_unmap(at(p), p), MMU_OK);
}

static bool attr_exists(uint32_t wanted)
{
    uint32_t attr = attr_given(wanted), type = attr & MMU_TYPE_MASK;

    if (type > MMU_WRITEBACK || attr & ~(uint32_t)(MMU_TYPE_MASK | MMU_WRITE | MMU_EXEC | MMU_USER))
        return false;
    if (world_shape.rules == &judge_stage2)
        return !(attr & MMU_EXEC) || type >= MMU_UNCACHED;
    return !(attr & MMU_EXEC) || (!(attr & MMU_WRITE) && type >= MMU_UNCACHED);
}

static void attributes__that_do_not_exist_are_refused(void **state)
{
    uint64_t p = page(), before;

    (void)state;
    assert_int_equal(do_map(at(0), PA, p, RW), MMU_OK);
    before = snapshot();
    for (uint32_t attr = 0; attr < 0x100; attr++)
        if (!attr_exists(attr)) {
            assert_int_equal(do_map(at(p), PA, p, attr), MMU_ATTR);
            assert_int_equal(do_protect(at(0), p, attr), MMU_ATTR);
            assert_int_equal(do_tables_needed(at(p), PA, p, attr), 0);
        }
    for (unsigned bit = 17; bit < 32; bit++) {
        assert_int_equal(do_map(at(p), PA, p, RW | UINT32_C(1) << bit), MMU_ATTR);
        assert_int_equal(do_protect(at(0), p, RW | UINT32_C(1) << bit), MMU_ATTR);
    }
    assert_int_equal(snapshot(), before);
    for (uint32_t attr = 0; attr < 0x100; attr++)
        if (attr_exists(attr)) {
            assert_int_equal(do_map(at(p), PA, p, attr), MMU_OK);
            expect_mapped(at(p), PA, attr);
            assert_int_equal(do_protect(at(0), p, attr), MMU_OK);
            expect_mapped(at(0), PA, attr);
            assert_int_equal(do_unmap(at(p), p), MMU_OK);
        }
    assert_int_equal(do_unmap(at(0), p), MMU_OK);
}

/* One page in use, anywhere in a request of several tables, refuses the request. */
static void map__refuses_any_overlap(void **state)
{
    uint64_t t = table_span(), p = page(), va = at(t - 4 * p), size = 2 * t + 8 * p;
    const uint64_t places[] = {0, p, 4 * p - p, 4 * p, 4 * p + t / 2, 4 * p + t, 4 * p + 2 * t, size - p};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (unsigned tagged = 0; tagged < 2; tagged++) {
            if (tagged)
                assert_int_equal(do_tag(va + places[i], p, MMU_TAG_GUARD, 0), MMU_OK);
            else
                assert_int_equal(do_map(va + places[i], PA, p, RW), MMU_OK);
            REFUSED(do_map(va, PA, size, RW), MMU_OVERLAP);
            REFUSED(do_map(va, PA + p, size, RW), MMU_OVERLAP);
            REFUSED(do_map(va + places[i], PA, p, RW), MMU_OVERLAP);
            assert_int_equal(do_tables_needed(va, PA, size, RW), 0);
            if (tagged)
                assert_int_equal(do_tag(va + places[i], p, MMU_TAG_NONE, 0), MMU_OK);
            else
                assert_int_equal(do_unmap(va + places[i], p), MMU_OK);
        }
    assert_int_equal(tables_linked(), 1);
}

static void map__refuses_to_cover_a_block_or_lie_in_one(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(2 * t), PA, t, RW), MMU_OK);
    REFUSED(do_map(at(2 * t), PA, t, RW), MMU_OVERLAP);
    REFUSED(do_map(at(t), PA, 3 * t, RW), MMU_OVERLAP);
    REFUSED(do_map(at(2 * t + 5 * p), PA, p, RW), MMU_OVERLAP);
    REFUSED(do_map(at(2 * t - p), PA, 2 * p, RW), MMU_OVERLAP);
    REFUSED(do_map(at(3 * t - p), PA, 2 * p, RW), MMU_OVERLAP);
    assert_int_equal(do_unmap(at(2 * t), t), MMU_OK);
}

static void unmap_and_protect__refuse_any_hole(void **state)
{
    uint64_t t = table_span(), p = page(), va = at(t - 4 * p), size = 2 * t + 8 * p;
    const uint64_t holes[] = {0, p, 4 * p - p, 4 * p, 4 * p + t / 2, 4 * p + 2 * t, size - p};

    (void)state;
    for (size_t i = 0; i < sizeof holes / sizeof holes[0]; i++)
        for (unsigned tagged = 0; tagged < 2; tagged++) {
            assert_int_equal(do_map(va, PA + 3 * p, size, RW), MMU_OK);
            if (tagged)
                assert_int_equal(do_tag(va + holes[i], p, MMU_TAG_BLOCKED, 4096), MMU_OK);
            else
                assert_int_equal(do_unmap(va + holes[i], p), MMU_OK);
            REFUSED(do_unmap(va, size), MMU_NOT_MAPPED);
            REFUSED(do_protect(va, size, MMU_WRITEBACK), MMU_NOT_MAPPED);
            REFUSED(do_protect(va, size, MMU_UNCACHED), MMU_NOT_MAPPED);
            REFUSED(do_unmap(va + holes[i], p), MMU_NOT_MAPPED);
            assert_int_equal(do_tag(va, size, MMU_TAG_NONE, 0), MMU_OK);
            assert_int_equal(tables_linked(), 1);
        }
    REFUSED(do_unmap(va, size), MMU_NOT_MAPPED);
    REFUSED(do_unmap(at(0), space_size()), MMU_NOT_MAPPED);
    REFUSED(do_protect(va, size, RW), MMU_NOT_MAPPED);
}

/* What the owner keeps may change in whole leaves only, and its memory type not at all. */
static void kept_range__is_not_broken(void **state)
{
    uint64_t p = page(), b = table_span();

    (void)state;
    assert_int_equal(mmu_space_keep(world_space, at(2 * b - 2 * p), 2 * p), MMU_OK);
    assert_int_equal(mmu_space_keep(world_space, at(space_size() - p), 2 * p), MMU_RANGE);
    assert_int_equal(do_map(at(b), PA, 2 * b, RW), MMU_OK);
    REFUSED(do_protect(at(b), b, MMU_UNCACHED), MMU_BUSY);
    if (!world_shape.no_break) { /* test_mmu_split.c has what such machines may do */
        REFUSED(do_unmap(at(b), p), MMU_BUSY);
        REFUSED(do_unmap(at(2 * b - p), p), MMU_BUSY);
        REFUSED(do_protect(at(b + p), p, MMU_WRITEBACK), MMU_BUSY);
        REFUSED(do_tag(at(b), p, MMU_TAG_GUARD, 0), MMU_BUSY);
    }
    assert_int_equal(do_unmap(at(b), b), MMU_OK);
    assert_int_equal(do_unmap(at(2 * b), b), MMU_OK);
}

static void space__refuses_sizes_that_the_format_cannot_do(void **state)
{
    size_t held = model_tables();
    bool wide = world_shape.rules == &judge_wide;
    bool long_va = !world_shape.rules || world_shape.rules == &judge_stage2 || wide;
    unsigned least = long_va ? 36 : 25, most = wide ? 52 : long_va ? 48 : 32;
    const unsigned bad[] = {0, 1, 12, least - 1, most + 1, 53, 63, 64, 256 + least};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(mmu_space_create(world_shape.format, bad[i], &model_backend));
    for (unsigned bits = least; bits <= most; bits++) {
        struct mmu_space *space = mmu_space_create(world_shape.format, bits, &model_backend);

        assert_non_null(space);
        mmu_space_destroy(space);
    }
    mmu_space_destroy(NULL);
    assert_int_equal(model_tables(), held);
}

static void space__is_not_made_when_memory_runs_out(void **state)
{
    size_t held = model_tables();
    struct mmu_space *space = NULL;
    unsigned refused = 0;

    (void)state;
    for (long allowed = 0; allowed < 64 && !space; allowed++) {
        model_fail_after(allowed);
        space = mmu_space_create(world_shape.format, world_shape.va_bits, &model_backend);
        refused += !space;
        if (!space)
            assert_int_equal(model_tables(), held);
    }
    model_fail_after(-1);
    assert_non_null(space);
    assert_true(refused > 0);
    mmu_space_destroy(space);
    assert_int_equal(model_tables(), held);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(map__refuses_what_is_not_whole_granules),
        CASE(every_call__refuses_addresses_outside_the_half),
        cmocka_unit_test_setup_teardown(map__refuses_a_pa_beyond_what_walkers_output, world_open_36, world_close),
        CASE(attributes__that_do_not_exist_are_refused),
        CASE(map__refuses_any_overlap),
        CASE(map__refuses_to_cover_a_block_or_lie_in_one),
        CASE(unmap_and_protect__refuse_any_hole),
        CASE(kept_range__is_not_broken),
        CASE(space__refuses_sizes_that_the_format_cannot_do),
        CASE(space__is_not_made_when_memory_runs_out),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
