#include "iomem/rmap.h"

#include "iomem/port.h"

#define HASH_BITS 10u
#define HASH_SIZE (1u << HASH_BITS)

static struct {
    uint64_t powers[2];   /* of two, of which runs are filed, a bit each: off RAM and on RAM */
    size_t in_use[2][64]; /* how many */
    void *hash[HASH_SIZE];
} all;

struct rmap_special rmap_special;

/* An aligned block of 1 << shift bytes, and whether its runs are RAM's. */
struct block {
    uint64_t pa;
    unsigned shift;
    bool ram;
    bool first; /* of those that a look-up's range overlaps */
};

/* The power of two of bytes that covers the run. */
static unsigned shift_of(uint64_t size)
{
    return size <= PORT_PAGE_SIZE ? 12u : 64u - (unsigned)__builtin_clzll(size - 1u);
}

/*
 * Runs of RAM: in the record of the block's first frame, so runs of several powers share that list. The hash takes
 * what is not RAM, and blocks that begin where RAM has no record.
 */
static inline void **list_off_ram(uint64_t block, unsigned shift)
{
    return &all.hash[((uint32_t)block + shift) * 0x9e3779b1u >> (32u - HASH_BITS)];
}

static void **list_of(const struct block *block)
{
    struct port_frame *frame = block->ram ? port_frame(block->pa) : NULL;

    return frame ? &frame->maps : list_off_ram(block->pa >> block->shift, block->shift);
}

static void file(struct rmap_link *link, void **list)
{
    struct rmap_link *next = *list;

    link->next = next;
    link->slot = list;
    if (next)
        next->slot = &link->next;
    *list = link;
}

static void unfile(struct rmap_link *link)
{
    struct rmap_link *next = link->next;

    if (!link->slot)
        return;
    *link->slot = next;
    if (next)
        next->slot = link->slot;
    link->slot = NULL;
}

/* To the blocks that hold the first byte and the last. */
static __attribute__((noinline)) void add_ram(struct rmap_node *node, unsigned shift)
{
    struct block block = {.pa = node->pa >> shift << shift, .shift = shift, .ram = true};
    uint64_t last = (node->pa + node->size - 1u) >> shift << shift;

    file(&node->link[0], list_of(&block));
    if (last == block.pa)
        return;
    block.pa = last;
    file(&node->link[1], list_of(&block));
}

static inline void add_off_ram(struct rmap_node *node, unsigned shift)
{
    uint64_t first = node->pa >> shift, last = (node->pa + node->size - 1u) >> shift;

    file(&node->link[0], list_off_ram(first, shift));
    if (last != first)
        file(&node->link[1], list_off_ram(last, shift));
}

static void add_special(const struct rmap_node *node)
{
    uint64_t end = node->pa + node->size;
    bool first = rmap_special.count++ == 0;

    if (first || rmap_special.from > node->pa)
        rmap_special.from = node->pa;
    if (first || rmap_special.end < end)
        rmap_special.end = end;
}

void rmap_add(struct rmap_node *node)
{
    unsigned shift = shift_of(node->size);

    node->link[0].node = node->link[1].node = node;
    node->link[1].slot = NULL;
    all.in_use[node->ram][shift]++;
    all.powers[node->ram] |= 1ull << shift;
    if (node->special)
        add_special(node);
    if (node->ram)
        add_ram(node, shift);
    else
        add_off_ram(node, shift);
}

void rmap_remove(struct rmap_node *node)
{
    unsigned shift = shift_of(node->size);

    if (!node->link[0].slot)
        return;
    unfile(&node->link[0]);
    unfile(&node->link[1]);
    if (--all.in_use[node->ram][shift] == 0)
        all.powers[node->ram] &= ~(1ull << shift);
    rmap_special.count -= node->special;
    node->special = false;
}

void rmap_mark_special(struct rmap_node *node)
{
    if (!node->special)
        add_special(node);
    node->special = true;
}

/* Is this link the one to report its run by? A list holds other powers too and, in the hash, other blocks. */
static bool reports(const struct rmap_link *link, const struct block *block)
{
    const struct rmap_node *node = link->node;
    uint64_t filed = node->pa >> block->shift << block->shift;

    if (shift_of(node->size) != block->shift || node->ram != block->ram)
        return false;
    if (link == &node->link[0])
        return filed == block->pa;
    return block->first &&
           filed + (1ull << block->shift) == block->pa; /* in a later block the first link has told it */
}

static bool overlaps(const struct rmap_node *node, const struct rmap_visit *visit)
{
    return node->pa < visit->pa + visit->size && visit->pa < node->pa + node->size;
}

static int visit_list(struct rmap_link *link, const struct block *block, struct rmap_visit *visit)
{
    int result = 0;

    for (; link && !result; link = link->next)
        if (overlaps(link->node, visit) && reports(link, block))
            result = visit->run(visit, link->node);
    return result;
}

/* Every run off RAM of this power: for a range of more blocks than the hash has lists. */
static int visit_hash(unsigned shift, struct rmap_visit *visit)
{
    int result = 0;

    for (size_t i = 0; i < HASH_SIZE; i++)
        for (struct rmap_link *link = all.hash[i]; link && !result; link = link->next) {
            struct rmap_node *node = link->node;

            if (link == &node->link[0] && !node->ram && shift_of(node->size) == shift && overlaps(node, visit))
                result = visit->run(visit, node);
        }
    return result;
}

static int visit_power(unsigned shift, bool ram, struct rmap_visit *visit)
{
    struct block block = {.pa = visit->pa >> shift << shift, .shift = shift, .ram = ram, .first = true};
    int result = 0;

    if (!ram && visit->size >> shift > HASH_SIZE)
        return visit_hash(shift, visit);
    for (; block.pa < visit->pa + visit->size && !result; block.pa += 1ull << shift, block.first = false)
        result = visit_list(*list_of(&block), &block, visit);
    return result;
}

int rmap_each(struct rmap_visit *visit)
{
    bool ram = port_is_ram(visit->pa, 1);
    int result = 0;

    for (uint64_t left = all.powers[ram]; left && !result; left &= left - 1u)
        result = visit_power((unsigned)__builtin_ctzll(left), ram, visit);
    return result;
}
