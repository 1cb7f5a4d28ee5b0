/*
 * ARMv7's short descriptors (Arm ARM DDI 0406C B3.5), of 32 bits, and the form in which the engine computes with them:
 * 64 bits, one layout for both levels, the count of a page table's entries included. SCTLR.TRE and AFE are 1, all
 * domains are 0; supersections and large pages, 16 equal entries each, are the format's contiguous groups.
 *
 * Levels are numbered 2 and 3, as the last one is 3 in every format.
 */
#ifndef MMU_SHORT_H
#define MMU_SHORT_H

#include "mmu/space.h"

typedef uint32_t entry_t;

#define BIT(n)          (UINT64_C(1) << (n))
#define FIELD(value, n) ((uint64_t)(value) << (n))

/* ---- what the engine sees ---- */
#define VALID          BIT(0)
#define TABLE_OR_PAGE  BIT(1)
#define KIND           (VALID | TABLE_OR_PAGE)
#define OUTPUT_ADDRESS UINT64_C(0xfffffc00) /* of a page table; bits [11:10] of a leaf's are 0 */

#define REGION(n)    FIELD(n, 32) /* TEX[0]:C:B */
#define AP_USER      BIT(35)      /* AP[1] */
#define AP_READ_ONLY BIT(36)      /* AP[2] */
#define XN           BIT(37)
#define NG           BIT(38)
#define CONTIGUOUS   BIT(39)
#define AF           BIT(40) /* AP[0]: set in every leaf */
#define ATTRIBUTES   (REGION(7) | AP_USER | AP_READ_ONLY | XN | NG | AF)
#define BREAK_NEEDED (REGION(7) | NG) /* B3.10.1 */

#define COUNT_LOW_SHIFT  41
#define COUNT_LOW_BITS   14
#define COUNT_HIGH_SHIFT 0
#define COUNT_HIGH_BITS  0
#define COUNT            FIELD(0x3fff, COUNT_LOW_SHIFT)
#define MIXED            BIT(55)

#define TAG_SHIFT 59
#define TAG(n)    FIELD(n, TAG_SHIFT)

/* ---- tables ---- */

enum {
    FIRST_LEVEL = 2,
    FIRST_LEAF_LEVEL = 2,
    GRANULE_BITS = 12,
    INDEX_BITS = 12,
    POOL_MARK = 8,
    PAGE_GROUP_BITS = 4,
    BLOCK_GROUP_BITS = 4,
    TOP_BLOCK_GROUP_BITS = 4
};

#define LEVEL_STEP   8
#define ROOT_ADDRESS UINT64_C(0xffffc000) /* of TTBR1; TTBR0 has less to leave out */

enum {
    SHORT_FIRST_BYTES = 16384, /* the first-level table, and beside it the counts: the entries have no room for them */
    ROOT_BYTES = 2 * SHORT_FIRST_BYTES,
    TABLE_BYTES = 1024,
    SHORT_MIXED = 0x8000 /* of a count */
};

static inline unsigned level_bits(unsigned level)
{
    return level == 2 ? 12 : 8;
}

/* TTBR1's table is indexed by all of the address, so a high half begins inside it. */
static inline void *root_first(const struct mmu_space *space, void *memory)
{
    return (entry_t *)memory + (space->base >> 20);
}

static inline uint16_t *short_count(const entry_t *slot)
{
    uintptr_t first = (uintptr_t)slot & ~(uintptr_t)(ROOT_BYTES - 1);

    return (uint16_t *)(first + SHORT_FIRST_BYTES) + ((uintptr_t)slot - first) / sizeof *slot;
}

/* ---- from one form to the other ---- */

static inline uint32_t short_bit(uint64_t from, uint64_t bit, unsigned to)
{
    return from & bit ? UINT32_C(1) << to : 0;
}

static inline uint64_t long_bit(uint32_t from, unsigned bit, uint64_t to)
{
    return from >> bit & 1 ? to : 0;
}

static inline uint32_t section_encode(uint64_t leaf)
{
    uint32_t bits = (uint32_t)(leaf >> 32 & 3) << 2 | 2 | UINT32_C(1) << 16 /* S */ | short_bit(leaf, AF, 10) |
                    short_bit(leaf, XN, 4) | short_bit(leaf, AP_USER, 11) | short_bit(leaf, REGION(4), 12) |
                    short_bit(leaf, AP_READ_ONLY, 15) | short_bit(leaf, NG, 17);

    return leaf & CONTIGUOUS ? ((uint32_t)leaf & 0xff000000) | bits | UINT32_C(1) << 18
                             : ((uint32_t)leaf & 0xfff00000) | bits;
}

