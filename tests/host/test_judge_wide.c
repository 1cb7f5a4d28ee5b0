/* The judge of 52-bit addresses, judged: descriptors put together by hand from the figures of D8.3 (DDI 0487). */
#include "tests/host/check.h"
#include "tests/host/judge.h"
#include "tests/host/words.h"

#define TABLE UINT64_C(3)
#define PAGE  UINT64_C(0x403) /* AF, AttrIndx 0, AP 00 */
#define BLOCK UINT64_C(0x401)
#define AT(n) (UINT64_C(1) << (n))

static bool any_table(void *context, uint64_t pa)
{
    (void)context;
    return pa != 0;
}

static struct judge_regime regime(unsigned granule_bits, unsigned va_bits)
{
    return (struct judge_regime){.rules = &judge_wide,
                                 .granule_bits = granule_bits,
                                 .va_bits = va_bits,
                                 .pa_bits = 52,
                                 .wxn = true,
                                 .ttbr = 0x10000,
                                 .mair = judge_wide.mair,
                                 .read = read_word,
                                 .is_table = any_table};
}

static void start_level__goes_down_to_minus_1(void **state)
{
    static const struct {
        unsigned granule_bits, va_bits;
        int level;
    } rows[] = {{12, 52, -1}, {12, 49, -1}, {12, 48, 0}, {12, 39, 1}, {14, 52, 0},
                {14, 48, 0},  {14, 47, 1},  {16, 52, 1}, {16, 43, 1}, {16, 42, 2}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct judge_regime r = regime(rows[i].granule_bits, rows[i].va_bits);

        assert_int_equal(judge_start_level(&r), rows[i].level);
    }
}

/* Bits [51:48] of each address are 0xd: with DS they are in [9:8] and [49:48]. */
static void walk__follows_five_levels_of_4k(void **state)
{
    struct judge_regime r = regime(12, 52);
    uint64_t va = AT(51) | AT(39) | AT(30) | AT(21) | AT(12) | 0x567, far = UINT64_C(0xd000000000000);
    uint64_t high = UINT64_C(3) << 8 | AT(48);
    struct judge_leaf leaf;

    (void)state;
    put(0x10000 + 8 * 8, 0x11000 | high | TABLE);
    put((far | 0x11000) + 8, 0x12000 | high | TABLE);
    put((far | 0x12000) + 8, 0x13000 | high | TABLE);
    put((far | 0x13000) + 8, 0x14000 | high | TABLE);
    put((far | 0x14000) + 8, UINT64_C(0x123456789000) | high | PAGE);
    leaf = judge_walk(&r, va);
    assert_int_equal(leaf.fault, JUDGE_NONE);
    assert_null(leaf.breach);
    assert_int_equal(leaf.pa, UINT64_C(0xd123456789567));
    assert_int_equal(leaf.level, 3);
    assert_int_equal(judge_walk(&r, va ^ AT(51)).level, -1);
    assert_int_equal(judge_walk(&r, va ^ AT(12)).fault, JUDGE_TRANSLATION);
}

static void walk__finds_the_bits_where_each_granule_has_them(void **state)
{
    struct judge_regime r16 = regime(14, 52), r64 = regime(16, 52);

    (void)state;
    put(0x10000 + 8 * 31, 0x20000 | UINT64_C(2) << 8 | AT(49) | TABLE);
    put(UINT64_C(0xa000000020000) + 8 * 2047, UINT64_C(0x1000000000) | UINT64_C(1) << 8 | AT(48) | BLOCK);
    assert_int_equal(judge_walk(&r16, UINT64_C(0xfffff80000abc)).pa, UINT64_C(0x5001f80000abc));
    assert_int_equal(judge_walk(&r16, UINT64_C(0xfffff80000abc)).size, AT(36));
    nothing_in_memory(state);
    put(0x10000 + 8 * 1023, 0x20000 | UINT64_C(0x9) << 12 | TABLE);
    put(UINT64_C(0x9000000020000) + 8 * 8191, UINT64_C(0x40000000) | UINT64_C(0x6) << 12 | BLOCK);
    assert_int_equal(judge_walk(&r64, UINT64_C(0xfffffffffffff)).pa, UINT64_C(0x600005fffffff));
    assert_null(judge_walk(&r64, UINT64_C(0xfffffffffffff)).breach);
    nothing_in_memory(state);
    put(0x10000 + 8 * 1, UINT64_C(0x80000000000) | UINT64_C(0xf) << 12 | BLOCK);
    assert_int_equal(judge_walk(&r64, AT(42) | 5).pa, UINT64_C(0xf080000000005));
}

