/*
 * The judge, judged: descriptors put together by hand from the figures of D8.3 (DDI 0487), in a
 * memory of a few words. Whatever the other tests conclude rests on these.
 */
#include "tests/host/check.h"
#include "tests/host/judge.h"
#include "tests/host/words.h"

#define MAIR  UINT64_C(0x0C0804FF00BB44FF)
#define TABLE UINT64_C(3)
#define PAGE  UINT64_C(0x403) /* AF, AttrIndx 0, AP 00 */
#define BLOCK UINT64_C(0x401)

static bool any_table(void *context, uint64_t pa)
{
    (void)context;
    return pa < UINT64_C(0x100000000);
}

static struct judge_regime regime(unsigned granule_bits, unsigned va_bits)
{
    return (struct judge_regime){.granule_bits = granule_bits,
                                 .va_bits = va_bits,
                                 .pa_bits = 48,
                                 .wxn = true,
                                 .ttbr = 0x10000,
                                 .mair = MAIR,
                                 .read = read_word,
                                 .is_table = any_table};
}

static void start_level__follows_from_granule_and_size(void **state)
{
    static const struct {
        unsigned granule_bits, va_bits, level;
    } rows[] = {{12, 48, 0}, {12, 40, 0}, {12, 39, 1}, {12, 36, 1}, {12, 31, 1}, {12, 30, 2}, {14, 48, 0}, {14, 47, 1},
                {14, 37, 1}, {14, 36, 2}, {14, 26, 2}, {14, 25, 3}, {16, 48, 1}, {16, 43, 1}, {16, 42, 2}, {16, 36, 2}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct judge_regime r = regime(rows[i].granule_bits, rows[i].va_bits);

        assert_int_equal(judge_start_level(&r), rows[i].level);
    }
}

static void walk__follows_four_levels_of_4k(void **state)
{
    struct judge_regime r = regime(12, 48);
    uint64_t va = UINT64_C(1) << 39 | UINT64_C(2) << 30 | UINT64_C(3) << 21 | UINT64_C(4) << 12 | 0x567;
    struct judge_leaf leaf;

    (void)state;
    put(0x10000 + 8 * 1, 0x11000 | TABLE);
    put(0x11000 + 8 * 2, 0x12000 | TABLE);
    put(0x12000 + 8 * 3, 0x13000 | TABLE);
    put(0x13000 + 8 * 4, UINT64_C(0x123456789000) | PAGE);
    leaf = judge_walk(&r, va);
    assert_int_equal(leaf.fault, JUDGE_NONE);
    assert_null(leaf.breach);
    assert_int_equal(leaf.pa, UINT64_C(0x123456789567));
    assert_int_equal(leaf.size, 0x1000);
    assert_int_equal(leaf.level, 3);
    assert_int_equal(judge_walk(&r, va ^ (UINT64_C(1) << 39)).level, 0);
    assert_int_equal(judge_walk(&r, va ^ (UINT64_C(1) << 21)).level, 2);
    assert_int_equal(judge_walk(&r, va ^ (UINT64_C(1) << 21)).fault, JUDGE_TRANSLATION);
}

static void walk__starts_lower_in_smaller_spaces(void **state)
{
    struct judge_regime small = regime(14, 36), wide = regime(16, 48);

    (void)state;
    put(0x10000 + 8 * 2047, UINT64_C(0x80002000000) | BLOCK); /* 16K level 2: 32 MiB, the last one of 36 bits */
    assert_int_equal(judge_walk(&small, UINT64_C(0xffffffabc)).pa, UINT64_C(0x80003fffabc));
    assert_int_equal(judge_walk(&small, UINT64_C(0xffffffabc)).size, 32u << 20);
    put(0x10000 + 8 * 63, 0x20000 | TABLE); /* 64K level 1 has 64 entries of 4 TiB */
    put(0x20000 + 8 * 8191, UINT64_C(0x40000000) | BLOCK);
    assert_int_equal(judge_walk(&wide, UINT64_C(0xffffffffffff)).pa, UINT64_C(0x5fffffff));
    assert_int_equal(judge_walk(&wide, UINT64_C(0xffffffffffff)).size, 512u << 20);
}

