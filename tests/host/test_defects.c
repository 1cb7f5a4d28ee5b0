/*
 * Defects that other people's translation-table code has had, each as a promise that ours is free of it. Those
 * that show only in instructions (shareability of a TLBI, its operand) are in test_tlb.c, exclusives
 * before the MMU is on in the lint of the boot code.
 */
#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

/* A region over one block, with pages on both sides: nothing inside it is skipped. */
static void region__over_one_block_maps_all_of_itself(void **state)
{
    uint64_t t = table_span(), p = page(), pa = far_pa() + t;

    (void)state;
    for (uint64_t before = 0; before < 3; before++)
        for (uint64_t after = 0; after < 3; after++) {
            uint64_t va = at(2 * t - before * p), size = t + (before + after) * p;

            assert_int_equal(do_map(va, pa - before * p, size, RW), MMU_OK);
            for (uint64_t off = 0; off < size; off += p)
                if (off < 4 * p || off > size - 4 * p || off % (t / 8) == 0)
                    expect_mapped(va + off, pa - before * p + off, RW);
            assert_int_equal(do_unmap(va, size), MMU_OK);
        }
}

/* Unmapping a page of a block does not drop the block: either it stays whole, or all but the page stays. */
static void partial_unmap__drops_nothing_else(void **state)
{
    uint64_t t = table_span(), p = page(), pa = far_pa();

    (void)state;
    assert_int_equal(do_map(at(t), pa, t, RW), MMU_OK);
    if (do_unmap(at(t + 5 * p), p) == MMU_OK)
        expect_unmapped(at(t + 5 * p), MMU_TAG_NONE, 0);
    else
        expect_mapped(at(t + 5 * p), pa + 5 * p, RW);
    for (uint64_t off = 0; off < t; off += p)
        if (off != 5 * p)
            expect_mapped(at(t + off), pa + off, RW);
    assert_int_equal(do_tag(at(t), t, MMU_TAG_NONE, 0), MMU_OK);
}

/* The last page of a table goes: the table with it, after an invalidate that names tables and reaches its addresses. */
static void table__is_freed_after_walk_caches_forget_it(void **state)
{
    struct mmu_flush flush;

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        uint64_t va = at((i + 1) * table_span() + 3 * page());

        assert_int_equal(do_map(va, far_pa(), page(), RW), MMU_OK);
        for (unsigned core = 0; core < 3; core++)
            model_touch(core, world_space, va);
        assert_int_equal(do_unmap(va, page()), MMU_OK);
        flush = model_last_flush();
        assert_true(flush.tables);
        assert_true(flush.va <= va && va - flush.va < flush.size);
        expect_unmapped(va, MMU_TAG_NONE, 0);
    }
}

/* With no table left the call is refused; it does not write past the last one. */
static void table_pool__is_never_overrun(void **state)
{
    uint64_t before;
    int err = MMU_OK;
    uint64_t va = at(0);

    (void)state;
    model_fail_after(0);
    for (before = snapshot(); err == MMU_OK; va += table_span()) {
        before = snapshot();
        err = do_map(va, far_pa(), page(), RW);
    }
    assert_int_equal(err, MMU_TABLES);
    assert_int_equal(snapshot(), before);
    model_fail_after(-1);
    assert_int_equal(do_tag(at(0), space_size(), MMU_TAG_NONE, 0), MMU_OK);
}

/* A block, then pages in its place with what lies between: no core ever knows both. The model is the judge. */
static void live_block__is_never_replaced_without_a_break(void **state)
{
    uint64_t t = table_span(), p = page();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t, RW), MMU_OK);
    for (unsigned core = 0; core < 3; core++)
        model_touch(core, world_space, at(t + core * p));
    assert_int_equal(do_map(at(t), far_pa() + p, p, RW), MMU_OVERLAP);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
    assert_int_equal(do_map(at(t), far_pa() + p, t, MMU_UNCACHED), MMU_OK);
    expect_mapped(at(t), far_pa() + p, MMU_UNCACHED);
    assert_int_equal(do_protect(at(t), t, MMU_DEVICE_nGnRE), MMU_OK);
    expect_mapped(at(t), far_pa() + p, MMU_DEVICE_nGnRE);
    assert_int_equal(do_unmap(at(t), t), MMU_OK);
}

/* Normal non-cacheable is 0x44 and nothing that caches, at every leaf level and after a change. */
static void uncached_memory__is_not_cached(void **state)
{
    uint64_t t = table_span();

    (void)state;
    assert_int_equal(do_map(at(t), far_pa(), t + page(), MMU_UNCACHED), MMU_OK);
    assert_int_equal(judged(at(t)).mair, 0x44);
    assert_int_equal(judged(at(2 * t)).mair, 0x44);
    assert_int_equal(do_protect(at(t), t + page(), RW), MMU_OK);
    assert_int_equal(judged(at(t)).mair, 0xff);
    assert_int_equal(do_protect(at(t), t + page(), MMU_UNCACHED | MMU_WRITE), MMU_OK);
    assert_int_equal(judged(at(t)).mair, 0x44);
    assert_int_equal(judged(at(2 * t)).mair, 0x44);
    assert_int_equal(do_unmap(at(t), t + page()), MMU_OK);
}

