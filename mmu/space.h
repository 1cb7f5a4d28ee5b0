/*
 * A translation regime's tables, for who owns one: the runtime's kernel space, an embedder, an SMMU.
 * Programs need mmu.h only. C only.
 */
#ifndef MMU_SPACE_H
#define MMU_SPACE_H

#include "mmu/backend.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"

enum {
    MMU_SPACE_HIGH = 1 /* the upper half (TTBR1): addresses are sign-extended, leaves global unless MMU_USER */
};

/*
 * In the attr of mmu_map and mmu_tables_needed, beside the public bits: leaves of one granule only. For
 * ranges of which single pages will change while the rest must stay mapped.
 */
enum { MMU_PAGES = 0x10000 };

struct mmu_space {
    struct lock lock; /* first: it has the struct's address, which costs nothing to make */
    const struct mmu_format *format;
    uint64_t base; /* the half's lowest address */
    uint64_t span; /* 2^va_bits */
    uint64_t root; /* the root table as its parent would hold it: physical address and entry count */
    uint64_t *root_table;
    uintptr_t table_offset;
    uint8_t root_level; /* Arm's number */
    uint8_t va_bits, pa_bits;
    uint16_t asid; /* the owner's: written before the space is first used; 0 at first */
    const struct mmu_backend *backend;
    uint64_t *pool; /* tables held ready, each one's first word the next one's address */
    size_t pool_free, tables, tables_peak;
};

/*
 * Make *space a space of va_bits without any mapping. The caller brings the memory of *space, which stays
 * its own. MMU_RANGE when the format cannot do va_bits, MMU_TABLES when there is no memory: nothing is held then.
 */
int mmu_space_init(struct mmu_space *space, const struct mmu_format *format, unsigned va_bits,
                   const struct mmu_backend *backend, unsigned flags);

/* Give back all that the space holds. No walker may use it any more. */
void mmu_space_release(struct mmu_space *space);

/* The physical address of the root table: what TTBR0 or TTBR1 takes, the ASID left out. */
uint64_t mmu_space_root(const struct mmu_space *space);

#endif
