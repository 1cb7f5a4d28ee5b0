/* An address space: the tables that translate it, and where iomem may place maps in it. */
#ifndef IOMEM_ADDRESS_SPACE_H
#define IOMEM_ADDRESS_SPACE_H

#include "iomem/IOAddressSpace.h"
#include "iomem/region.h"
#include "mmu/mmu.h"

struct IOAddressSpace {
    struct mmu_space *space; /* NULL in kernel_task: mmu_kernel_space() */
    struct region_space regions;
    bool user; /* mappings are for EL0 too */
};

static inline struct mmu_space *address_space_tables(task_t task)
{
    return task->space ? task->space : mmu_kernel_space();
}

#endif
