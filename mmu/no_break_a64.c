/* Cores that take a new size of a live translation without a break. */
#include <stddef.h>
#include <stdint.h>

#include "mmu/tlb.h"

/*
 * FEAT_BBM level 2 leaves a core the choice to answer with a TLB conflict abort. These do not, from that revision on;
 * the ID register does not tell.
 */
struct model {
    uint8_t implementer;
    uint16_t part;
    uint8_t revision; /* variant << 4 | revision */
};

static const struct model models[] = {
    {'A', 0xd82, 0x03}, /* Cortex-X4 */
    {'A', 0xd84, 0x02}, /* Neoverse V3 */
    {0, 0x051, 0x00},   /* QEMU's "max" */
};

/* The fields of MIDR_EL1: implementer [31:24], variant [23:20], part number [15:4], revision [3:0]. */
static bool is_listed(uint64_t midr)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if ((midr >> 24 & 0xff) == models[i].implementer && (midr >> 4 & 0xfff) == models[i].part)
            return ((midr >> 16 & 0xf0) | (midr & 0xf)) >= models[i].revision;
    return false;
}

/* ID_AA64MMFR2_EL1.BBM, by number for assemblers that do not know the register. */
bool tlb_no_break(void)
{
    uint64_t midr, mmfr2;

    __asm__("mrs %0, midr_el1" : "=r"(midr));
    __asm__("mrs %0, s3_0_c0_c7_2" : "=r"(mmfr2));
    return (mmfr2 >> 52 & 0xf) >= 2 && is_listed(midr);
}
