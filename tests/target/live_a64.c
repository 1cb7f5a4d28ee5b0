#include "tests/target/live.h"

#include "iomem/port.h"

#define OUTPUT_ADDRESS 0x0000fffffffff000u

struct walk {
    bool (*visit)(void *context, const struct live_leaf *leaf);
    void *context;
    uint64_t mair;
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

static void permissions(struct live_leaf *leaf, struct limits limits)
{
    uint64_t entry = leaf->descriptor;
    bool el0 = (entry >> 6 & 1) && !limits.no_el0;
    bool write = !(entry >> 7 & 1) && !limits.read_only;
    bool uxn = (entry >> 54 & 1) || limits.uxn;
    /* Writable at EL0 is never executable at EL1 (D8.4.1), whatever PXN says; not relied upon here. */
    bool pxn = (entry >> 53 & 1) || limits.pxn;

    leaf->el1 = LIVE_R | (write ? LIVE_W : 0) | (pxn ? 0 : LIVE_X);
    /* Execution at EL0 needs UXN clear only: a page without EL0 read access is still executable there. */
    leaf->el0 = (el0 ? LIVE_R : 0) | (el0 && write ? LIVE_W : 0) | (uxn ? 0 : LIVE_X);
}

static void visit_leaf(struct walk *walk, struct live_leaf leaf, struct limits limits)
{
    leaf.mair = (uint8_t)(walk->mair >> (leaf.descriptor >> 2 & 7) * 8);
    leaf.sh = leaf.descriptor >> 8 & 3;
    leaf.pa = leaf.descriptor & OUTPUT_ADDRESS & ~(leaf.size - 1);
    permissions(&leaf, limits);
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

    for (unsigned i = 0; table && i < 512 && !walk->stop && !walk->broken; i++) {
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
    struct live_leaf root = {.size = 0};
    uint64_t ttbr1, tcr;

    __asm__ volatile("mrs %0, ttbr1_el1" : "=r"(ttbr1));
    __asm__ volatile("mrs %0, tcr_el1" : "=r"(tcr));
    __asm__ volatile("mrs %0, mair_el1" : "=r"(walk->mair));

    unsigned va_bits = 64 - (tcr >> 16 & 0x3f);

    /* A root of fewer than 512 entries: the walk would run past it. No space here has one. */
    if ((va_bits - 12) % 9)
        return 0;
    root.level = (48 - va_bits) / 9;
    root.va = ~0ull << va_bits;
    visit_table(walk, root, ttbr1 & 0x0000fffffffffffeu, (struct limits){0});
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
