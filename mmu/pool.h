/*
 * A space's tables that are not linked: a list through their first words. A request takes what it
 * needs beforehand (pool_reserve), so that nothing can fail once tables change. Called with the lock held.
 */
#ifndef MMU_POOL_H
#define MMU_POOL_H

#include "mmu/space.h"

/* From now on `need` calls of pool_take succeed. false: no memory, and the pool is as it was. */
bool pool_reserve(struct mmu_space *space, size_t need);

/* A table with undefined contents, counted as linked. */
static inline uint64_t *pool_take(struct mmu_space *space)
{
    uint64_t *table = space->pool;

    space->pool = (uint64_t *)(uintptr_t)table[0];
    space->pool_free--;
    space->tables++;
    if (space->tables > space->tables_peak)
        space->tables_peak = space->tables;
    return table;
}

/* Tables that no walker reaches any more, in a list like the pool's: as many as fit, the rest to the backend. */
void pool_give_back(struct mmu_space *space, void *list);

/* All of the pool goes back to the backend. */
void pool_empty(struct mmu_space *space);

#endif