/* Ranges so large and so well aligned that a block at a level without blocks would fit. */
static void blocks__are_only_where_the_granule_has_them(void **state)
{
    (void)state;
    for (int level = 0; level < 3; level++) {
        uint64_t span = block_span(level);

        if (level == 0 && world_shape.granule_bits == 16)
            continue;
        if (space_size() / 4 < span || span / table_span() > 16384 || has_block(level))
            continue;
        assert_int_equal(do_map(at(span), span, span, RW), MMU_OK);
        assert_true(judged(at(span)).level > level);
        expect_range(at(span), span, span, RW);
        assert_int_equal(do_unmap(at(span), span), MMU_OK);
    }
}

/* VA on a block's boundary, PA off by one page, by half a block, by a contiguous group. */
static void blocks__need_pa_aligned_too(void **state)
{
    uint64_t t = table_span(), p = page();
    const uint64_t wrong[] = {p, 16 * p, t / 2, t - p};

    (void)state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(do_map(at(t), far_pa() + wrong[i], t, RW), MMU_OK);
        assert_int_equal(judged(at(t)).level, 3);
        expect_range(at(t), far_pa() + wrong[i], t, RW);
        assert_int_equal(do_unmap(at(t), t), MMU_OK);
    }
}

/* Execute-never lives above bit 31: it is there at every leaf level, after map, protect and back again. */
static void execute_never__survives_in_the_upper_bits(void **state)
{
    uint64_t t = table_span();
    static const uint32_t attrs[] = {RW, MMU_WRITEBACK, MMU_DEVICE_nGnRE, MMU_UNCACHED | MMU_WRITE};

    (void)state;
    for (unsigned i = 0; i < sizeof attrs / sizeof attrs[0]; i++) {
        assert_int_equal(do_map(at(t), far_pa(), t + page(), attrs[i]), MMU_OK);
        for (unsigned pass = 0; pass < 2; pass++) {
            assert_int_equal((judged(at(t)).el1 | judged(at(t)).el0) & JUDGE_X, 0);
            assert_int_equal((judged(at(2 * t)).el1 | judged(at(2 * t)).el0) & JUDGE_X, 0);
            assert_true(judged(at(t)).descriptor >> 54 & 1); /* UXN; LPAE's XN is the same bit, stage 2's XN[1] too */
            assert_true(judged(at(2 * t)).descriptor >> 54 & 1);
            assert_int_equal(do_protect(at(t), t + page(), MMU_WRITEBACK | MMU_EXEC), MMU_OK);
            assert_int_equal(do_protect(at(t), t + page(), attrs[i]), MMU_OK);
        }
        assert_int_equal(do_unmap(at(t), t + page()), MMU_OK);
    }
}

/* Pages that may be contiguous groups, changed in part and as a whole while cores touch them: the model objects. */
static void contiguous_group__is_changed_as_one(void **state)
{
    uint64_t p = page(), group = 128 * p, va = at(2 * table_span() + group), pa = far_pa() + group;

    (void)state;
    assert_int_equal(do_map(va, pa, group, RW), MMU_OK);
    for (unsigned i = 0; i < 64; i++)
        model_touch(i, world_space, va + i * 2 * p);
    assert_int_equal(do_protect(va, group, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(do_protect(va + 3 * p, p, MMU_UNCACHED), MMU_OK);
    expect_mapped(va + 2 * p, pa + 2 * p, MMU_WRITEBACK);
    expect_mapped(va + 3 * p, pa + 3 * p, MMU_UNCACHED);
    expect_mapped(va + 4 * p, pa + 4 * p, MMU_WRITEBACK);
    assert_int_equal(do_unmap(va + 40 * p, p), MMU_OK);
    expect_mapped(va + 39 * p, pa + 39 * p, MMU_WRITEBACK);
    expect_unmapped(va + 40 * p, MMU_TAG_NONE, 0);
    expect_mapped(va + 41 * p, pa + 41 * p, MMU_WRITEBACK);
    expect_sound();
    assert_int_equal(do_tag(va, group, MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(region__over_one_block_maps_all_of_itself),     CASE(partial_unmap__drops_nothing_else),
        CASE(table__is_freed_after_walk_caches_forget_it),   CASE(table_pool__is_never_overrun),
        CASE(live_block__is_never_replaced_without_a_break), CASE(uncached_memory__is_not_cached),
        CASE(blocks__are_only_where_the_granule_has_them),   CASE(blocks__need_pa_aligned_too),
        CASE(execute_never__survives_in_the_upper_bits),     CASE(contiguous_group__is_changed_as_one),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
