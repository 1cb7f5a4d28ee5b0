#include "tests/target/live.h"

#include "iomem/port.h"

#define OUTPUT_ADDRESS 0x0000fffffffff000u

struct walk {
    struct live_root root;
    bool (*visit)(void *context, const struct live_leaf *leaf);
    void *context;
    uint64_t first, last; /* only leaves that touch these addresses */
    size_t leaves;
    bool stop, broken;
};

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

static void visit_leaf(struct walk *walk, struct live_leaf leaf, struct limits limits)
{
    leaf.mair = (uint8_t)(walk->root.mair >> (leaf.descriptor >> 2 & 7) * 8);
    leaf.sh = leaf.descriptor >> 8 & 3;
    leaf.pa = leaf.descriptor & OUTPUT_ADDRESS & ~(leaf.size - 1);
    permissions(&leaf, limits, &walk->root);
    walk->leaves++;
    walk->stop = !walk->visit(walk->context, &leaf);
}

static volatile uint64_t *table_at(struct walk *walk, uint64_t pa)
{
    if (port_is_ram(pa, 4096))
        return port_linear(pa);
    walk->broken = true;
    return NULL;
}

static void visit_table(struct walk *walk, struct live_leaf place, uint64_t pa, struct limits limits)
{
    volatile uint64_t *table = table_at(walk, pa);
    unsigned shift = 39 - 9 * place.level;
    unsigned entries = shift + 9 > walk->root.va_bits ? 1u << (walk->root.va_bits - shift) : 512;

    for (unsigned i = 0; table && i < entries && !walk->stop && !walk->broken; i++) {
        struct live_leaf leaf = place;
        uint64_t entry = table[i];

        leaf.va = place.va + ((uint64_t)i << shift);
        leaf.size = 1ull << shift;
        if (!(entry & 1) || leaf.va > walk->last || leaf.va + (leaf.size - 1) < walk->first)
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

static size_t run_walk(struct walk *walk)
{
    struct live_leaf place = {.size = 0};

    walk->root = live_root();
    place.level = (48 - walk->root.va_bits) / 9;
    place.va = walk->root.va;
    visit_table(walk, place, walk->root.table, (struct limits){0});
    return walk->broken ? 0 : walk->leaves;
}

size_t live_visit(bool (*visit)(void *context, const struct live_leaf *leaf), void *context)
{
    struct walk walk = {.visit = visit, .context = context, .first = 0, .last = UINT64_MAX};

    return run_walk(&walk);
}

static bool take(void *context, const struct live_leaf *leaf)
{
    *(struct live_leaf *)context = *leaf;
    return false;
}

bool live_find(uint64_t va, struct live_leaf *leaf)
{
    struct walk walk = {.visit = take, .context = leaf, .first = va, .last = va};

    return run_walk(&walk) == 1;
}

bool live_is_device(uint8_t mair)
{
    return (mair & 0xf0) == 0;
}
