/* The runtime's own tables, adopted as they stand: what TTBR1 holds, by the registers. */
#ifndef TESTS_TARGET_ADOPTED_H
#define TESTS_TARGET_ADOPTED_H

#include "mmu/space.h"

/* mmu_space_adopt's errors. The runtime goes on with its own space: one of the two may change the tables. */
int adopted_open(struct mmu_space *space);

/* The same, and the runtime goes on with it. false: it does not. *space is needed till the end. */
bool adopted_take_over(struct mmu_space *space);

#endif
