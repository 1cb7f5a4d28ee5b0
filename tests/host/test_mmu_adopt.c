/* mmu_space_adopt of tables that no engine has made: by hand here. */
#include "mmu/tlb.h"
#include "tests/host/hand.h"

#define PAGE        UINT64_C(0x1000)
#define PAGES       (2 * TLB_OPERATIONS_MAX) /* so many that one TLBI for all takes the place of one each */
#define PA          UINT64_C(0x80000000)
#define RW          (MMU_WRITEBACK | MMU_WRITE)
#define NOT_ENTRIES UINT64_C(0x1234161) /* what lies behind a root that is no whole granule */

#define SECTION        UINT32_C(0x00111c0e) /* S, AF, TEX[0]:C:B 7, no XN */
#define SECTION_DOMAIN (1u << 5)
#define COARSE         1u
#define COARSE_PXN     (1u << 2)

static struct mmu_space space;

static int no_tables(void **state)
{
    (void)state;
    model_start(&(struct model_config){.cores = 2, .seed = 7});
    return 0;
}

static int no_short_tables(void **state)
{
    (void)state;
    model_start(&(struct model_config){.cores = 1, .entry_bytes = 4, .seed = 7});
    return 0;
}

static int adopt(const struct mmu_format *format, uint64_t root_pa, unsigned va_bits, unsigned flags)
{
    const struct mmu_tree tree = {root_pa, va_bits};

    return mmu_space_adopt(&space, format, &tree, &model_backend, flags);
}

/* root[1] -> middle[1] -> last: a page each. */
static void build(unsigned pages, uint64_t leaf)
{
    root = fresh();
    middle = fresh();
    last = fresh();
    for (unsigned i = 0; i < pages; i++)
        model_entry_write(&last[1 + i], (PA + i * PAGE) | leaf);
    model_entry_link(&middle[1], pa_of(last) | 3);
    model_entry_link(&root[1], pa_of(middle) | 3);
    model_backend.publish(NULL);
}

static void adopt_low(uint64_t leaf)
{
    struct model_space known = {.space = &space, .granule_bits = 12, .va_bits = 39};

    build(PAGES, leaf);
    assert_int_equal(adopt(&mmu_vmsa64_4k, pa_of(root), 39, 0), MMU_OK);
    assert_int_equal(space.tables, 3);
    known.root = pa_of(root);
    model_adopt(&known);
}

static void check_unmap(void)
{
    for (unsigned i = 0; i < PAGES; i++)
        for (unsigned core = 0; core < 2; core++)
            assert_int_equal(model_touch(core, &space, VA + i * PAGE).pa, PA + i * PAGE);
    assert_int_equal(mmu_unmap(&space, VA, PAGES * PAGE), MMU_OK);
    model_settle();
    for (unsigned i = 0; i < PAGES; i++)
        for (unsigned core = 0; core < 2; core++)
            assert_int_equal(model_touch(core, &space, VA + i * PAGE).fault, JUDGE_TRANSLATION);
    assert_null(model_breach());
}

static bool makes_global_leaves(void)
{
    struct judge_regime regime = model_regime(&space);

    assert_int_equal(mmu_map(&space, &(struct mmu_range){VA, PA, PAGE, RW}), MMU_OK);
    model_settle();
    return !judge_walk(&regime, VA).ng;
}

/* As firmware maps: a TLB holds them for every ASID, and forgets none when it is to forget one ASID. */
static void global_leaves__of_a_low_half_are_forgotten(void **state)
{
    (void)state;
    adopt_low(WB);
    check_unmap();
    assert_true(makes_global_leaves());
}

static void leaves_of_an_asid__stay_so(void **state)
{
    (void)state;
    adopt_low(WB_NG);
    check_unmap();
    assert_false(makes_global_leaves());
}

/* 36 bits: 64 entries, and who knows what behind. */
static void root__ends_where_the_addresses_do(void **state)
{
    struct mmu_leaf leaf;

    (void)state;
    build(1, WB);
    for (unsigned i = 64; i < 512; i++)
        model_entry_write(&root[i], NOT_ENTRIES);
    assert_int_equal(adopt(&mmu_vmsa64_4k, pa_of(root), 36, 0), MMU_OK);
    assert_int_equal(space.tables, 3);
    for (unsigned i = 64; i < 512; i++)
        assert_int_equal(root[i], NOT_ENTRIES);
    assert_int_equal(mmu_walk(&space, VA, &leaf), MMU_OK);
    assert_int_equal(leaf.pa, PA);
    assert_int_equal(adopt(&mmu_vmsa64_4k, pa_of(root), 39, 0), MMU_ATTR); /* then it is seen */
}

/* ---- short descriptors ---- */

static uint32_t *fresh_short(size_t size)
{
    uint32_t *table = model_backend.table_alloc(size);

    for (size_t i = 0; i < (size < 16384 ? size : 16384) / 4; i++)
        model_entry_write32(&table[i], 0);
    return table;
}

static uint64_t pa_of_short(const uint32_t *table)
{
    return (uint64_t)((uintptr_t)table - model_backend.table_offset);
}

static void short_tables__of_either_half_are_adopted(void **state)
{
    uint32_t *first = fresh_short(32768), *second = fresh_short(1024);
    uint64_t pa = 0;

    (void)state;
    model_entry_write32(&second[3], 0x00345000 | 0x45e); /* a small page: S, AF, TEX[0]:C:B 7 */
    model_entry_link32(&first[0x812], (uint32_t)pa_of_short(second) | COARSE);
    model_entry_write32(&first[0x12], SECTION);
    model_backend.publish(NULL);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first), 31, MMU_SPACE_HIGH), MMU_OK);
    assert_int_equal(space.tables, 2);
    assert_int_equal(mmu_space_root(&space), pa_of_short(first));
    assert_int_equal(mmu_translate(&space, 0x81203456, &pa), MMU_OK);
    assert_int_equal(pa, 0x345456);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first), 31, 0), MMU_OK);
    assert_int_equal(space.tables, 1);
    assert_int_equal(mmu_translate(&space, 0x01234567, &pa), MMU_OK);
    assert_int_equal(pa, 0x134567);
}

static void short_tables__that_say_more_than_the_engine_knows_are_refused(void **state)
{
    uint32_t *first = fresh_short(32768), *second = fresh_short(1024);

    (void)state;
    model_entry_write32(&first[1], SECTION | SECTION_DOMAIN);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first), 32, 0), MMU_ATTR);
    assert_int_equal(first[1], SECTION | SECTION_DOMAIN);
    model_entry_write32(&first[1], (uint32_t)pa_of_short(second) | COARSE | COARSE_PXN);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first), 32, 0), MMU_ATTR);
    model_entry_write32(&first[1], SECTION);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first), 32, 0), MMU_OK);
    assert_int_equal(adopt(&mmu_short, pa_of_short(first) + 16384, 32, 0), MMU_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(global_leaves__of_a_low_half_are_forgotten, no_tables, stop),
        cmocka_unit_test_setup_teardown(leaves_of_an_asid__stay_so, no_tables, stop),
        cmocka_unit_test_setup_teardown(root__ends_where_the_addresses_do, no_tables, stop),
        cmocka_unit_test_setup_teardown(short_tables__of_either_half_are_adopted, no_short_tables, stop),
        cmocka_unit_test_setup_teardown(short_tables__that_say_more_than_the_engine_knows_are_refused, no_short_tables,
                                        stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
