/* The CPU's translation lookaside buffers, and what a backend of tables that CPUs walk is made of. */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include <stdint.h>

#include "mmu/backend.h"

/*
 * What TLBI VAE1IS and its relatives take (Arm ARM C5.5): VA[55:12] in bits [43:0] whatever the granule, no TTL
 * hint in [47:44], the ASID in [63:48].
 */
static inline uint64_t tlb_operand(uint64_t va, uint16_t asid)
{
    return (va >> 12 & UINT64_C(0xfffffffffff)) | (uint64_t)asid << 48;
}

/* Past this number of TLBI by address one that forgets the whole address space costs less. */
enum { TLB_OPERATIONS_MAX = 64 };

/* struct mmu_backend's publish and invalidate, for a space that CPUs of the inner shareable domain walk. */
void tlb_publish(const struct mmu_space *space);
void tlb_invalidate(const struct mmu_space *space, const struct mmu_flush *flush);

#endif
