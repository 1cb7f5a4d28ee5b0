/* Which task's space each core translates the low half by, and the ASIDs of those spaces. */
#ifndef STARTUP_SPACES_H
#define STARTUP_SPACES_H

#include <stdint.h>

#include "mmu/space.h"
#include "startup/core.h"
#include "startup/landing.h"

/* The one that this core has active; NULL: none. It stays whole as long as it is. */
static inline struct mmu_space *spaces_active(void)
{
    return core_this()->task_space;
}

/* The space that this core's accesses to va go through; NULL: the low half, and no task's is active. */
static inline struct mmu_space *spaces_of(uint64_t va)
{
    return va >> TASK_VA_BITS ? mmu_kernel_space() : spaces_active();
}

/* The same, or what the program has put into TTBR0 itself. */
static inline struct mmu_space *spaces_walked(uint64_t va)
{
    struct mmu_space *low = core_this()->low_space;

    return low && va < low->span ? low : spaces_of(va);
}

/*
 * This core makes it active for a while, spaces_return the one that was before again. Both stay whole in between,
 * whoever destroys them: then it goes on with an empty table, and afterwards with none.
 */
struct space_loan {
    struct loan loan; /* first: who knows only that ends it as spaces_return does */
    struct mmu_space *space, *before;
};
void spaces_borrow(struct space_loan *loan, struct mmu_space *space);
void spaces_return(struct space_loan *loan);

int spaces_asid_count(void); /* that spaces have now */

/* The programs that have run at EL0 in it, one a core: a list that only grows, freed with the space. */
struct el0_thread **spaces_threads(struct mmu_space *space);

/* The architecture's: TTBR0 = these tables under this ASID, from the next instruction on. */
void ttbr0_set(uint64_t root, uint16_t asid);

/* A table without entries, in the image. */
extern char empty_table[];

#endif
