/* The memory of a pageable buffer: a memory object, and the region of a task that shows it, if it is in one. */
#ifndef IOMEM_PAGEABLE_H
#define IOMEM_PAGEABLE_H

#include "iomem/memory_region.h"

#define PAGEABLE_MAX (512ull << 20) /* bytes of one allocation, as in IOKit */

struct pageable {
    struct memory_object *object;
    struct memory_region *region; /* NULL when the task has come to its end, too */
};

struct pageable_request {
    task_t task;   /* or NULL: nowhere until it is mapped */
    uint64_t size; /* whole pages */
    uint64_t align, max_pa;
    unsigned mode; /* kIOxxxCache */
    bool purgeable, prefault;
};

/* False: no memory or address space, or too large; *pageable is as it was. It must stay where it is. */
bool pageable_open(struct pageable *pageable, const struct pageable_request *request);

/* Its addresses go, then the memory when nobody else holds it. All zero is ignored. */
void pageable_unmap(struct pageable *pageable);
void pageable_close(struct memory_object *object);

/* Whole pages of kernel_task, zero when they come, at a multiple of align, a power of two. 0: none to be had. */
uint64_t pageable_alloc(uint64_t size, uint64_t align);
void pageable_free(uint64_t va); /* ignores what pageable_alloc did not give */

#endif
