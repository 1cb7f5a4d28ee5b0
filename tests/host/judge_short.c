/*
 * The judge of ARMv7's short descriptors: written from the pseudocode of AArch32.TranslationTableWalkSD,
 * AArch32.RemappedTEXDecode and AArch32.CheckPermission (DDI 0487 part G; DDI 0406C B3.5, B3.7, B3.8.3), for SCTLR.TRE
 * and SCTLR.AFE 1, all domains client. A low half is TTBR0's with TTBCR.N = 32 - va_bits, the high half TTBR1's.
 *
 * Levels are numbered 2 and 3 here, so that the last one is 3 in every format. judge_short_widen reads a descriptor;
 * the rest, and the model, see what it says in the places that long descriptors have for it: VALID [0], TABLE_OR_PAGE
 * [1], region [4:2], AP[2:1] [7:6], SH [9:8], AF [10], nG [11], address, CONTIGUOUS [52], PXN [53], XN [54], a breach
 * [63].
 */
#include "tests/host/judge.h"

#include <stddef.h>

#define BITS(value, high, low) (((value) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))

/* What the runtime sets: a type of its own for each TEX[0]:C:B but 6, which is the implementation's. */
#define PRRR UINT32_C(0xa00b8a54)
#define NMRR UINT32_C(0x48004800)

enum { FIRST = 2, SECOND = 3 };

static int start_level(const struct judge_regime *regime)
{
    (void)regime;
    return FIRST;
}

static unsigned level_shift(const struct judge_regime *regime, int level)
{
    (void)regime;
    return level == SECOND  ? 12
           : level == FIRST ? 20
                            : 44 - 12 * (unsigned)level; /* nothing is as large as those above */
}

/* Supersections and large pages are entered 16 times. */
static unsigned group(const struct judge_regime *regime, int level)
{
    (void)regime;
    (void)level;
    return 16;
}

static bool in_half(const struct judge_regime *regime, uint64_t va)
{
    bool low = !(va >> regime->va_bits);

    return !(va >> 32) && low != regime->high;
}

/* l1descaddr = ttbr<31:14-n> : va<31-n:20> : '00', n being 0 for TTBR1; l2descaddr = l1desc<31:10> : va<19:12> : '00'
 */
static uint64_t slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t va)
{
    unsigned n = regime->high ? 0 : 32 - regime->va_bits;

    if (level == SECOND)
        return table + 4 * BITS(va, 19, 12);
    return (table & ~((UINT64_C(1) << (14 - n)) - 1)) + 4 * BITS(va, 31 - n, 20);
}

static bool first_breach(uint32_t l1desc)
{
    if ((l1desc & 3) == 1)
        return BITS(l1desc, 9, 2); /* domain 0; PXN, NS and SBZ are never set */
    if (BITS(l1desc, 19, 19) || BITS(l1desc, 9, 5))
        return true; /* NS, a domain or an extended base address */
    return BITS(l1desc, 18, 18) && BITS(l1desc, 23, 20);
}

/* AArch32.RemappedTEXDecode: the shareability of a region with this S bit, as SH has it */
static uint64_t shareability(unsigned region, bool s)
{
    if ((PRRR >> (2 * region) & 3) != 2)
        return 2;
    if (!(PRRR >> (s ? 19 : 18) & 1))
        return 0;
    return PRRR >> (region + 24) & 1 ? 3 : 2;
}

struct fields {
    unsigned tex, ap0, ap1, ap2, xn, s, ng;
};

static uint64_t widen_fields(uint32_t descriptor, const struct fields *at)
{
    unsigned region = (unsigned)(BITS(descriptor, at->tex, at->tex) << 2 | BITS(descriptor, 3, 2));
    bool tex_left = at->tex == 12 ? BITS(descriptor, 14, 13) : BITS(descriptor, 8, 7); /* TEX[2:1]: the system's */

    return (uint64_t)region << 2 | (uint64_t)BITS(descriptor, at->ap1, at->ap1) << 6 |
           (uint64_t)BITS(descriptor, at->ap2, at->ap2) << 7 |
           shareability(region, BITS(descriptor, at->s, at->s)) << 8 |
           (uint64_t)BITS(descriptor, at->ap0, at->ap0) << 10 | (uint64_t)BITS(descriptor, at->ng, at->ng) << 11 |
           (uint64_t)BITS(descriptor, at->xn, at->xn) << 54 | (uint64_t)(tex_left || region == 6) << 63;
}

static uint64_t widen_first(uint32_t l1desc, uint64_t member)
{
    static const struct fields section = {12, 10, 11, 15, 4, 16, 17};
    uint64_t breach = (uint64_t)first_breach(l1desc) << 63;

    if (!(l1desc & 3))
        return (uint64_t)l1desc;
    if (!(l1desc & 2))
        return breach | (l1desc & 0xfffffc00) | 3;
    breach |= widen_fields(l1desc, &section) | (uint64_t)(l1desc & 1) << 53 | 1;
    if (BITS(l1desc, 18, 18))
        return breach | (l1desc & 0xff000000) | member << 20 | UINT64_C(1) << 52;
    return breach | (l1desc & 0xfff00000);
}

