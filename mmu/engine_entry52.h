/*
 * Entries of 64 bits whose addresses have 52: some of the upper bits stand elsewhere in the tables (Arm ARM DDI 0487,
 * D8.3). The engine computes with addresses of one piece, in [51:12]: entry52_ds.h and entry52_64k.h bring an entry
 * into that form and back.
 */
#ifndef MMU_ENGINE_ENTRY52_H
#define MMU_ENGINE_ENTRY52_H

#include "mmu/engine_entry64.h"
#include "mmu/long.h"

#undef OUTPUT_ADDRESS
#define OUTPUT_ADDRESS UINT64_C(0x000ffffffffff000)

#include "mmu/engine_eight.h"

#endif
