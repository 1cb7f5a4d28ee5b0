/* AArch32's long descriptors and stage 2: the judges judged by hand-made descriptors, and what is these formats' own.
 */
#include "mmu/space.h"
#include "tests/host/check.h"
#include "tests/host/model.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static struct judge_leaf lpae_leaf(int level, uint64_t descriptor)
{
    struct judge_regime regime = {
        .rules = &judge_lpae, .va_bits = 31, .pa_bits = 40, .wxn = true, .mair = judge_lpae.mair};

    return judge_leaf(&regime, level, descriptor, 0x1234);
}

static struct judge_leaf stage2_leaf(int level, uint64_t descriptor)
{
    struct judge_regime regime = {.rules = &judge_stage2, .va_bits = 40, .pa_bits = 48};

    return judge_leaf(&regime, level, descriptor, 0x1234);
}

static void expect_grants(struct judge_leaf leaf, unsigned el1, unsigned el0)
{
    assert_int_equal(leaf.fault, JUDGE_NONE);
    assert_null(leaf.breach);
    assert_int_equal(leaf.el1, el1);
    assert_int_equal(leaf.el0, el0);
}

static void lpae_judge__reads_hand_made_descriptors(void **state)
{
    const uint64_t page = 0x703, xn = UINT64_C(1) << 54, pxn = UINT64_C(1) << 53;

    (void)state;
    expect_grants(lpae_leaf(3, page | 0x80), JUDGE_R | JUDGE_X, 0); /* PL0 cannot read, so it cannot execute */
    expect_grants(lpae_leaf(3, page | 0xc0), JUDGE_R | JUDGE_X, JUDGE_R | JUDGE_X);
    expect_grants(lpae_leaf(3, page | 0xc0 | pxn), JUDGE_R, JUDGE_R | JUDGE_X);
    expect_grants(lpae_leaf(3, page | 0xc0 | xn), JUDGE_R, JUDGE_R);
    expect_grants(lpae_leaf(3, page | 0x40), JUDGE_R | JUDGE_W, JUDGE_R | JUDGE_W); /* WXN */
    assert_int_equal(lpae_leaf(3, page | UINT64_C(0xff12345000)).pa, UINT64_C(0xff12345234));
    assert_int_equal(lpae_leaf(2, 0x701 | UINT64_C(0xff12200000)).pa, UINT64_C(0xff12201234));
    assert_int_equal(lpae_leaf(1, 0x701 | UINT64_C(0xffc0000000)).pa, UINT64_C(0xffc0001234));
    assert_int_equal(lpae_leaf(3, page | UINT64_C(1) << 40).fault, JUDGE_ADDRESS_SIZE);
    assert_int_equal(lpae_leaf(3, 0x303).fault, JUDGE_ACCESS_FLAG);
    assert_int_equal(lpae_leaf(3, 0x701).fault, JUDGE_TRANSLATION);
    assert_int_equal(lpae_leaf(3, page | 6 << 2).mair, 0x04);
    assert_int_equal(lpae_leaf(3, page | 3 << 2).mair, 0x00);
}

static void stage2_judge__reads_hand_made_descriptors(void **state)
{
    const uint64_t page = 0x703, xn = UINT64_C(1) << 54;

    (void)state;
    expect_grants(stage2_leaf(3, page | 0x3c | 0xc0), JUDGE_R | JUDGE_W | JUDGE_X, JUDGE_R | JUDGE_W | JUDGE_X);
    expect_grants(stage2_leaf(3, page | 0x3c | 0x40 | xn), JUDGE_R, JUDGE_R);
    expect_grants(stage2_leaf(3, page | 0x3c | 0x80 | xn), JUDGE_W, JUDGE_W);
    assert_int_equal(stage2_leaf(3, page | 0x3c).mair, 0xff);
    assert_int_equal(stage2_leaf(3, page | 0x28).mair, 0xbb);
    assert_int_equal(stage2_leaf(3, page | 0x14).mair, 0x44);
    assert_int_equal(stage2_leaf(3, page | 0x0c).mair, 0x0c);
    assert_int_equal(stage2_leaf(3, page | 0x00).mair, 0x00);
    assert_non_null(stage2_leaf(3, page | 0x10).breach); /* inner cacheability 0 */
    assert_non_null(stage2_leaf(3, page | 0x3c | 1 << 11).breach);
    assert_non_null(stage2_leaf(0, 0x701).breach);
}

