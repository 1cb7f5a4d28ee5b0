#include "tests/host/judge.h"

#include <stddef.h>

#define BITS(value, high, low) (((value) >> (low)) & ((UINT64_C(2) << ((high) - (low))) - 1))
#define FINAL_LEVEL            3

static unsigned stride(const struct judge_regime *regime)
{
    return regime->granule_bits - 3;
}

/* AArch64.S1StartLevel */
int judge_start_level(const struct judge_regime *regime)
{
    if (regime->rules)
        return regime->rules->start_level(regime);
    return FINAL_LEVEL - (int)((regime->va_bits - 1 - regime->granule_bits) / stride(regime));
}

unsigned judge_level_shift(const struct judge_regime *regime, int level)
{
    if (regime->rules)
        return regime->rules->level_shift(regime, level);
    return regime->granule_bits + (unsigned)(FINAL_LEVEL - level) * stride(regime);
}

/* D8.3, the Contiguous bit: 16 with 4K, 128 pages or 32 blocks with 16K, 32 with 64K. */
unsigned judge_group(const struct judge_regime *regime, int level)
{
    if (regime->rules)
        return regime->rules->group(regime, level);
    if (regime->granule_bits == 12)
        return 16;
    return regime->granule_bits == 14 && level == FINAL_LEVEL ? 128 : 32;
}

uint64_t judge_base(const struct judge_regime *regime)
{
    unsigned address_bits = regime->rules ? regime->rules->address_bits : 64;

    return regime->high ? UINT64_MAX >> (64 - address_bits) & UINT64_MAX << regime->va_bits : 0;
}

/* AArch64.VAIsOutOfRange with TBI off: bit 55 picks the TTBR and every bit from va_bits up must equal it. */
bool judge_in_half(const struct judge_regime *regime, uint64_t va)
{
    uint64_t top = va >> regime->va_bits;
    uint64_t ones = UINT64_MAX >> regime->va_bits;

    if (regime->rules)
        return regime->rules->in_half(regime, va);
    return top == (regime->high ? ones : 0);
}

/*
 * AArch64.TTBaseAddress and AArch64.TTEntryAddress: the initial table holds the bits that its level has left
 * below va_bits, and is aligned to its own size, 64 bytes at least.
 */
uint64_t judge_slot(const struct judge_regime *regime, uint64_t table, int level, uint64_t va)
{
    if (regime->rules)
        return regime->rules->slot(regime, table, level, va);
    unsigned shift = judge_level_shift(regime, level);
    unsigned top = level == judge_start_level(regime) ? regime->va_bits : shift + stride(regime);

    return table + 8 * BITS(va, top - 1, shift);
}

/* D8.3: which levels may hold a block, without FEAT_LPA2 and with 48-bit addresses. */
static bool block_allowed(const struct judge_regime *regime, int level)
{
    return level == 2 || (level == 1 && regime->granule_bits == 12);
}

static const char *table_breach(const struct judge_regime *regime, uint64_t descriptor)
{
    if (regime->granule_bits > 12 && BITS(descriptor, regime->granule_bits - 1, 12))
        return "table descriptor: RES0 bits below the next table's address";
    if (BITS(descriptor, 50, 48))
        return "table descriptor: RES0 bits [50:48]";
    if (BITS(descriptor, 63, 59))
        return "table descriptor: hierarchical permissions or NSTable, which this engine never uses";
    return NULL;
}

static const char *leaf_breach(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    unsigned shift = judge_level_shift(regime, level);

    if (shift > 12 && BITS(descriptor, shift - 1, 12))
        return "leaf: output address not aligned to the leaf (RES0 bits, or nT)";
    if (BITS(descriptor, 50, 48))
        return "leaf: RES0 bits [49:48], or GP [50]";
    if (BITS(descriptor, 51, 51))
        return "leaf: DBM without hardware dirty state";
    if (BITS(descriptor, 5, 5))
        return "leaf: NS outside Secure state";
    if (BITS(descriptor, 9, 8) == 1)
        return "leaf: SH has the reserved value 1";
    if (BITS(descriptor, 63, 59))
        return "leaf: bits [63:59] (PBHA, ignored) not zero";
    return NULL;
}

/* AArch64.DecodeDescriptorType */
struct judge_entry judge_decode(const struct judge_regime *regime, int level, uint64_t descriptor)
{
    struct judge_entry entry = {JUDGE_IS_INVALID, 0, NULL};

