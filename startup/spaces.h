/* Which task's space each core translates the low half by, and the ASIDs of those spaces. */
#ifndef STARTUP_SPACES_H
#define STARTUP_SPACES_H

#include <stdint.h>

struct mmu_space;

/* The one that this core has active; NULL: none. */
struct mmu_space *spaces_active(void);

/* The architecture's: TTBR0 = these tables under this ASID, from the next instruction on. */
void ttbr0_set(uint64_t root, uint16_t asid);

/* A table without entries, in the image. */
extern char empty_table[];

#endif
