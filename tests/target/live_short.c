/* The walk of short descriptors (DDI 0406C B3.5.1), with TEX remap and the access flag: SCTLR.TRE and AFE are 1. */
#include "tests/target/live.h"

struct live_root live_root(void)
{
    uint32_t ttbr1, ttbcr, prrr, nmrr;

    __asm__ volatile("mrc p15, 0, %0, c2, c0, 1" : "=r"(ttbr1));
    __asm__ volatile("mrc p15, 0, %0, c2, c0, 2" : "=r"(ttbcr));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 0" : "=r"(prrr));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 1" : "=r"(nmrr));
    return (struct live_root){
        .table = ttbr1 & 0xffffc000u, /* indexed by all of the address */
        .va = (uint64_t)1 << (32 - (ttbcr & 7)),
        .va_bits = 32 - (ttbcr & 7),
        .mair = (uint64_t)nmrr << 32 | prrr,
        .xn_is_for_all = true,
    };
}

/* Of region TEX[0]:C:B, with its S bit: the type as MAIR would have it, and the shareability as SH would (B3.8.3). */
static void remap(struct live_leaf *leaf, const struct live_root *root, unsigned region, bool s)
{
    static const uint8_t cacheable[4] = {0x4, 0xf, 0xb, 0xf};
    uint32_t prrr = (uint32_t)root->mair, nmrr = (uint32_t)(root->mair >> 32);
    unsigned type = prrr >> 2 * region & 3, inner = nmrr >> 2 * region & 3, outer = nmrr >> (2 * region + 16) & 3;
    bool shared = prrr >> (s ? 19 : 18) & 1;

    leaf->mair = type == 2 ? (uint8_t)(cacheable[outer] << 4 | cacheable[inner]) : (uint8_t)(type * 4);
    leaf->sh = type != 2 ? 2 : !shared ? 0 : prrr >> (24 + region) & 1 ? 3 : 2;
}

/* Where a leaf has its fields; a section's are also a supersection's, but for the address. */
struct fields {
    unsigned tex, af, user, read_only, s, ng, xn;
};

static void read_leaf(struct live_walk *walk, struct live_leaf *leaf, const struct fields *at, bool pxn)
{
    uint32_t entry = (uint32_t)leaf->descriptor;
    bool user = entry >> at->user & 1, write = !(entry >> at->read_only & 1), xn = entry >> at->xn & 1;

    leaf->accessed = entry >> at->af & 1;
    leaf->global = !(entry >> at->ng & 1);
    leaf->el1 = LIVE_R | (write ? LIVE_W : 0) | (xn || pxn ? 0 : LIVE_X);
    leaf->el0 = user ? LIVE_R | (write ? LIVE_W : 0) | (xn ? 0 : LIVE_X) : 0;
    remap(leaf, &walk->root, (entry >> at->tex & 1) << 2 | (entry >> 2 & 3), entry >> at->s & 1);
    live_visit_leaf(walk, leaf);
}

static void visit_page(struct live_walk *walk, struct live_leaf leaf, bool pxn)
{
    static const struct fields small = {6, 4, 5, 9, 10, 11, 0}, large = {12, 4, 5, 9, 10, 11, 15};
    bool is_small = leaf.descriptor & 2;

    leaf.size = 4096;
    leaf.pa = is_small ? leaf.descriptor & 0xfffff000 : (leaf.descriptor & 0xffff0000) | (leaf.va & 0xf000);
    read_leaf(walk, &leaf, is_small ? &small : &large, pxn);
}

static void visit_pages(struct live_walk *walk, struct live_leaf place, uint32_t table_entry)
{
    volatile uint32_t *table = live_table(walk, table_entry & 0xfffffc00, 1024);

    for (unsigned i = 0; table && i < 256 && !walk->stop && !walk->broken; i++) {
        struct live_leaf leaf = {.va = place.va + i * 4096ull, .size = 4096, .level = 3};

        leaf.descriptor = table[i];
        leaf.slot = table + i;
        if (leaf.descriptor & 3 && live_walk_wants(walk, &leaf))
            visit_page(walk, leaf, table_entry >> 2 & 1);
    }
}

static void visit_section(struct live_walk *walk, struct live_leaf leaf)
{
    static const struct fields section = {12, 10, 11, 15, 16, 17, 4};
    uint32_t entry = (uint32_t)leaf.descriptor;

    leaf.pa = entry >> 18 & 1 ? (entry & 0xff000000) | (leaf.va & 0xf00000) : entry & 0xfff00000;
    read_leaf(walk, &leaf, &section, entry & 1);
}

void live_visit_root(struct live_walk *walk)
{
    volatile uint32_t *table = live_table(walk, walk->root.table, 16384);

    for (uint64_t va = walk->root.va; table && va >> 32 == 0 && !walk->stop && !walk->broken; va += 1 << 20) {
        struct live_leaf leaf = {.va = va, .size = 1 << 20, .level = 2};

        leaf.slot = table + (va >> 20);
        leaf.descriptor = table[va >> 20];
        if (!(leaf.descriptor & 3) || !live_walk_wants(walk, &leaf))
            continue;
        if (leaf.descriptor & 2)
            visit_section(walk, leaf);
        else
            visit_pages(walk, leaf, (uint32_t)leaf.descriptor);
    }
}

void live_write(const struct live_leaf *leaf, uint64_t descriptor)
{
    *(volatile uint32_t *)leaf->slot = (uint32_t)descriptor;
}

/* AP[0] */
void live_set_access_flag(const struct live_leaf *leaf, bool set)
{
    unsigned bit = leaf->level == 2 ? 10 : 4;

    live_write(leaf, (leaf->descriptor & ~((uint64_t)1 << bit)) | (uint64_t)set << bit);
}