static void walk__refuses_addresses_of_the_other_half(void **state)
{
    struct judge_regime low = regime(12, 39), high = regime(12, 39);

    (void)state;
    high.high = true;
    put(0x10000 + 8 * 511, UINT64_C(0x40000000) | BLOCK);
    assert_int_equal(judge_walk(&low, UINT64_C(0x7fffffffff)).fault, JUDGE_NONE);
    assert_int_equal(judge_walk(&low, UINT64_C(0xffffffffff)).fault, JUDGE_TRANSLATION);
    assert_int_equal(judge_walk(&low, UINT64_C(0xffffffffffffffff)).fault, JUDGE_TRANSLATION);
    assert_int_equal(judge_walk(&high, UINT64_C(0xffffffffffffffff)).pa, 0x7fffffff);
    assert_int_equal(judge_walk(&high, UINT64_C(0x7fffffffff)).fault, JUDGE_TRANSLATION);
    assert_int_equal(judge_walk(&high, UINT64_C(0xff7fffffffffffff)).fault, JUDGE_TRANSLATION);
}

static void walk__faults_as_the_machine_does(void **state)
{
    struct judge_regime r = regime(12, 39);

    (void)state;
    r.pa_bits = 36;
    put(0x10000 + 8 * 0, UINT64_C(0x1000000000) | BLOCK);                    /* 2^36: beyond IPS */
    put(0x10000 + 8 * 1, UINT64_C(0x40000000) | (BLOCK & ~UINT64_C(0x400))); /* AF 0 */
    put(0x10000 + 8 * 2, UINT64_C(0x1000000000) | TABLE);
    put(0x10000 + 8 * 3, UINT64_C(0x800000000) | TABLE); /* nothing answers there */
    assert_int_equal(judge_walk(&r, 0).fault, JUDGE_ADDRESS_SIZE);
    assert_int_equal(judge_walk(&r, UINT64_C(1) << 30).fault, JUDGE_ACCESS_FLAG);
    assert_int_equal(judge_walk(&r, UINT64_C(2) << 30).fault, JUDGE_ADDRESS_SIZE);
    assert_int_equal(judge_walk(&r, UINT64_C(3) << 30).fault, JUDGE_EXTERNAL);
}

static void decode__knows_which_levels_have_blocks(void **state)
{
    static const bool block[3][4] = {{0, 1, 1, 0}, {0, 0, 1, 0}, {0, 0, 1, 0}};
    static const unsigned granule_bits[3] = {12, 14, 16};

    (void)state;
    for (unsigned g = 0; g < 3; g++)
        for (int level = g == 2; level < 4; level++) {
            struct judge_regime r = regime(granule_bits[g], 48);
            struct judge_entry entry = judge_decode(&r, level, BLOCK);

            assert_int_equal(entry.kind, block[g][level] ? JUDGE_IS_LEAF : JUDGE_IS_INVALID);
            assert_int_equal(entry.breach == NULL, block[g][level]);
            assert_int_equal(judge_decode(&r, level, BLOCK & ~UINT64_C(1)).kind, JUDGE_IS_INVALID);
            assert_null(judge_decode(&r, level, BLOCK & ~UINT64_C(1)).breach);
            assert_int_equal(judge_decode(&r, level, PAGE).kind, level == 3 ? JUDGE_IS_LEAF : JUDGE_IS_TABLE);
        }
}

struct bad {
    unsigned granule_bits;
    int level;
    uint64_t descriptor;
};

static void decode__names_what_no_table_may_hold(void **state)
{
    static const struct bad bad[] = {
        {12, 2, BLOCK | 0x1000},
        {12, 2, BLOCK | 0x100000},
        {12, 1, BLOCK | 0x200000},
        {14, 3, PAGE | 0x2000},
        {14, 2, BLOCK | 0x1000000},
        {16, 3, PAGE | 0x8000},
        {16, 2, BLOCK | 0x10000000},
        {12, 3, PAGE | UINT64_C(1) << 48},
        {12, 3, PAGE | UINT64_C(1) << 50},
        {12, 3, PAGE | UINT64_C(1) << 51},
        {12, 3, PAGE | 1 << 5},
        {12, 3, PAGE | 1 << 8},
        {12, 3, PAGE | UINT64_C(1) << 63},
        {12, 3, 1},
        {12, 0, TABLE | UINT64_C(1) << 48},
        {14, 1, TABLE | 0x1000},
        {16, 1, TABLE | 0x8000},
        {12, 0, TABLE | UINT64_C(1) << 59},
        {12, 1, TABLE | UINT64_C(1) << 61},
        {12, 1, TABLE | UINT64_C(1) << 63},
    };
    static const uint64_t good[] = {PAGE | UINT64_C(0x0780000000000000), PAGE | UINT64_C(1) << 52, PAGE | 2 << 8,
                                    PAGE | 3 << 8};

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct judge_regime r = regime(bad[i].granule_bits, 48);

        assert_non_null(judge_decode(&r, bad[i].level, bad[i].descriptor).breach);
    }
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct judge_regime r = regime(12, 48);

        assert_null(judge_decode(&r, 3, good[i]).breach);
        assert_null(judge_decode(&r, 1, TABLE | UINT64_C(0x07f8000000000ffc)).breach);
    }
}

