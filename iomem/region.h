/*
 * Virtual addresses of one space: which page ranges are taken, and where a free one is.
 *
 * A region's record is embedded by its user, so nothing here allocates and the only failure is
 * "no room". The caller holds the lock of the classes. Addresses and sizes are in bytes and
 * multiples of PORT_PAGE_SIZE. No region ever lies at address 0.
 *
 * Costs: region_alloc and region_free look at a number of records that does not depend on how many
 * regions there are; only a space too full for a generous fit makes region_alloc try the gaps of
 * one size class in turn. region_alloc_at and region_find look at about 2 log2(regions) records,
 * and once at each region that came since the last of them.
 */
#ifndef IOMEM_REGION_H
#define IOMEM_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A taken range, and the gap between its end and the next one. Every member is region.c's; va and size may be read. */
struct region {
    uint64_t va, size;
    uint64_t gap;
    struct region *prev, *next;           /* by address */
    struct region *left, *right, *parent; /* the search tree of region_tree.h */
    struct region *gap_prev, *gap_next;   /* whose gaps are in the same size class */
    uint32_t priority;
    uint16_t gap_class; /* while there is a gap */
    bool in_tree;
    uint8_t kind; /* the user's: what the record is a part of. region_alloc keeps it */
};

enum { REGION_OTHER, REGION_MAP, REGION_MEMORY };

#define REGION_SMALL   16u /* gaps of fewer pages have a class a size; above, eight classes an octave */
#define REGION_CLASSES (REGION_SMALL + (37u - 4u) * 8u)
#define REGION_WORDS   ((REGION_CLASSES + 63u) / 64u)

/* All zero: the kernel's space, whose bounds port_window gives at first use. */
struct region_space {
    uint64_t min, max;
    struct region edge; /* an empty region at min: it owns the gap before the first */
    struct region *root, *waiting;
    struct region *gaps[REGION_CLASSES];
    uint64_t in_use[REGION_WORDS]; /* a bit a class that has gaps */
    uint32_t words_in_use;         /* a bit each of those words that is not 0 */
    uint32_t random;
    size_t count; /* regions taken */
    size_t steps; /* records looked at since the beginning: what the cost tests read */
};

/* A space of [min, max) other than the kernel's; min and max are multiples of a page, min below max. */
void region_space_init(struct region_space *space, uint64_t min, uint64_t max);

/*
 * Take size bytes anywhere, at an address of which address % align == phase, so that the tables can use
 * large leaves. align is a power of two, at least a page; phase is a multiple of a page below align. When there is room
 * but none so aligned, the address is only page aligned. False: no room, *region unchanged.
 */
bool region_alloc(struct region_space *space, struct region *region, uint64_t size, uint64_t align, uint64_t phase);

/* Take exactly [va, va + size). False: taken already, or outside the space; *region unchanged. */
bool region_alloc_at(struct region_space *space, struct region *region, uint64_t va, uint64_t size);

/* Cut a taken region at an address inside of it: *second is the upper part from now on, of the same kind. */
void region_split(struct region_space *space, struct region *region, struct region *second, uint64_t at);

/* Give it back. One that was never taken (all zero) is ignored. */
void region_free(struct region_space *space, struct region *region);

/* The region that holds va, or NULL. */
struct region *region_find(struct region_space *space, uint64_t va);

/* The space's bounds: [*min, *max). */
void region_bounds(struct region_space *space, uint64_t *min, uint64_t *max);

#endif
