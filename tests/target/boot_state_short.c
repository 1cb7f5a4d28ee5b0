#include "tests/target/boot_state_v7.h"
#include "tests/target/tap.h"

/* Regions 0 Strongly-ordered, 1 to 3 Device, 4, 5 and 7 Normal; none is made of the implementation's 6. */
static void boot__sets_the_memory_types(void)
{
    CHECK_EQ(READ_CP15("c10, c2, 0"), 0xA00B8A54);
    CHECK_EQ(READ_CP15("c10, c2, 1"), 0x48004800);
}

/* SCTLR: M, C, Z, I, WXN, TRE, AFE on; A, V, EE and TE off. */
static void boot__sets_the_system_control_register(void)
{
    uint32_t sctlr = READ_CP15("c1, c0, 0"), on = 1u << 0 | 1u << 2 | 3u << 11 | 1u << 19 | 3u << 28;

    CHECK_EQ(sctlr & on, on);
    CHECK_EQ(sctlr & (1u << 1 | 1u << 13 | 1u << 25 | 1u << 30), 0);
}

static void boot__sets_the_translation_control_register(void)
{
    CHECK_EQ(READ_CP15("c2, c0, 2"), 1);           /* N: 2 GiB each side; short descriptors, no walks disabled */
    CHECK_EQ(READ_CP15("c2, c0, 1") & 0x7f, 0x6a); /* walks: write-back, allocating, inner shareable */
    CHECK_EQ(READ_CP15("c2, c0, 0") & 0x7f, 0x6a);
    CHECK_EQ(READ_CP15("c3, c0, 0"), 1); /* DACR: client of domain 0, no other */
}

unsigned boot_state_pa_bits(void)
{
    return 32;
}

uint64_t boot_state_block(void)
{
    return 1 << 20;
}

bool boot_state_has_gib_blocks(void)
{
    return false;
}

/* PXN is a section's; pages have none of their own. */
bool boot_state_keeps_el0_code_from_el1(uint64_t leaf_size)
{
    return leaf_size == 1 << 20 && (READ_CP15("c0, c1, 4") & 0xf) >= 4; /* ID_MMFR0.VMSA */
}

void boot_state_run_format(void)
{
    TAP_RUN(boot__sets_the_memory_types);
    TAP_RUN(boot__sets_the_system_control_register);
    TAP_RUN(boot__sets_the_translation_control_register);
}
