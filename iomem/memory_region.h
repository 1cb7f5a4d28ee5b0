/*
 * A task's own memory: ranges that IOAddressSpaceAllocate took, and those of pageable buffers. Each is a view of a
 * memory object with the rights of all its pages; a change of a part cuts it in two.
 * The caller holds the memory lock.
 */
#ifndef IOMEM_MEMORY_REGION_H
#define IOMEM_MEMORY_REGION_H

#include "iomem/address_space.h"
#include "iomem/memory_view.h"

struct memory_region {
    struct region region;
    struct memory_view view;
    struct memory_region **owner;          /* a buffer's only pointer to it, NULL once it has gone; NULL: nobody's */
    struct memory_region *previous, *next; /* of the task */
    uint32_t old_attr;                     /* while a protect is on its way */
};

struct memory_region_request {
    task_t task;
    struct memory_object *object; /* all of it; the region retains it */
    uint64_t va;                  /* where, or 0: anywhere */
    uint64_t align;               /* anywhere at a multiple of this power of two, at least a page */
    uint32_t attr;                /* MMU_WRITE, MMU_EXEC */
};

/*
 * *result is the region, entered. kIOReturnNoMemory, KERN_INVALID_ADDRESS (not in the space's bounds), KERN_NO_SPACE:
 * nothing is kept.
 */
IOReturn memory_region_create(const struct memory_region_request *request, struct memory_region **result);

/* Its pages leave the tables, and its object when nobody else shows them. */
void memory_region_destroy(struct memory_region *region);

/* All of a task's, at its end: its tables show nothing any more. */
void memory_region_destroy_all(task_t task);

static inline struct memory_region *memory_region_of(struct region *region)
{
    return (struct memory_region *)(void *)((char *)region - offsetof(struct memory_region, region));
}

#endif
