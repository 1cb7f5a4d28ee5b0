/*
 * The judge of AArch32's long descriptors, stage 1 of PL1&0 (LPAE): written from the pseudocode of
 * AArch32.TranslationTableWalkLD and AArch32.CheckPermission (DDI 0487 part G; DDI 0406C B3.6, B3.7).
 */
#include "tests/host/judge.h"

#include <stddef.h>

#define BITS(value, high, low) (((value) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))

enum { GRAIN = 12, STRIDE = 9, OUTPUT_SIZE = 40 };

/* level = 4 - RoundUp((inputsize - grainsize) / stride) */
static int start_level(const struct judge_regime *regime)
{
    return 4 - (int)(regime->va_bits - GRAIN + STRIDE - 1) / STRIDE;
}

static unsigned level_shift(const struct judge_regime *regime, int level)
{
    (void)regime;
    return GRAIN + (unsigned)(3 - level) * STRIDE;
}

static unsigned group(const struct judge_regime *regime, int level)
{
    (void)regime;
    (void)level;
    return 16;
}

/* TTBR0 takes addresses with zeros in <31:32-T0SZ>, TTBR1 those with ones in <31:32-T1SZ>. */
static bool in_half(const struct judge_regime *regime, uint64_t va)
{
    uint64_t ones = (UINT64_C(1) << (32 - regime->va_bits)) - 1;

    return va >> regime->va_bits == (regime->high ? ones : 0);
}

static uint64_t slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t va)
{
    unsigned bottom = level_shift(regime, level);
    unsigned top = level == start_level(regime) ? regime->va_bits - 1 : bottom + STRIDE - 1;

    return table + 8 * BITS(va, top, bottom);
}

static const char *table_breach(uint64_t descriptor)
{
    if (BITS(descriptor, 51, 40))
        return "table descriptor: bits [51:40], of which [47:40] fault and the others are reserved";
    if (BITS(descriptor, 63, 59))
        return "table descriptor: hierarchical permissions or NSTable, which this engine never uses";
    return NULL;
}

static const char *leaf_breach(unsigned shift, uint64_t descriptor)
{
    if (shift > 12 && BITS(descriptor, shift - 1, 12))
        return "leaf: reserved bits below the output address";
    if (BITS(descriptor, 51, 40))
        return "leaf: bits [51:40], of which [47:40] fault and the others are reserved";
    if (BITS(descriptor, 5, 5))
        return "leaf: NS outside Secure state";
    if (BITS(descriptor, 9, 8) == 1)
        return "leaf: SH has the reserved value 1";
    if (BITS(descriptor, 63, 59))
        return "leaf: bits [63:59] not zero";
    return NULL;
}

static struct judge_entry decode(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    struct judge_entry entry = {JUDGE_IS_INVALID, 0, NULL};
    unsigned shift = level_shift(regime, level);

    if (!(descriptor & 1))
        return entry;
    if (level == 3 && !(descriptor & 2)) {
        entry.breach = "the reserved encoding 0b01 at level 3";
    } else if (level == 3 || !(descriptor & 2)) {
        entry.kind = JUDGE_IS_LEAF;
        entry.pa = BITS(descriptor, OUTPUT_SIZE - 1, shift) << shift;
        entry.breach = leaf_breach(shift, descriptor);
    } else {
        entry.kind = JUDGE_IS_TABLE;
        entry.pa = BITS(descriptor, OUTPUT_SIZE - 1, GRAIN) << GRAIN;
        entry.breach = table_breach(descriptor);
    }
    return entry;
}

/* AArch32.CheckPermission with ap = AP[2:1]:'1' and SCTLR.UWXN 0; XN is for PL0 and PL1, PXN for PL1 alone. */
static void grant(const struct judge_regime *regime, struct judge_leaf *leaf)
{
    bool read_only = (leaf->ap & 2) != 0, user_r = (leaf->ap & 1) != 0;
    bool priv_w = !read_only, user_w = user_r && !read_only;
    bool user_xn = !user_r || leaf->uxn || (user_w && regime->wxn);
    bool priv_xn = leaf->uxn || leaf->pxn || (priv_w && regime->wxn);

    leaf->el1 = JUDGE_R | (priv_w ? JUDGE_W : 0u) | (priv_xn ? 0u : JUDGE_X);
    leaf->el0 = (user_r ? JUDGE_R : 0u) | (user_w ? JUDGE_W : 0u) | (user_xn ? 0u : JUDGE_X);
}

static struct judge_leaf leaf(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t va)
{
    struct judge_entry entry = decode(regime, level, descriptor);
    uint64_t size = UINT64_C(1) << level_shift(regime, level);
    struct judge_leaf leaf = {.level = level, .descriptor = descriptor, .breach = entry.breach, .size = size};

    if (entry.kind != JUDGE_IS_LEAF) {
        leaf.fault = JUDGE_TRANSLATION;
        return leaf;
    }
    judge_fields(regime, &leaf);
    leaf.pa = entry.pa | (va & (size - 1));
    if (BITS(descriptor, 47, OUTPUT_SIZE))
        leaf.fault = JUDGE_ADDRESS_SIZE;
    else if (!leaf.af)
        leaf.fault = JUDGE_ACCESS_FLAG;
    grant(regime, &leaf);
    return leaf;
}

/* MAIR1:MAIR0. ARMv7 has no Device-nGRE and no Device-GRE (DDI 0406C B4.1.104): the third Device type is theirs too. */
const struct judge_rules judge_lpae = {
    .mair = UINT64_C(0x040404FF00BB44FF),
    .address_bits = 32,
    .start_level = start_level,
    .level_shift = level_shift,
    .group = group,
    .in_half = in_half,
    .slot = slot,
    .decode = decode,
    .leaf = leaf,
};