static void decode__knows_levels_and_reserved_bits(void **state)
{
    static const struct {
        unsigned granule_bits;
        int level;
        uint64_t descriptor;
        bool good;
    } rows[] = {
        {12, -1, BLOCK, false},         {12, 0, BLOCK, true},
        {14, 0, BLOCK, false},          {14, 1, BLOCK, true},
        {16, 1, BLOCK, true},           {12, 0, BLOCK | AT(52), false},
        {14, 1, BLOCK | AT(52), false}, {16, 1, BLOCK | AT(52), false},
        {12, 1, BLOCK | AT(52), true},  {12, 3, PAGE | AT(50), false},
        {12, 3, PAGE | AT(49), true},   {16, 3, PAGE | AT(48), false},
        {16, 3, PAGE | AT(12), true},   {14, 3, PAGE | AT(12), false},
        {12, 3, PAGE | AT(8), true},    {16, 3, PAGE | AT(8), false},
        {12, 3, PAGE | AT(51), false},  {12, 2, BLOCK | AT(16), false},
        {16, 2, BLOCK | AT(15), true},  {16, 2, BLOCK | AT(16), false},
        {12, 1, TABLE | AT(50), false}, {12, 1, TABLE | AT(49), true},
        {16, 1, TABLE | AT(48), false}, {12, 0, TABLE | AT(59), false},
        {12, 3, PAGE | AT(58), true},   {12, 3, PAGE & ~UINT64_C(2), false},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct judge_regime r = regime(rows[i].granule_bits, 52);

        if ((judge_decode(&r, rows[i].level, rows[i].descriptor).breach == NULL) != rows[i].good)
            fail_msg("row %u", i);
    }
}

static void leaf__is_shared_as_tcr_says(void **state)
{
    struct judge_regime r4 = regime(12, 52), r64 = regime(16, 52);

    (void)state;
    assert_int_equal(judge_leaf(&r4, 3, PAGE, 0).sh, 3);
    assert_int_equal(judge_leaf(&r4, 3, PAGE | 1 << 2, 0).sh, 2); /* Normal, not cached */
    assert_int_equal(judge_leaf(&r4, 3, PAGE | 3 << 2, 0).sh, 2); /* Device */
    assert_int_equal(judge_leaf(&r64, 3, PAGE, 0).sh, 0);
    assert_int_equal(judge_leaf(&r64, 3, PAGE | 3 << 8, 0).sh, 3);
    r4.pa_bits = 48;
    assert_int_equal(judge_leaf(&r4, 3, PAGE | AT(48), 0).fault, JUDGE_ADDRESS_SIZE);
    assert_int_equal(judge_leaf(&r4, 3, PAGE & ~UINT64_C(0x400), 0).fault, JUDGE_ACCESS_FLAG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(start_level__goes_down_to_minus_1, nothing_in_memory),
        cmocka_unit_test_setup(walk__follows_five_levels_of_4k, nothing_in_memory),
        cmocka_unit_test_setup(walk__finds_the_bits_where_each_granule_has_them, nothing_in_memory),
        cmocka_unit_test_setup(decode__knows_levels_and_reserved_bits, nothing_in_memory),
        cmocka_unit_test_setup(leaf__is_shared_as_tcr_says, nothing_in_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
