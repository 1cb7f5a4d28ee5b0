/* Walking a general descriptor's ranges, by source address and by physical address. */
#ifndef IOMEM_SOURCE_H
#define IOMEM_SOURCE_H

#include "iomem/descriptor.h"

struct source {
    const struct IOGeneralMemoryDescriptor *md;
    uint64_t address, size;            /* what is left of the range */
    uint32_t index;                    /* of the range after it */
    uint64_t left;                     /* of the walk */
    bool write;                        /* every page of virtual memory has to be writable */
    const struct reference *reference; /* instead of looking at addresses; NULL: there is none */
    uint64_t offset;                   /* of the walk's place in the descriptor */
};

/* Bytes of one range that lie together: physically, or in a memory object. */
struct piece {
    uint64_t pa, size;
    struct memory_object *object; /* then pa is an offset in it. Borrowed: a view or a reference has it */
    bool writable;
};

/* Walk length bytes from offset; both lie in the descriptor. */
void source_start(struct source *source, const struct IOGeneralMemoryDescriptor *md, uint64_t offset, uint64_t length);

/* The source address at the walk's place, and how far touching ranges go on from it; 0: the end. Does not advance. */
uint64_t source_segment(const struct source *source, uint64_t *address);

/*
 * Make the memory objects' pages of the walk resident, and so on as want says; its first and count are set here. The
 * errors of source_next and of memory_object_get.
 */
IOReturn source_get(struct source *source, struct memory_want *want);

/*
 * The next piece; size 0 at the end. Virtual memory is looked up in its task's live tables:
 * KERN_INVALID_ADDRESS for a page that is not mapped, KERN_PROTECTION_FAILURE for one that may not be written.
 */
IOReturn source_next(struct source *source, struct piece *piece);

#endif
