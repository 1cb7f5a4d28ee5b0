/*
 * ASIDs: the numbers by which TLB entries of different spaces lie side by side. There are 255 or 65535. When all
 * are taken, a new generation begins: every space that no core has active loses its number, and one invalidate of
 * everything makes those numbers fit for others (a number is never another space's before its TLB entries are gone, Arm
 * ARM D8.16). A space that a core has active keeps its number.
 *
 * The caller holds one lock around each call and whatever makes its answer true (the write of TTBR0).
 */
#ifndef MMU_ASID_H
#define MMU_ASID_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/space.h"

enum { ASID_CORES = 8, ASID_BITS_MAX = 16 };

struct asid_pool {
    uint64_t generation;                        /* a space without a number has 0 */
    uint32_t count;                             /* numbers 1 to count - 1 are handed out; 0 means no space */
    uint32_t taken, next;                       /* how many are; where the search goes on */
    struct mmu_space *active[ASID_CORES];       /* what each core's TTBR0 holds */
    void (*forget)(uint16_t asid);              /* on return no TLB holds anything of this one, cached walks included */
    void (*forget_all)(void);                   /* the same of all */
    uint64_t words[(1u << ASID_BITS_MAX) / 64]; /* a bit a number that is taken */
};

/*
 * All numbers free. `bits` is the hardware's 8 or 16, or fewer in a test: there must be one number more than cores, or
 * asid_enter finds none.
 */
void asid_start(struct asid_pool *pool, unsigned bits, void (*forget)(uint16_t asid), void (*forget_all)(void));

/*
 * The core makes this space its active one (NULL: none): space->asid is good until the core makes another one active.
 * True: the number is new to the space. Then a barrier (DSB) stands before TTBR0 takes it, or a core that changes the
 * space's tables could miss it: see tlb_invalidate.
 */
bool asid_enter(struct asid_pool *pool, unsigned core, struct mmu_space *space);

/* Has any core made it active? */
bool asid_is_active(const struct asid_pool *pool, const struct mmu_space *space);

/*
 * The space ends: no core has it active. Its number goes, and is forgotten by every TLB before it can be another's;
 * only then may its tables be freed.
 */
void asid_release(struct asid_pool *pool, struct mmu_space *space);

#endif
