#include "startup/device.h"

#include "iomem/port.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"
#include "startup/layout.h"

static struct lock device_lock = LOCK_INIT;
static uint64_t next = DRIVERS_VA;

uintptr_t device_map(uint64_t pa, uint64_t size)
{
    uint64_t offset = pa % PORT_PAGE_SIZE;
    struct mmu_range range = {.pa = pa - offset, .attr = MMU_DEVICE_nGnRE | MMU_WRITE};
    uintptr_t entered = lock_enter(&device_lock), va = 0;

    range.va = next;
    range.size = (offset + size + PORT_PAGE_SIZE - 1) & ~(uint64_t)(PORT_PAGE_SIZE - 1);
    if (range.size <= DRIVERS_END - next && mmu_map(mmu_kernel_space(), &range) == MMU_OK) {
        next += range.size;
        va = (uintptr_t)(range.va + offset);
    }
    lock_leave(&device_lock, entered);
    return va;
}
