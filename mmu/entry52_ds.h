/*
 * 52-bit addresses with a granule of 4 or 16 KiB, TCR.DS being 1: bits [51:50] stand in [9:8], where a leaf otherwise
 * has its shareability, which is TCR's then. What the engine has in [9:8], that or a part of a table's count, goes to
 * [57:56], which walkers ignore in leaves and tables. (DBM and GP, [51:50], then come in there: the engine has
 * neither.)
 */
#ifndef MMU_ENTRY52_DS_H
#define MMU_ENTRY52_DS_H

#include "mmu/entry52_swap.h"

static inline uint64_t entry_in(uint64_t entry)
{
    return entry_swap(entry_swap(entry, 3, 50, 56), 3, 8, 50);
}

static inline uint64_t entry_out(uint64_t entry)
{
    return entry_swap(entry_swap(entry, 3, 8, 50), 3, 50, 56);
}

#include "mmu/engine_entry52.h"

#endif
