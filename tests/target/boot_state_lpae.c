#include "tests/target/boot_state_v7.h"
#include "tests/target/tap.h"

static void boot__sets_the_memory_types(void)
{
    CHECK_EQ(READ_CP15("c10, c2, 0"), 0x00BB44FF);
    CHECK_EQ(READ_CP15("c10, c2, 1"), 0x040404FF);
}

/* SCTLR: M, C, Z, I, WXN on; A, V, EE, TRE, AFE and TE off. */
static void boot__sets_the_system_control_register(void)
{
    uint32_t sctlr = READ_CP15("c1, c0, 0");

    CHECK_EQ(sctlr & (1u << 0 | 1u << 2 | 1u << 11 | 1u << 12 | 1u << 19),
             1u << 0 | 1u << 2 | 1u << 11 | 1u << 12 | 1u << 19);
    CHECK_EQ(sctlr & (1u << 1 | 1u << 13 | 1u << 25 | 1u << 28 | 1u << 29 | 1u << 30), 0);
}

static void boot__sets_the_translation_control_register(void)
{
    uint32_t ttbcr = READ_CP15("c2, c0, 2");

    CHECK_EQ(ttbcr >> 31, 1); /* long descriptors */
    CHECK_EQ(ttbcr & 7, 1);   /* 2 GiB each side */
    CHECK_EQ(ttbcr >> 16 & 7, 1);
    CHECK_EQ(ttbcr >> 8 & 0x3f, 0x35); /* walks: write-back, allocating, inner shareable */
    CHECK_EQ(ttbcr >> 24 & 0x3f, 0x35);
    CHECK_EQ(ttbcr >> 7 & 1, 0);
    CHECK_EQ(ttbcr >> 22 & 3, 0);
}

/* LPAE's. The bits of an entry above them are not looked at. */
unsigned boot_state_pa_bits(void)
{
    return 40;
}

uint64_t boot_state_block(void)
{
    return 2 << 20;
}

bool boot_state_has_gib_blocks(void)
{
    return true;
}

bool boot_state_keeps_el0_code_from_el1(uint64_t leaf_size)
{
    (void)leaf_size;
    return true;
}

void boot_state_run_format(void)
{
    TAP_RUN(boot__sets_the_memory_types);
    TAP_RUN(boot__sets_the_system_control_register);
    TAP_RUN(boot__sets_the_translation_control_register);
}
