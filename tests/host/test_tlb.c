/* The operand of TLBI by address, against the figure of "TLBI VAE1IS" (DDI 0487, C5.5): TTL is [47:44], always 0 here.
 */
#include "mmu/tlb.h"
#include "tests/host/check.h"

static void operand__has_the_page_number_from_bit_0_up(void **state)
{
    (void)state;
    assert_int_equal(tlb_operand(0x1000, 0), 1);
    assert_int_equal(tlb_operand(UINT64_C(0x0000123456789fff), 0), UINT64_C(0x123456789));
    assert_int_equal(tlb_operand(0x10000, 0), 0x10); /* a 64K page: shifted by 12 all the same */
    assert_int_equal(tlb_operand(0x4000, 0), 4);     /* and a 16K one */
}

static void operand__has_the_asid_on_top(void **state)
{
    (void)state;
    assert_int_equal(tlb_operand(0, 1), UINT64_C(1) << 48);
    assert_int_equal(tlb_operand(0x5000, 0xffff), UINT64_C(0xffff000000000005));
}

static void operand__keeps_high_address_bits_out_of_ttl_and_asid(void **state)
{
    (void)state;
    assert_int_equal(tlb_operand(UINT64_C(0xffffff8000001000), 0), UINT64_C(0x00000ffff8000001));
    assert_int_equal(tlb_operand(UINT64_C(0xfffffffffffff000), 0), UINT64_C(0x00000fffffffffff));
    assert_int_equal(tlb_operand(UINT64_C(0xfffffffffffff000), 0x1234), UINT64_C(0x12340fffffffffff));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operand__has_the_page_number_from_bit_0_up),
        cmocka_unit_test(operand__has_the_asid_on_top),
        cmocka_unit_test(operand__keeps_high_address_bits_out_of_ttl_and_asid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
