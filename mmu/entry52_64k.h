/* 52-bit addresses with a granule of 64 KiB: bits [51:48] stand in [15:12], below the granule. */
#ifndef MMU_ENTRY52_64K_H
#define MMU_ENTRY52_64K_H

#include "mmu/entry52_swap.h"

static inline uint64_t entry_in(uint64_t entry)
{
    return entry_swap(entry, 0xf, 12, 48);
}

static inline uint64_t entry_out(uint64_t entry)
{
    return entry_swap(entry, 0xf, 12, 48);
}

#include "mmu/engine_entry52.h"

#endif
