/* What a format of descriptors offers mmu.c: the engine's calls, compiled for its geometry. */
#ifndef MMU_FORMAT_H
#define MMU_FORMAT_H

#include "mmu/mmu.h"

struct mmu_format {
    uint8_t granule_bits, index_bits; /* a table has 2^index_bits entries and fills one granule */
    uint8_t first_level;              /* where the widest space starts; Arm's numbers: the last level is 3 */
    uint8_t va_bits_min, va_bits_max;
    uint8_t address_bits; /* of a virtual address: the high half ends at 2^address_bits; va_bits_min: there is none */
    uint8_t pa_bits_max;
    uint8_t pool_mark; /* tables that a space keeps ready */

    /* As mmu.h says of the call of that name */
    int (*map)(struct mmu_space *space, const struct mmu_range *range);
    int (*unmap)(struct mmu_space *space, uint64_t va, uint64_t size);
    int (*protect)(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr);
    int (*tag)(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload);
    int (*walk)(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf);
    int (*translate)(struct mmu_space *space, uint64_t va, uint64_t *pa);
    uint64_t (*segment)(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa);
    size_t (*tables_needed)(struct mmu_space *space, const struct mmu_range *range);

    uint64_t (*root_entry)(uint64_t pa);      /* what space->root holds of an empty root table at pa */
    void (*release)(struct mmu_space *space); /* all tables but the pool's go back to the backend */
};

#endif
