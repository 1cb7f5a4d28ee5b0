/*
 * The judge of VMSAv8-64 stage 2 tables, 4 KiB granule, one start table: written from the pseudocode of
 * AArch64.S2Walk, AArch64.S2DirectBasePermissions and S2DecodeMemAttrs with HCR_EL2.FWB 0, and
 * D8.3 of DDI 0487 for the descriptors; no FEAT_XNX, no FEAT_S2PIE. el1 is all of the guest: el0 says the same.
 */
#include "tests/host/judge.h"

#include <stddef.h>

#define BITS(value, high, low) (((value) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))

enum { GRAIN = 12, STRIDE = 9 };

/* Without concatenated tables VTCR_EL2.SL0 says what stage 1 would start with. */
static int start_level(const struct judge_regime *regime)
{
    return 3 - (int)(regime->va_bits - 1 - GRAIN) / STRIDE;
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

/* AArch64.IPAIsOutOfRange */
static bool in_range(const struct judge_regime *regime, uint64_t ipa)
{
    return !(ipa >> regime->va_bits);
}

static uint64_t slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t ipa)
{
    unsigned bottom = level_shift(regime, level);
    unsigned top = level == start_level(regime) ? regime->va_bits - 1 : bottom + STRIDE - 1;

    return table + 8 * BITS(ipa, top, bottom);
}

static const char *table_breach(uint64_t descriptor)
{
    return BITS(descriptor, 50, 48) || BITS(descriptor, 63, 59) ? "stage 2 table: a RES0 bit" : NULL;
}

static const char *leaf_breach(unsigned shift, uint64_t descriptor)
{
    if (shift > 12 && BITS(descriptor, shift - 1, 12))
        return "stage 2 leaf: RES0 bits (or nT) below the output address";
    if (BITS(descriptor, 51, 48))
        return "stage 2 leaf: RES0 bits [50:48], or DBM [51]";
    if (BITS(descriptor, 11, 11))
        return "stage 2 leaf: bit 11 is RES0 (there is no nG)";
    if (BITS(descriptor, 9, 8) == 1)
        return "stage 2 leaf: SH has the reserved value 1";
    if (BITS(descriptor, 5, 4) && !BITS(descriptor, 3, 2))
        return "stage 2 leaf: MemAttr with a reserved inner cacheability";
    if (BITS(descriptor, 53, 53))
        return "stage 2 leaf: XN[0] is RES0 without FEAT_XNX";
    if (BITS(descriptor, 63, 59))
        return "stage 2 leaf: bits [63:59] not zero";
    return NULL;
}

static struct judge_entry decode(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    struct judge_entry entry = {JUDGE_IS_INVALID, 0, NULL};
    unsigned shift = level_shift(regime, level);

    if (!(descriptor & 1))
        return entry;
    if (level < 3 && descriptor & 2) {
        entry.kind = JUDGE_IS_TABLE;
        entry.pa = BITS(descriptor, 47, GRAIN) << GRAIN;
        entry.breach = table_breach(descriptor);
    } else if (level == 0 || (level == 3 && !(descriptor & 2))) {
        entry.breach = level ? "the reserved encoding 0b01 at level 3" : "a block at level 0";
    } else {
        entry.kind = JUDGE_IS_LEAF;
        entry.pa = BITS(descriptor, 47, shift) << shift;
        entry.breach = leaf_breach(shift, descriptor);
    }
    return entry;
}

/* The MAIR byte that says the same; allocation hints are stage 1's. */
static unsigned memory_type(unsigned mem_attr)
{
    static const unsigned halves[] = {0x0, 0x4, 0xb, 0xf};

    return mem_attr < 4 ? mem_attr << 2 : halves[mem_attr >> 2] << 4 | halves[mem_attr & 3];
}

static struct judge_leaf leaf(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t ipa)
{
    struct judge_entry entry = decode(regime, level, descriptor);
    uint64_t size = UINT64_C(1) << level_shift(regime, level);
    struct judge_leaf leaf = {.level = level, .descriptor = descriptor, .breach = entry.breach, .size = size};

    if (entry.kind != JUDGE_IS_LEAF) {
        leaf.fault = JUDGE_TRANSLATION;
        return leaf;
    }
    leaf.index = (unsigned)BITS(descriptor, 5, 2);
    leaf.mair = memory_type(leaf.index);
    leaf.ap = (unsigned)BITS(descriptor, 7, 6);
    leaf.sh = (unsigned)BITS(descriptor, 9, 8);
    leaf.af = BITS(descriptor, 10, 10) != 0;
    leaf.contiguous = BITS(descriptor, 52, 52) != 0;
    leaf.uxn = leaf.pxn = BITS(descriptor, 54, 54) != 0;
    leaf.pa = entry.pa | (ipa & (size - 1));
    if (entry.pa >> regime->pa_bits)
        leaf.fault = JUDGE_ADDRESS_SIZE;
    else if (!leaf.af)
        leaf.fault = JUDGE_ACCESS_FLAG;
    leaf.el1 = (leaf.ap & 1 ? JUDGE_R : 0u) | (leaf.ap & 2 ? JUDGE_W : 0u) | (leaf.uxn ? 0u : JUDGE_X);
    leaf.el0 = leaf.el1;
    return leaf;
}

const struct judge_rules judge_stage2 = {
    .address_bits = 48,
    .start_level = start_level,
    .level_shift = level_shift,
    .group = group,
    .in_half = in_range,
    .slot = slot,
    .decode = decode,
    .leaf = leaf,
};
