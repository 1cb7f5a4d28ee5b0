/*
 * Who maps this physical page: the reverse map, by which a cache mode reaches every live mapping.
 *
 * A mapping registers each physically contiguous run that it shows with a node of its own; the node is the
 * caller's and stays put while registered. Adding and removing cost the same for a page and for a
 * gibibyte: a run of n pages is filed by the power of two that covers n, once or twice, under the frame (or,
 * off RAM, the hash) of the aligned block that it lies in. A look-up visits one list a block and a power in use.
 * The caller holds the lock of the classes. Addresses and sizes are in bytes and multiples of PORT_PAGE_SIZE.
 */
#ifndef IOMEM_RMAP_H
#define IOMEM_RMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct IOMemoryMap;
struct mmu_space;

struct rmap_link {
    void *next;  /* struct rmap_link of the same list */
    void **slot; /* what points here; NULL when not filed */
    struct rmap_node *node;
};

struct rmap_node {
    struct rmap_link link[2];
    uint64_t pa, size;
    uint64_t va;
    struct mmu_space *space;
    struct IOMemoryMap *left; /* an overwriting map's that is unmapped: that map, else NULL */
    bool special;             /* off RAM, in a mode other than Inhibit: what rmap_has_special asks for */
    bool ram;                 /* port_is_ram of it */
};

/* The caller has set pa, size, va, space, special and ram; the run is all RAM or all not. Cannot fail. */
void rmap_add(struct rmap_node *node);

/* The registered runs that are special: how many there are, and where all lie that were so since there were none. */
struct rmap_special {
    size_t count;
    uint64_t from, end;
};
extern struct rmap_special rmap_special;

/* A node that is not registered (all zero) is ignored. */
void rmap_remove(struct rmap_node *node);

/* A run that is registered has become special. */
void rmap_mark_special(struct rmap_node *node);
/* May a special run overlap [pa, pa + size)? Where none can, nobody need look for the mode of what is not RAM. */
static inline bool rmap_has_special(uint64_t pa, uint64_t size)
{
    return rmap_special.count != 0 && pa < rmap_special.end && rmap_special.from < pa + size;
}

/* Embedded in what `run` needs to know. */
struct rmap_visit {
    uint64_t pa, size;
    int (*run)(struct rmap_visit *visit, struct rmap_node *node);
};

/*
 * Call visit->run once for every registered run that overlaps [pa, pa + size), in no order, until it returns
 * non-zero; returns that. The range is all RAM or all not; run may not add or remove.
 */
int rmap_each(struct rmap_visit *visit);

#endif
