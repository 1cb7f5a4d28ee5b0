/*
 * The judge of VMSAv8-64 stage 1 tables with 52-bit addresses: a 4K or 16K granule with TCR.DS 1 (FEAT_LPA2), a 64K one
 * with FEAT_LPA and IPS of 52 bits. Written from the pseudocode of AArch64.S1StartLevel, AArch64.BlockDescSupported,
 * AArch64.LeafBase and AArch64.NextTableBase, AArch64.ContiguousBit and S1DecodeMemAttrs (DDI 0487), and from D8.3 for
 * the fields; TCR.SH0 and SH1 are inner shareable.
 */
#include "tests/host/judge.h"

#include <stddef.h>

#define BITS(value, high, low) (((value) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))

enum { LAST = 3 };

static unsigned stride(const struct judge_regime *regime)
{
    return regime->granule_bits - 3;
}

/* Effective TCR.DS: a 64K granule has none */
static bool ds(const struct judge_regime *regime)
{
    return regime->granule_bits != 16;
}

/* -1 is a level: 4K tables of more than 48 bits start there. */
static int start_level(const struct judge_regime *regime)
{
    return LAST - (int)((regime->va_bits - 1 - regime->granule_bits) / stride(regime));
}

static unsigned level_shift(const struct judge_regime *regime, int level)
{
    return regime->granule_bits + (unsigned)(LAST - level) * stride(regime);
}

/* The level that only these wide tables may have blocks at; the contiguous bit is RES0 there. */
static int widest_block(const struct judge_regime *regime)
{
    return regime->granule_bits == 12 ? 0 : 1;
}

static unsigned group(const struct judge_regime *regime, int level)
{
    if (level <= widest_block(regime))
        return 1;
    if (regime->granule_bits == 12)
        return 16;
    return regime->granule_bits == 14 && level == LAST ? 128 : 32;
}

static bool in_half(const struct judge_regime *regime, uint64_t va)
{
    return va >> regime->va_bits == (regime->high ? UINT64_MAX >> regime->va_bits : 0);
}

static uint64_t slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t va)
{
    unsigned bottom = level_shift(regime, level), top = bottom + stride(regime) - 1;

    if (level == start_level(regime))
        top = regime->va_bits - 1;
    return table + 8 * BITS(va, top, bottom);
}

/* AArch64.LeafBase, AArch64.NextTableBase: where the address bits are; `low` is the lowest one that counts. */
static uint64_t base(const struct judge_regime *regime, uint64_t descriptor, unsigned low)
{
    uint64_t address = BITS(descriptor, 47, low) << low;

    if (!ds(regime))
        return address | BITS(descriptor, 15, 12) << 48;
    return address | BITS(descriptor, 49, 48) << 48 | BITS(descriptor, 9, 8) << 50;
}

/* RES0 in both kinds: what lies between the fields of the address. */
static bool gap(const struct judge_regime *regime, uint64_t descriptor, unsigned low)
{
    unsigned from = ds(regime) ? 12 : 16;

    return (low > from && BITS(descriptor, low - 1, from)) || BITS(descriptor, 50, 50) ||
           (!ds(regime) && BITS(descriptor, 49, 48));
}

static const char *leaf_breach(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    if (gap(regime, descriptor, level_shift(regime, level)))
        return "wide leaf: RES0 bits below or above the output address, nT or GP";
    if (BITS(descriptor, 52, 52) && group(regime, level) == 1)
        return "wide leaf: the contiguous bit at a level that has no groups";
    if (BITS(descriptor, 51, 51) || BITS(descriptor, 5, 5) || BITS(descriptor, 63, 59))
        return "wide leaf: DBM, NS or bits [63:59]";
    if (!ds(regime) && BITS(descriptor, 9, 8) == 1)
        return "wide leaf: SH has the reserved value 1";
    return NULL;
}

static struct judge_entry decode(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    struct judge_entry entry = {JUDGE_IS_INVALID, 0, NULL};

    if (!(descriptor & 1))
        return entry;
    if (level < LAST && descriptor & 2) {
        entry.kind = JUDGE_IS_TABLE;
        entry.pa = base(regime, descriptor, regime->granule_bits);
        if (gap(regime, descriptor, regime->granule_bits) || BITS(descriptor, 63, 59))
            entry.breach = "wide table: RES0 bits, or hierarchical permissions";
    } else if (level == LAST ? !(descriptor & 2) : level < widest_block(regime)) {
        entry.breach = "wide tables: a block at a level that has none, or the reserved encoding 0b01 at level 3";
    } else {
        entry.kind = JUDGE_IS_LEAF;
        entry.pa = base(regime, descriptor, level_shift(regime, level));
        entry.breach = leaf_breach(regime, level, descriptor);
    }
    return entry;
}

/* S1DecodeMemAttrs with TCR.DS 1: all but cacheable memory is outer shareable, and that is as TCR says. */
static unsigned shareability(unsigned mair)
{
    return mair >> 4 == 0 || mair == 0x44 ? 2 : 3;
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
    if (ds(regime))
        leaf.sh = shareability(leaf.mair);
    leaf.pa = entry.pa | (va & (size - 1));
    if (entry.pa >> regime->pa_bits)
        leaf.fault = JUDGE_ADDRESS_SIZE;
    else if (!leaf.af)
        leaf.fault = JUDGE_ACCESS_FLAG;
    judge_grant(regime, &leaf);
    return leaf;
}

const struct judge_rules judge_wide = {
    .mair = UINT64_C(0x0C0804FF00BB44FF),
    .address_bits = 64,
    .slot_bytes = 8,
    .start_level = start_level,
    .level_shift = level_shift,
    .group = group,
    .in_half = in_half,
    .slot = slot,
    .decode = decode,
    .leaf = leaf,
};
