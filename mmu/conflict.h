/* What a build with DEBUG=1 tells at each mmu_map and mmu_map_pages: an alias of another memory type. */
#ifndef MMU_CONFLICT_H
#define MMU_CONFLICT_H

#include "mmu/mmu.h"

/* The byte at pa, which [va] of `space` shows since just now, is also what [other_va] of `other` shows. */
struct mmu_conflict {
    struct mmu_space *space, *other;
    uint64_t va, other_va, pa;
    uint32_t attr, other_attr;
};

/*
 * Whoever links mmu/ with DEBUG=1 brings this: called once for each call that has mapped what conflicts, the first one
 * found, without a lock of mmu/. The runtime's prints a line.
 */
void mmu_conflict_found(const struct mmu_conflict *conflict);

#endif