/* The pages of table D8 "Data access permissions" and of "Instruction execution permissions", WXN on and off. */
static void leaf__grants_what_the_permission_tables_say(void **state)
{
    static const struct {
        unsigned ap, pxn, uxn, wxn, el1, el0;
    } rows[] = {
        {0, 1, 1, 1, JUDGE_R | JUDGE_W, 0},
        {0, 0, 1, 0, JUDGE_R | JUDGE_W | JUDGE_X, 0},
        {0, 0, 1, 1, JUDGE_R | JUDGE_W, 0},
        {0, 1, 0, 1, JUDGE_R | JUDGE_W, JUDGE_X},
        {1, 0, 0, 0, JUDGE_R | JUDGE_W, JUDGE_R | JUDGE_W | JUDGE_X},
        {1, 0, 0, 1, JUDGE_R | JUDGE_W, JUDGE_R | JUDGE_W},
        {2, 0, 1, 1, JUDGE_R | JUDGE_X, 0},
        {2, 1, 1, 1, JUDGE_R, 0},
        {3, 1, 0, 1, JUDGE_R, JUDGE_R | JUDGE_X},
        {3, 0, 1, 1, JUDGE_R | JUDGE_X, JUDGE_R},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct judge_regime r = regime(12, 48);
        uint64_t descriptor = PAGE | rows[i].ap << 6 | (uint64_t)rows[i].pxn << 53 | (uint64_t)rows[i].uxn << 54;
        struct judge_leaf leaf;

        r.wxn = rows[i].wxn;
        leaf = judge_leaf(&r, 3, descriptor, 0);
        assert_int_equal(leaf.el1, rows[i].el1);
        assert_int_equal(leaf.el0, rows[i].el0);
    }
}

static void leaf__reads_every_attribute_field(void **state)
{
    struct judge_regime r = regime(12, 48);
    static const unsigned mair[8] = {0xff, 0x44, 0xbb, 0x00, 0xff, 0x04, 0x08, 0x0c};
    struct judge_leaf leaf = judge_leaf(&r, 3, PAGE | 1 << 11 | 3 << 8 | UINT64_C(1) << 52 | UINT64_C(1) << 53, 0);

    (void)state;
    assert_true(leaf.ng && leaf.af && leaf.contiguous && leaf.pxn && !leaf.uxn);
    assert_int_equal(leaf.sh, 3);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(judge_leaf(&r, 3, PAGE | i << 2, 0).mair, mair[i]);
}

static void group__has_the_sizes_of_the_contiguous_bit(void **state)
{
    struct judge_regime r4 = regime(12, 48), r16 = regime(14, 48), r64 = regime(16, 48);

    (void)state;
    assert_int_equal(judge_group(&r4, 3), 16);
    assert_int_equal(judge_group(&r4, 1), 16);
    assert_int_equal(judge_group(&r16, 3), 128);
    assert_int_equal(judge_group(&r16, 2), 32);
    assert_int_equal(judge_group(&r64, 3), 32);
    assert_int_equal(judge_group(&r64, 2), 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(start_level__follows_from_granule_and_size, nothing_in_memory),
        cmocka_unit_test_setup(walk__follows_four_levels_of_4k, nothing_in_memory),
        cmocka_unit_test_setup(walk__starts_lower_in_smaller_spaces, nothing_in_memory),
        cmocka_unit_test_setup(walk__refuses_addresses_of_the_other_half, nothing_in_memory),
        cmocka_unit_test_setup(walk__faults_as_the_machine_does, nothing_in_memory),
        cmocka_unit_test_setup(decode__knows_which_levels_have_blocks, nothing_in_memory),
        cmocka_unit_test_setup(decode__names_what_no_table_may_hold, nothing_in_memory),
        cmocka_unit_test_setup(leaf__grants_what_the_permission_tables_say, nothing_in_memory),
        cmocka_unit_test_setup(leaf__reads_every_attribute_field, nothing_in_memory),
        cmocka_unit_test_setup(group__has_the_sizes_of_the_contiguous_bit, nothing_in_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
