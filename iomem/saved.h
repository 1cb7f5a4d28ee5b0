/*
 * What a range of a space translates to, kept so that other pages can take its place and, when they cannot, leave it
 * as it was. The caller holds the memory lock.
 */
#ifndef IOMEM_SAVED_H
#define IOMEM_SAVED_H

#include "iomem/IOReturn.h"
#include "mmu/mmu.h"

struct saved_run {
    uint64_t va, pa, size;
    uint32_t attr;
    uint8_t tag;
};

struct saved {
    struct mmu_space *space;
    uint64_t va, size;
    struct saved_run *runs;
    size_t count;
};

/* kIOReturnNoMemory: nothing to drop. What is not mapped and not tagged is not kept. */
IOReturn saved_take(struct saved *saved, struct mmu_space *space, uint64_t va, uint64_t size);

/*
 * Back to what was there, whatever is there now: of the type that the memory has got meanwhile, and not to be written
 * where it is shared now. The tables for it are those that the range had, but where it is cut by such a change.
 */
void saved_restore(const struct saved *saved);
void saved_drop(struct saved *saved);

#endif
