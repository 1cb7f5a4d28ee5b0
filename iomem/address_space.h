/* An address space: the tables that translate it, and where iomem may place maps in it. */
#ifndef IOMEM_ADDRESS_SPACE_H
#define IOMEM_ADDRESS_SPACE_H

#include "iomem/IOAddressSpace.h"
#include "iomem/port.h"
#include "iomem/region.h"
#include "mmu/mmu.h"

struct IOAddressSpace {
    struct port_task port;
    struct region_space regions;
    IOMemoryMapRef maps; /* of a user space: every map whose task it is */
    uint32_t references; /* of a user space: its own, and those of the descriptors of its memory */
    bool user;           /* mappings are for EL0 too */
    bool dead;           /* destroyed: no tables, no maps; whoever retained it finds nothing mapped */
};

/* Not of a dead task, which has none. */
static inline struct mmu_space *address_space_tables(task_t task)
{
    return task->user ? task->port.space : mmu_kernel_space();
}

/* The record of a task, so that it can be looked at after the task's end. kernel_task and NULL are ignored. */
void address_space_retain(task_t task);
void address_space_release(task_t task);

/* The list that a task's end goes through. The memory lock is taken inside. */
void address_space_add_map(task_t task, IOMemoryMapRef map);
void address_space_remove_map(task_t task, IOMemoryMapRef map);

#endif
