#include "iomem/IOAddressSpace.h"

#include "iomem/address_space.h"
#include "iomem/map.h"
#include "iomem/translate.h"

#define READABLE   1
#define WRITABLE   2
#define EXECUTABLE 4

static struct IOAddressSpace kernel_space;

task_t kernel_task = &kernel_space;

void IOAddressSpaceGetBounds(task_t task, uint64_t *min, uint64_t *max)
{
    uint64_t low = 0, high = 0;

    if (task) {
        lock_acquire(&gIOMemoryLock);
        region_bounds(&task->regions, &low, &high);
        lock_release(&gIOMemoryLock);
    }
    if (min)
        *min = low;
    if (max)
        *max = high;
}

static uint8_t protection_of(uint32_t attr)
{
    return (uint8_t)(READABLE | (attr & MMU_WRITE ? WRITABLE : 0) | (attr & MMU_EXEC ? EXECUTABLE : 0));
}

IOReturn IOAddressSpaceQuery(task_t task, uint64_t address, struct IOPageInfo *out)
{
    struct mmu_leaf leaf;
    int error;

    if (!task || !out)
        return kIOReturnBadArgument;
    error = mmu_walk(address_space_tables(task), address, &leaf);
    if (error == MMU_RANGE)
        return kIOReturnBadArgument;
    *out = (struct IOPageInfo){.size = leaf.size, .tag = leaf.tag, .level = leaf.level};
    if (error != MMU_OK)
        return leaf.tag == MMU_TAG_NONE ? KERN_INVALID_ADDRESS : kIOReturnSuccess;
    out->pa = leaf.pa;
    out->attr_index = translate_mair_index(leaf.attr);
    out->shareability = translate_shareability(leaf.attr);
    out->protection = protection_of(leaf.attr);
    return kIOReturnSuccess;
}
