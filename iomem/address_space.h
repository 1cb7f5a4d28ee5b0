/* An address space: the tables that translate it, and where iomem may place maps in it. */
#ifndef IOMEM_ADDRESS_SPACE_H
#define IOMEM_ADDRESS_SPACE_H

#include "iomem/IOAddressSpace.h"
#include "iomem/port.h"
#include "iomem/region.h"
#include "mmu/space.h"

struct memory_region;

struct IOAddressSpace {
    struct port_task port;
    struct region_space regions;
    struct memory_region *memory; /* its own: IOAddressSpaceAllocate's, and buffers in it */
    IOMemoryMapRef overwriters;   /* maps whose pages lie over others': a tree of overwriters.h */
    size_t view_count;            /* of memory objects; 0 in a space that has never heard of them */
    IOMemoryMapRef maps;          /* of a user space: every map whose task it is */
    uint32_t references;          /* of a user space: its own, and those of the descriptors of its memory */
    bool user;                    /* mappings are for EL0 too */
    bool dead;                    /* destroyed: no tables, no maps; whoever retained it finds nothing mapped */
};

/* Not of a dead task, which has none. */
static inline struct mmu_space *address_space_tables(task_t task)
{
    return task->user ? task->port.space : mmu_kernel_space();
}

/* The task that these tables are for. */
static inline task_t address_space_of(const struct mmu_space *space)
{
    return space->owner ? space->owner : kernel_task;
}

/* The record of a task, so that it can be looked at after the task's end. kernel_task and NULL are ignored. */
void address_space_retain(task_t task);
void address_space_release(task_t task);

/* The list that a task's end goes through. The memory lock is taken inside. */
void address_space_add_map(task_t task, IOMemoryMapRef map);
void address_space_remove_map(task_t task, IOMemoryMapRef map);

#endif