    if (regime->rules)
        return regime->rules->decode(regime, level, descriptor);
    if (!(descriptor & 1))
        return entry;
    if (level == FINAL_LEVEL ? (descriptor & 2) != 0 : !(descriptor & 2)) {
        if (level != FINAL_LEVEL && !block_allowed(regime, level)) {
            entry.breach = "a block at a level that has none";
            return entry;
        }
        entry.kind = JUDGE_IS_LEAF;
        entry.breach = leaf_breach(regime, level, descriptor);
        entry.pa = BITS(descriptor, 47, judge_level_shift(regime, level)) << judge_level_shift(regime, level);
        return entry;
    }
    if (level == FINAL_LEVEL) {
        entry.breach = "the reserved encoding 0b01 at level 3";
        return entry;
    }
    entry.kind = JUDGE_IS_TABLE;
    entry.breach = table_breach(regime, descriptor);
    entry.pa = BITS(descriptor, 47, regime->granule_bits) << regime->granule_bits;
    return entry;
}

/* AArch64.S1DirectBasePermissions: EL0 writable makes a page privileged-execute-never, WXN makes any writable one so.
 */
void judge_grant(const struct judge_regime *regime, struct judge_leaf *leaf)
{
    bool read_only = (leaf->ap & 2) != 0, user = (leaf->ap & 1) != 0;
    bool pw = !read_only, uw = user && !read_only;
    bool px = !leaf->pxn && !uw && !(regime->wxn && pw);
    bool ux = !leaf->uxn && !(regime->wxn && uw);

    leaf->el1 = JUDGE_R | (pw ? JUDGE_W : 0u) | (px ? JUDGE_X : 0u);
    leaf->el0 = (user ? JUDGE_R : 0u) | (uw ? JUDGE_W : 0u) | (ux ? JUDGE_X : 0u);
}

void judge_fields(const struct judge_regime *regime, struct judge_leaf *leaf)
{
    uint64_t descriptor = leaf->descriptor;

    leaf->index = (unsigned)BITS(descriptor, 4, 2);
    leaf->mair = (unsigned)(regime->mair >> (8 * leaf->index)) & 0xff;
    leaf->ap = (unsigned)BITS(descriptor, 7, 6);
    leaf->sh = (unsigned)BITS(descriptor, 9, 8);
    leaf->af = BITS(descriptor, 10, 10) != 0;
    leaf->ng = BITS(descriptor, 11, 11) != 0;
    leaf->contiguous = BITS(descriptor, 52, 52) != 0;
    leaf->pxn = BITS(descriptor, 53, 53) != 0;
    leaf->uxn = BITS(descriptor, 54, 54) != 0;
}

struct judge_leaf judge_leaf(const struct judge_regime *regime, int level, uint64_t descriptor, uint64_t va)
{
    struct judge_entry entry = judge_decode(regime, level, descriptor);
    struct judge_leaf leaf = {.level = level, .descriptor = descriptor, .breach = entry.breach};
    uint64_t size = UINT64_C(1) << judge_level_shift(regime, level);

    if (regime->rules)
        return regime->rules->leaf(regime, level, descriptor, va);
    leaf.size = size;
    if (entry.kind != JUDGE_IS_LEAF) {
        leaf.fault = JUDGE_TRANSLATION;
        return leaf;
    }
    judge_fields(regime, &leaf);
    leaf.pa = entry.pa | (va & (size - 1));
    if (entry.pa >> regime->pa_bits)
        leaf.fault = JUDGE_ADDRESS_SIZE;
    else if (!leaf.af)
        leaf.fault = JUDGE_ACCESS_FLAG;
    judge_grant(regime, &leaf);
    return leaf;
}

/* AArch64.S1Walk */
struct judge_leaf judge_walk(const struct judge_regime *regime, uint64_t va)
{
    struct judge_leaf none = {.fault = JUDGE_TRANSLATION};
    uint64_t table = regime->ttbr;

    if (!judge_in_half(regime, va))
        return none;
    for (int level = judge_start_level(regime);; level++) {
        uint64_t descriptor;
        struct judge_entry entry;

        none.level = level;
        none.size = UINT64_C(1) << judge_level_shift(regime, level);
        if (table >> regime->pa_bits || !regime->is_table(regime->context, table)) {
            none.fault = table >> regime->pa_bits ? JUDGE_ADDRESS_SIZE : JUDGE_EXTERNAL;
            return none;
        }
        descriptor = regime->read(regime->context, judge_slot(regime, table, level, va));
        entry = judge_decode(regime, level, descriptor);
        if (entry.kind != JUDGE_IS_TABLE || entry.breach) {
            struct judge_leaf leaf = judge_leaf(regime, level, descriptor, va);

            leaf.breach = entry.breach;
            return leaf;
        }
        table = entry.pa;
    }
}
