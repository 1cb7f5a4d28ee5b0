/* Walking a general descriptor's ranges, by source address and by physical address. */
#ifndef IOMEM_SOURCE_H
#define IOMEM_SOURCE_H

#include "iomem/descriptor.h"

struct source {
    const struct IOGeneralMemoryDescriptor *md;
    uint64_t address, size; /* what is left of the range */
    uint32_t index;         /* of the range after it */
    uint64_t left;          /* of the walk */
    bool write;             /* every page of virtual memory has to be writable */
};

/* Physically contiguous bytes of one range. */
struct piece {
    uint64_t pa, size;
};

/* Walk length bytes from offset; both lie in the descriptor. */
void source_start(struct source *source, const struct IOGeneralMemoryDescriptor *md, uint64_t offset, uint64_t length);

/* The source address at the walk's place, and how far touching ranges go on from it; 0: the end. Does not advance. */
uint64_t source_segment(const struct source *source, uint64_t *address);

/*
 * The next piece; size 0 at the end. Virtual memory is looked up in its task's live tables:
 * KERN_INVALID_ADDRESS for a page that is not mapped, KERN_PROTECTION_FAILURE for one that may not be written.
 */
IOReturn source_next(struct source *source, struct piece *piece);

#endif
