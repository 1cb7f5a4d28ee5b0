/*
 * The spaces that there are, from mmu_space_init or _adopt to mmu_space_release, for calls that ask all of them. Only
 * programs with such a call have the list: space.c refers to it weakly. More than 1024 at a time are not in it.
 */
#ifndef MMU_LIVE_H
#define MMU_LIVE_H

#include "mmu/space.h"

void mmu_live_add(struct mmu_space *space);
void mmu_live_remove(struct mmu_space *space); /* waits until nobody visits it */

/*
 * Each of them, until visit returns non-zero, and returns that; one that comes meanwhile may be left out. No lock is
 * held while visit runs; it may release no space, nor may an interrupt handler meanwhile: that would wait for the
 * visit.
 */
int mmu_live_visit(int (*visit)(void *context, struct mmu_space *space), void *context);

/* Does the calling core hold a space's lock? A call for another space could then wait for ever. */
bool mmu_live_in_call(void);

#endif
