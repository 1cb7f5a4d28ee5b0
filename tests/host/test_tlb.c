/* The operands of TLBI by address and by range, against the figures of "TLBI VAE1IS" and "RVAE1IS" (DDI 0487, C5.5). */
#include <stdio.h>
#include <string.h>

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

/* Granule in [47:46], 1 for 4K, 2 for 16K, 3 for 64K; level in [45:44]. */
static void ttl__names_granule_and_level(void **state)
{
    (void)state;
    assert_int_equal(tlb_ttl(12, 3), UINT64_C(0x7) << 44);
    assert_int_equal(tlb_ttl(12, 1), UINT64_C(0x5) << 44);
    assert_int_equal(tlb_ttl(14, 2), UINT64_C(0xa) << 44);
    assert_int_equal(tlb_ttl(16, 3), UINT64_C(0xf) << 44);
    for (unsigned granule_bits = 12; granule_bits <= 16; granule_bits += 2)
        for (unsigned level = 1; level <= 3; level++)
            assert_int_equal(tlb_ttl(granule_bits, level) & tlb_operand(UINT64_MAX, 0xffff), 0);
}

/* Level in [38:37], between the address and NUM */
static void range_ttl__names_the_level(void **state)
{
    uint64_t operand;

    (void)state;
    assert_int_equal(tlb_range_ttl(0), 0);
    assert_int_equal(tlb_range_ttl(3), UINT64_C(3) << 37);
    assert_true(tlb_range_operand(&operand, UINT64_MAX << 12, UINT64_C(1) << 33, 12));
    assert_int_equal(tlb_range_ttl(3) & operand, 0);
}

/* What a file says, where on the host nothing can be tried. */
static const char *text_of(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

/* Of ARMv7's stores of 64 bits a walker sees all or nothing only of STRD's (DDI 0406C A3.5.3): no assignment. */
static void entries__are_stored_whole(void **state)
{
    (void)state;
    assert_non_null(strstr(text_of("mmu/v7/arch/cpu.h"), "strd %Q1, %R1, [%0]"));
    assert_null(strstr(text_of("mmu/v7/arch/cpu.h"), "(volatile uint64_t *)"));
    assert_null(strstr(text_of("mmu/v7/arch/entry_runs.h"), "(volatile uint64_t *)"));
}

/* Operations of one core only have no place in that file. */
static void every_operation__reaches_all_cores(void **state)
{
    unsigned found = 0;

    (void)state;
    for (const char *at = text_of("mmu/tlb_a64.c"); (at = strpbrk(at, "\"")); at = at + 1 + strcspn(at + 1, "\"") + 1) {
        const char *word = at + 1 + (strncmp(at + 1, "tlbi ", 5) == 0 ? 5 : 0);
        size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789");
        bool operation = (word > at + 1 && length) || strncmp(word, "va", 2) == 0 || strncmp(word, "rva", 3) == 0;

        if (!operation)
            continue;
        found++;
        if (strncmp(word + length - 2, "is", 2) != 0)
            fail_msg("%.*s is for one core only", (int)length, word);
    }
    assert_true(found >= 4);
}

/* Granules that an operand of TLBI RVAE1IS names, by its fields' definition. */
static uint64_t granules(uint64_t operand)
{
    return ((operand >> 39 & 31) + 1) << (5 * (operand >> 44 & 3) + 1);
}

static void range_operand__covers_the_range(void **state)
{
    (void)state;
    for (unsigned granule_bits = 12; granule_bits <= 16; granule_bits += 2)
        for (uint64_t count = 1; count <= UINT64_C(1) << 21; count += 1 + count / 3) {
            uint64_t operand = 0, va = UINT64_C(0xffffff8012340000);

            assert_true(tlb_range_operand(&operand, va, count << granule_bits, granule_bits));
            assert_true(granules(operand) >= count);
            assert_true(granules(operand) <= 2 * count);
            assert_int_equal(operand & UINT64_C(0x1fffffffff), va >> granule_bits & UINT64_C(0x1fffffffff));
            assert_int_equal(operand >> 37 & 3, 0);
            assert_int_equal(operand >> 46 & 3, granule_bits == 12 ? 1 : granule_bits == 14 ? 2 : 3);
            assert_int_equal(operand >> 48, 0);
        }
}

static void range_operand__refuses_what_its_fields_cannot_say(void **state)
{
    uint64_t operand = 7;

    (void)state;
    assert_true(tlb_range_operand(&operand, 0, UINT64_C(1) << 33, 12));
    operand = 7;
    assert_false(tlb_range_operand(&operand, 0, (UINT64_C(1) << 33) + 0x1000, 12));
    assert_int_equal(operand, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operand__has_the_page_number_from_bit_0_up),
        cmocka_unit_test(operand__has_the_asid_on_top),
        cmocka_unit_test(operand__keeps_high_address_bits_out_of_ttl_and_asid),
        cmocka_unit_test(ttl__names_granule_and_level),
        cmocka_unit_test(range_ttl__names_the_level),
        cmocka_unit_test(range_operand__covers_the_range),
        cmocka_unit_test(range_operand__refuses_what_its_fields_cannot_say),
        cmocka_unit_test(every_operation__reaches_all_cores),
        cmocka_unit_test(entries__are_stored_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