static void judges__start_where_the_size_says(void **state)
{
    static const struct {
        const struct judge_rules *rules;
        unsigned va_bits, level;
    } cases[] = {
        {&judge_lpae, 32, 1},   {&judge_lpae, 31, 1},   {&judge_lpae, 30, 2},   {&judge_lpae, 25, 2},
        {&judge_stage2, 48, 0}, {&judge_stage2, 40, 0}, {&judge_stage2, 39, 1}, {&judge_stage2, 36, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct judge_regime regime = {.rules = cases[i].rules, .va_bits = cases[i].va_bits};

        assert_int_equal(judge_start_level(&regime), cases[i].level);
    }
}

/* Every size of both halves: the first and the last page, where the judge looks for them. */
static void lpae__serves_every_size_of_both_halves(void **state)
{
    (void)state;
    for (unsigned bits = 25; bits <= 32; bits++)
        for (unsigned high = 0; high < 2; high++) {
            struct mmu_space space;
            struct model_space known = {.space = &space, .rules = &judge_lpae, .granule_bits = 12};
            uint64_t size = UINT64_C(1) << bits, base = high ? (UINT64_C(1) << 32) - size : 0;
            struct judge_regime regime;

            model_start(&(struct model_config){.cores = 1, .seed = bits});
            if (high && bits == 32) {
                assert_int_equal(mmu_space_init(&space, &mmu_lpae, bits, &model_backend, MMU_SPACE_HIGH), MMU_RANGE);
                model_stop();
                continue;
            }
            assert_int_equal(mmu_space_init(&space, &mmu_lpae, bits, &model_backend, high ? MMU_SPACE_HIGH : 0), 0);
            known.va_bits = bits;
            known.high = high;
            known.root = mmu_space_root(&space);
            model_adopt(&known);
            regime = model_regime(&space);
            assert_int_equal(mmu_map(&space, &(struct mmu_range){base, 0x5000, 0x1000, RW}), MMU_OK);
            assert_int_equal(mmu_map(&space, &(struct mmu_range){base + size - 0x1000, 0x7000, 0x1000, RW}), MMU_OK);
            assert_int_equal(judge_walk(&regime, base).pa, 0x5000);
            assert_int_equal(judge_walk(&regime, base + size - 1).pa, 0x7fff);
            assert_int_equal(judge_walk(&regime, base).ng, !high);
            model_settle();
            assert_null(model_breach());
            mmu_space_release(&space);
            assert_int_equal(model_tables(), 0);
            model_stop();
        }
}

static void expect_refused(const struct mmu_format *format, unsigned bits, uint64_t pa, uint32_t attr, int error)
{
    struct mmu_space *space;

    model_start(&(struct model_config){.cores = 1, .seed = 1});
    space = mmu_space_create(format, bits, &model_backend);
    assert_non_null(space);
    assert_int_equal(mmu_map(space, &(struct mmu_range){0x1000, pa, 0x1000, attr}), error);
    assert_int_equal(mmu_map(space, &(struct mmu_range){0x1000, 0x1000, 0x1000, RW}), MMU_OK);
    assert_int_equal(mmu_protect(space, 0x1000, 0x1000, attr), error == MMU_RANGE ? MMU_OK : error);
    mmu_space_destroy(space);
    model_stop();
}

static void lpae__outputs_forty_bits(void **state)
{
    (void)state;
    expect_refused(&mmu_lpae, 32, UINT64_C(1) << 40, RW, MMU_RANGE);
    expect_refused(&mmu_lpae, 32, UINT64_C(1) << 47, RW, MMU_RANGE);
}

static void stage2__has_no_user_and_no_upper_half(void **state)
{
    struct mmu_space space;

    (void)state;
    expect_refused(&mmu_stage2_4k, 40, 0x1000, MMU_WRITEBACK | MMU_USER, MMU_ATTR);
    expect_refused(&mmu_stage2_4k, 40, 0x1000, MMU_DEVICE_nGnRE | MMU_EXEC, MMU_ATTR);
    model_start(&(struct model_config){.cores = 1, .seed = 1});
    for (unsigned bits = 36; bits <= 48; bits++)
        assert_int_equal(mmu_space_init(&space, &mmu_stage2_4k, bits, &model_backend, MMU_SPACE_HIGH), MMU_RANGE);
    assert_int_equal(model_tables(), 0);
    model_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lpae_judge__reads_hand_made_descriptors),
        cmocka_unit_test(stage2_judge__reads_hand_made_descriptors),
        cmocka_unit_test(judges__start_where_the_size_says),
        cmocka_unit_test(lpae__serves_every_size_of_both_halves),
        cmocka_unit_test(lpae__outputs_forty_bits),
        cmocka_unit_test(stage2__has_no_user_and_no_upper_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
