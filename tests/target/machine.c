#include "tests/target/machine.h"

#include "iomem/IOAddressSpace.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"

uint64_t machine_corner(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    if (max - min < 16 * GIB)
        return (max - 256 * MIB) & ~(2 * MIB - 1);
    return (max - 8 * GIB) & ~(GIB - 1);
}

uint64_t machine_room(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    return max - machine_corner();
}

struct machine_use machine_use(void)
{
    struct frame_stats frames;
    struct mmu_stats tables;

    frame_get_stats(&frames);
    mmu_get_stats(mmu_kernel_space(), &tables);
    return (struct machine_use){frames.free, frames.largest_run, tables.tables};
}
