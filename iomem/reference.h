/*
 * What IOKit calls a memory reference: the parts of memory objects behind a descriptor's ranges. Once taken it stands,
 * whatever becomes of the addresses. The caller holds the memory lock.
 */
#ifndef IOMEM_REFERENCE_H
#define IOMEM_REFERENCE_H

#include "iomem/memory_object.h"

struct IOGeneralMemoryDescriptor;

struct memory_part {
    struct memory_object *object; /* retained */
    uint64_t offset;              /* in the object, of its first byte */
    uint64_t at, length;          /* which bytes of the descriptor it is */
    bool writable;
};

struct reference {
    uint32_t count;            /* 0: none taken */
    struct memory_part *parts; /* in the descriptor's order, without gaps; a part lies in one range */
    struct memory_part one;    /* what parts points to when that is enough */
};

/* Of a buffer: all of one object. */
void reference_make(struct reference *reference, struct memory_object *object, uint64_t length);

/*
 * Of the ranges' addresses, into *reference, which is empty. Stays empty for memory of other kinds. An error of
 * source_next, or kIOReturnNoMemory: it is empty.
 */
IOReturn reference_take(const struct IOGeneralMemoryDescriptor *md, struct reference *reference);

/* md->memory, if it is not taken yet and can be. */
IOReturn reference_take_once(struct IOGeneralMemoryDescriptor *md);

/* md->snapshot, if there is none: objects of its own with the contents that the memory has now. */
IOReturn reference_snapshot_once(struct IOGeneralMemoryDescriptor *md);

bool reference_is_same(const struct reference *a, const struct reference *b);
void reference_drop(struct reference *reference);

#endif