static inline uint32_t page_encode(uint64_t leaf)
{
    uint32_t bits = (uint32_t)(leaf >> 32 & 3) << 2 | UINT32_C(1) << 10 /* S */ | short_bit(leaf, AF, 4) |
                    short_bit(leaf, AP_USER, 5) | short_bit(leaf, AP_READ_ONLY, 9) | short_bit(leaf, NG, 11);

    if (leaf & CONTIGUOUS)
        return ((uint32_t)leaf & 0xffff0000) | bits | 1 | short_bit(leaf, REGION(4), 12) | short_bit(leaf, XN, 15);
    return ((uint32_t)leaf & 0xfffff000) | bits | 2 | short_bit(leaf, REGION(4), 6) | short_bit(leaf, XN, 0);
}

/*
 * Invalid entries: a tag in bits [4:2] beside its payload, or a broken leaf or table. A leaf's attributes are in
 * [11:5] then; one that is a group's says SHORT_BROKEN_GROUP in the tag's place, a table SHORT_BROKEN_TABLE.
 */
enum { SHORT_BROKEN_GROUP = 6, SHORT_BROKEN_TABLE = 7 };

static inline uint32_t invalid_encode(uint64_t entry, unsigned level)
{
    uint32_t tag = (uint32_t)(entry >> TAG_SHIFT) & 7, address = (uint32_t)entry & 0xfffff000;

    if (entry & AF)
        return address | (uint32_t)(entry >> 32 & 0x7f) << 5 | (entry & CONTIGUOUS ? SHORT_BROKEN_GROUP : tag) << 2;
    if (level == 2 && entry & TABLE_OR_PAGE)
        return ((uint32_t)entry & 0xfffffc00) | SHORT_BROKEN_TABLE << 2;
    return address | tag << 2;
}

static inline uint64_t table_decode(const entry_t *slot)
{
    uint32_t count = *short_count(slot);

    return (*slot & 0xfffffc00) | KIND | FIELD(count & (SHORT_MIXED - 1), COUNT_LOW_SHIFT) |
           (count & SHORT_MIXED ? MIXED : 0);
}

static inline uint64_t invalid_decode(const entry_t *slot, unsigned level)
{
    uint32_t entry = *slot, tag = entry >> 2 & 7, attributes = entry >> 5 & 0x7f;
    uint64_t leaf = (entry & 0xfffff000) | FIELD(attributes, 32) | AF | (level == 3 ? TABLE_OR_PAGE : 0);

    if (tag == SHORT_BROKEN_TABLE)
        return (table_decode(slot) & ~VALID) | TAG(MMU_TAG_BUSY);
    if (tag == SHORT_BROKEN_GROUP)
        return leaf | CONTIGUOUS | TAG(MMU_TAG_BUSY);
    return attributes ? leaf | TAG(tag) : (entry & 0xfffff000) | TAG(tag);
}

static inline uint64_t section_decode(const entry_t *slot)
{
    uint32_t entry = *slot, member = (uint32_t)((uintptr_t)slot / sizeof *slot) & 15;
    uint64_t leaf = VALID | REGION(entry >> 2 & 3) | long_bit(entry, 4, XN) | long_bit(entry, 10, AF) |
                    long_bit(entry, 11, AP_USER) | long_bit(entry, 12, REGION(4)) | long_bit(entry, 15, AP_READ_ONLY) |
                    long_bit(entry, 17, NG);

    return entry >> 18 & 1 ? (entry & 0xff000000) | FIELD(member, 20) | CONTIGUOUS | leaf : (entry & 0xfff00000) | leaf;
}

static inline uint64_t page_decode(const entry_t *slot)
{
    uint32_t entry = *slot, member = (uint32_t)((uintptr_t)slot / sizeof *slot) & 15;
    uint64_t leaf = KIND | REGION(entry >> 2 & 3) | long_bit(entry, 4, AF) | long_bit(entry, 5, AP_USER) |
                    long_bit(entry, 9, AP_READ_ONLY) | long_bit(entry, 11, NG);

    if (entry & 2)
        return (entry & 0xfffff000) | leaf | long_bit(entry, 6, REGION(4)) | long_bit(entry, 0, XN);
    return (entry & 0xffff0000) | FIELD(member, 12) | CONTIGUOUS | leaf | long_bit(entry, 12, REGION(4)) |
           long_bit(entry, 15, XN);
}

#endif