static uint64_t widen_second(uint32_t l2desc, uint64_t member)
{
    static const struct fields small = {6, 4, 5, 9, 0, 10, 11}, large = {12, 4, 5, 9, 15, 10, 11};

    if (!(l2desc & 3))
        return (uint64_t)l2desc;
    if (l2desc & 2)
        return widen_fields(l2desc, &small) | (l2desc & 0xfffff000) | 3;
    return widen_fields(l2desc, &large) | (l2desc & 0xffff0000) | member << 12 | UINT64_C(1) << 52 | 3 |
           (uint64_t)(BITS(l2desc, 8, 6) != 0) << 63;
}

uint64_t judge_short_widen(bool first, uint64_t index, uint32_t descriptor)
{
    return first ? widen_first(descriptor, index & 15) : widen_second(descriptor, index & 15);
}

static struct judge_entry decode(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    struct judge_entry entry = {JUDGE_IS_INVALID, 0, NULL};
    unsigned shift = level_shift(regime, level);

    if (!(descriptor & 1))
        return entry;
    entry.kind = level == FIRST && descriptor & 2 ? JUDGE_IS_TABLE : JUDGE_IS_LEAF;
    entry.breach = descriptor >> 63 ? "a short descriptor with a bit set that is reserved, or not used here" : NULL;
    if (BITS(descriptor, 53, 53) && regime->rules == &judge_short)
        entry.breach = "PXN, which this core reads as a reserved encoding";
    entry.pa = entry.kind == JUDGE_IS_TABLE ? BITS(descriptor, 31, 10) << 10 : BITS(descriptor, 31, shift) << shift;
    return entry;
}

/* AArch32.RemappedTEXDecode, as the MAIR byte that says the same */
static unsigned memory_type(unsigned region)
{
    static const unsigned halves[] = {0x4, 0xf, 0xa, 0xb};
    unsigned type = PRRR >> (2 * region) & 3, inner = NMRR >> (2 * region) & 3, outer = NMRR >> (2 * region + 16) & 3;

    return type == 2 ? halves[outer] << 4 | halves[inner] : type << 2;
}

/* AArch32.CheckPermission with ap = AP[2:1]:'1' and SCTLR.UWXN 0 */
static void grant(const struct judge_regime *regime, struct judge_leaf *leaf)
{
    bool priv_w = !(leaf->ap & 2), user_r = leaf->ap & 1, user_w = user_r && priv_w;
    bool user_xn = !user_r || leaf->uxn || (user_w && regime->wxn);
    bool priv_xn = leaf->uxn || leaf->pxn || (priv_w && regime->wxn);

    leaf->el1 = JUDGE_R | (priv_w ? JUDGE_W : 0u) | (priv_xn ? 0u : JUDGE_X);
    leaf->el0 = (user_r ? JUDGE_R : 0u) | (user_w ? JUDGE_W : 0u) | (user_xn ? 0u : JUDGE_X);
}

static struct judge_leaf leaf(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t va)
{
    struct judge_entry entry = decode(regime, level, descriptor);
    struct judge_leaf leaf = {.level = level, .descriptor = descriptor, .breach = entry.breach};

    leaf.size = UINT64_C(1) << level_shift(regime, level);
    if (entry.kind != JUDGE_IS_LEAF) {
        leaf.fault = JUDGE_TRANSLATION;
        return leaf;
    }
    leaf.pa = entry.pa | (va & (leaf.size - 1));
    leaf.index = (unsigned)BITS(descriptor, 4, 2);
    leaf.mair = memory_type(leaf.index);
    leaf.ap = (unsigned)BITS(descriptor, 7, 6);
    leaf.sh = (unsigned)BITS(descriptor, 9, 8);
    leaf.af = BITS(descriptor, 10, 10);
    leaf.ng = BITS(descriptor, 11, 11);
    leaf.contiguous = BITS(descriptor, 52, 52);
    leaf.pxn = BITS(descriptor, 53, 53);
    leaf.uxn = BITS(descriptor, 54, 54);
    if (!leaf.af)
        leaf.fault = JUDGE_ACCESS_FLAG;
    grant(regime, &leaf);
    return leaf;
}

#define RULES                                                                                                          \
    {                                                                                                                  \
        .address_bits = 32, .slot_bytes = 4, .start_level = start_level, .level_shift = level_shift, .group = group,   \
        .in_half = in_half, .slot = slot, .decode = decode, .leaf = leaf,                                              \
    }

const struct judge_rules judge_short = RULES;
const struct judge_rules judge_short_pxn = RULES; /* of cores that have PXN */
