/* RAM of every size that a Raspberry Pi 4 is sold with, where no device tree says where it lies. */
#include "tests/host/check.h"

#include "boards/bcm2711_ram.h"

#define GIB (UINT64_C(1) << 30)

static void assert_range(struct board_range range, uint64_t start, uint64_t end)
{
    assert_int_equal(range.pa, start);
    assert_int_equal(range.pa + range.size, end);
}

static void upper_ram__of_one_gib_there_is_none(void **state)
{
    struct board_range ranges[2];

    (void)state;
    assert_int_equal(bcm2711_upper_ram(0, ranges), 0);
    assert_int_equal(bcm2711_upper_ram(GIB, ranges), 0);
}

static void upper_ram__of_two_gib_is_one_piece(void **state)
{
    struct board_range ranges[2];

    (void)state;
    assert_int_equal(bcm2711_upper_ram(2 * GIB, ranges), 1);
    assert_range(ranges[0], GIB, 2 * GIB);
}

/* The peripherals hide 64 MiB of it, and nothing comes out again above. */
static void upper_ram__of_four_gib_ends_below_the_peripherals(void **state)
{
    struct board_range ranges[2];

    (void)state;
    assert_int_equal(bcm2711_upper_ram(4 * GIB, ranges), 1);
    assert_range(ranges[0], GIB, 0xFC000000);
}

static void upper_ram__of_eight_gib_goes_on_above_them(void **state)
{
    struct board_range ranges[2];

    (void)state;
    assert_int_equal(bcm2711_upper_ram(8 * GIB, ranges), 2);
    assert_range(ranges[0], GIB, 0xFC000000);
    assert_range(ranges[1], 4 * GIB, 8 * GIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upper_ram__of_one_gib_there_is_none),
        cmocka_unit_test(upper_ram__of_two_gib_is_one_piece),
        cmocka_unit_test(upper_ram__of_four_gib_ends_below_the_peripherals),
        cmocka_unit_test(upper_ram__of_eight_gib_goes_on_above_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
