/* For entries that are not laid out as the engine computes with them. */
#ifndef MMU_ENTRY52_SWAP_H
#define MMU_ENTRY52_SWAP_H

#include <stdint.h>

/* Two fields, from bits a and b on, change places; mask: as many ones as they have bits. */
static inline uint64_t entry_swap(uint64_t entry, uint64_t mask, unsigned a, unsigned b)
{
    uint64_t differ = (entry >> a ^ entry >> b) & mask;

    return entry ^ differ << a ^ differ << b;
}

#endif
