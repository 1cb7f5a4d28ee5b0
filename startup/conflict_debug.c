/* DEBUG=1: one physical page with two memory types is told on the console. */
#include "mmu/conflict.h"

#include "startup/print.h"

static const char *const types[MMU_TYPE_MASK + 1] = {
    [MMU_DEVICE_nGnRnE] = "Device-nGnRnE", [MMU_DEVICE_nGnRE] = "Device-nGnRE", [MMU_DEVICE_nGRE] = "Device-nGRE",
    [MMU_DEVICE_GRE] = "Device-GRE",       [MMU_UNCACHED] = "not cached",       [MMU_WRITETHROUGH] = "write-through",
    [MMU_WRITEBACK] = "write-back"};

void mmu_conflict_found(const struct mmu_conflict *conflict)
{
    print("conflict: physical address %llx is %s at %llx now, and %s at %llx\n", (unsigned long long)conflict->pa,
          types[conflict->attr & MMU_TYPE_MASK], (unsigned long long)conflict->va,
          types[conflict->other_attr & MMU_TYPE_MASK], (unsigned long long)conflict->other_va);
}
