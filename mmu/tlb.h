/* The CPU's translation lookaside buffers, and what a backend of tables that CPUs walk is made of. */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/backend.h"

/*
 * What TLBI VAE1IS and its relatives take (Arm ARM C5.5): VA[55:12] in bits [43:0] whatever the granule, the TTL hint
 * in [47:44], the ASID in [63:48].
 */
static inline uint64_t tlb_operand(uint64_t va, uint16_t asid)
{
    return (va >> 12 & UINT64_C(0xfffffffffff)) | (uint64_t)asid << 48;
}

/*
 * The hint of FEAT_TTL: which granule, and at which level (1 to 3) the leaves are. TLBs need look for no others, and
 * so it must be true. Without FEAT_TTL these bits must be 0.
 */
static inline uint64_t tlb_ttl(unsigned granule_bits, unsigned level)
{
    return (uint64_t)((granule_bits - 10) / 2 << 2 | level) << 44;
}

/*
 * What TLBI RVAE1IS and its relatives (FEAT_TLBIRANGE, Arm ARM C5.5) take for [va, va + size): the address in granules
 * in bits [36:0], the level of the leaves or 0 in [38:37] (as true as above, and va aligned to one of them), NUM in
 * [43:39] and SCALE in [45:44], which make (NUM + 1) * 2^(5 * SCALE + 1) granules, the granule in [47:46], the ASID in
 * [63:48]. It may cover some granules more. false: the range is too long.
 */
static inline bool tlb_range_operand(uint64_t *operand, uint64_t va, uint64_t size, unsigned granule_bits)
{
    for (unsigned scale = 0; scale < 4; scale++) {
        uint64_t num = (size - 1) >> (5 * scale + 1 + granule_bits);

        if (num < 32) {
            *operand = (va >> granule_bits & UINT64_C(0x1fffffffff)) | num << 39 | (uint64_t)scale << 44 |
                       (uint64_t)(granule_bits - 10) / 2 << 46;
            return true;
        }
    }
    return false;
}

static inline uint64_t tlb_range_ttl(unsigned level)
{
    return (uint64_t)level << 37;
}

/*
 * Past this number of TLBI by address, where there are none by range, one that forgets the whole address space takes
 * their place. Measured under QEMU 7.2 with one core: 0.33 us by address; 2.2 us for all, and 0.16 us for each page
 * that is used again. So 64 by address cost as much as forgetting all does when some 120 other pages are in use.
 */
enum { TLB_OPERATIONS_MAX = 64 };

/* struct mmu_backend's publish and invalidate, for a space that CPUs of the inner shareable domain walk. */
void tlb_publish(const struct mmu_space *space);
void tlb_invalidate(const struct mmu_space *space, const struct mmu_flush *flush);

/* On return no core's TLB holds anything of this ASID, or anything at all, cached walks included. */
void tlb_forget_asid(uint16_t asid);
void tlb_forget_all(void);

/* Bits of the ASIDs that the CPU keeps apart, with TCR_EL1.AS as the runtime sets it: 8 or 16. */
unsigned tlb_asid_bits(void);

/* struct mmu_backend's no_break, by the core that asks: the others must be of the same model, or listed as well. */
bool tlb_no_break(void);

#endif
