/* What a format of descriptors offers mmu.c: the engine's calls, compiled for its geometry. */
#ifndef MMU_FORMAT_H
#define MMU_FORMAT_H

#include <stdbool.h>

#include "mmu/mmu.h"

struct mmu_format {
    uint8_t granule_bits, index_bits; /* a table has at most 2^index_bits entries */
    uint8_t first_level;              /* where the widest space starts; Arm's numbers: the last level is 3 */
    uint8_t va_bits_min, va_bits_max;
    uint8_t address_bits; /* of a virtual address: the high half ends at 2^address_bits; va_bits_min: there is none */
    uint8_t pa_bits_max;
    uint8_t pool_mark;                /* tables that a space keeps ready */
    uint32_t table_bytes, root_bytes; /* of memory */
    uint64_t root_address;            /* the bits of space->root that TTBR takes */

    /* As mmu.h says of the call of that name */
    int (*map)(struct mmu_space *space, const struct mmu_range *range);
    int (*map_pages)(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr);
    int (*unmap)(struct mmu_space *space, uint64_t va, uint64_t size);
    int (*protect)(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr);
    int (*tag)(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload);
    int (*fill)(struct mmu_space *space, const struct mmu_range *range, unsigned tag, uint64_t payload);
    int (*fold)(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *saved, bool look);
    int (*walk)(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf);
    int (*translate)(struct mmu_space *space, uint64_t va, uint64_t *pa);
    uint64_t (*segment)(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa);
    size_t (*tables_needed)(struct mmu_space *space, const struct mmu_range *range);
    size_t (*tables_max)(unsigned va_bits, uint64_t size);

    /* space->root_table and space->root, of an empty table in root_bytes of memory */
    void (*root_open)(struct mmu_space *space, void *memory);
    int (*adopt)(struct mmu_space *space, uint64_t root); /* root_open's other: of a tree that is there */
    void (*release)(struct mmu_space *space); /* all tables but the root and the pool's go back to the backend */
};

#endif
