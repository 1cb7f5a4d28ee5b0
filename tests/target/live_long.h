/* The walk of long descriptors, 4K granule: live_a64.c and live_lpae.c include this. */
#include "tests/target/live.h"

#define OUTPUT_ADDRESS 0x0000fffffffff000u

/* What the table descriptors above a leaf took away (D8.4.2 hierarchical control). */
struct limits {
    bool read_only, no_el0, pxn, uxn;
};

static struct limits tighten(struct limits limits, uint64_t table)
{
    unsigned ap = (table >> 61) & 3;

    limits.no_el0 |= ap & 1;
    limits.read_only |= (ap >> 1) & 1;
    limits.uxn |= (table >> 60) & 1;
    limits.pxn |= (table >> 59) & 1;
    return limits;
}

static void permissions(struct live_leaf *leaf, struct limits limits, const struct live_root *root)
{
    uint64_t entry = leaf->descriptor;
    bool el0 = (entry >> 6 & 1) && !limits.no_el0;
    bool write = !(entry >> 7 & 1) && !limits.read_only;
    bool uxn = (entry >> 54 & 1) || limits.uxn;
    /* Writable at EL0 is never executable at EL1 (D8.4.1), whatever PXN says; not relied upon here. */
    bool pxn = (entry >> 53 & 1) || limits.pxn || (uxn && root->xn_is_for_all);

    leaf->el1 = LIVE_R | (write ? LIVE_W : 0) | (pxn ? 0 : LIVE_X);
    /* On AArch64 a page without EL0 read access is still executable there; LPAE asks for both (DDI 0406C B3.7.2). */
    bool fetch = !uxn && (el0 || !root->xn_is_for_all);
    leaf->el0 = (el0 ? LIVE_R : 0) | (el0 && write ? LIVE_W : 0) | (fetch ? LIVE_X : 0);
}

static void visit_leaf(struct live_walk *walk, struct live_leaf leaf, struct limits limits)
{
    leaf.mair = (uint8_t)(walk->root.mair >> (leaf.descriptor >> 2 & 7) * 8);
    leaf.sh = leaf.descriptor >> 8 & 3;
    leaf.pa = leaf.descriptor & OUTPUT_ADDRESS & ~(leaf.size - 1);
    leaf.accessed = leaf.descriptor >> 10 & 1;
    leaf.global = !(leaf.descriptor >> 11 & 1);
    permissions(&leaf, limits, &walk->root);
    live_visit_leaf(walk, &leaf);
}

static void visit_table(struct live_walk *walk, struct live_leaf place, uint64_t pa, struct limits limits)
{
    volatile uint64_t *table = live_table(walk, pa, 4096);
    unsigned shift = 39 - 9 * place.level;
    unsigned entries = shift + 9 > walk->root.va_bits ? 1u << (walk->root.va_bits - shift) : 512;

    for (unsigned i = 0; table && i < entries && !walk->stop && !walk->broken; i++) {
        struct live_leaf leaf = place;
        uint64_t entry = table[i];

        leaf.va = place.va + ((uint64_t)i << shift);
        leaf.size = 1ull << shift;
        if (!(entry & 1) || !live_walk_wants(walk, &leaf))
            continue;
        leaf.descriptor = entry;
        leaf.slot = table + i;
        if (place.level < 3 && (entry & 2)) {
            leaf.level++;
            visit_table(walk, leaf, entry & OUTPUT_ADDRESS, tighten(limits, entry));
        } else if (place.level == 0 || (place.level == 3 && !(entry & 2))) {
            walk->broken = true; /* a block where the 4K granule has none, or a reserved encoding */
        } else {
            visit_leaf(walk, leaf, limits);
        }
    }
}

void live_visit_root(struct live_walk *walk)
{
    struct live_leaf place = {.level = (48 - walk->root.va_bits) / 9, .va = walk->root.va};

    visit_table(walk, place, walk->root.table, (struct limits){0});
}

void live_write(const struct live_leaf *leaf, uint64_t descriptor)
{
    *(volatile uint64_t *)leaf->slot = descriptor;
}

void live_set_access_flag(const struct live_leaf *leaf, bool set)
{
    live_write(leaf, (leaf->descriptor & ~((uint64_t)1 << 10)) | (uint64_t)set << 10);
}
