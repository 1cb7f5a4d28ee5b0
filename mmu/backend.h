/*
 * Who walks a space's tables: a CPU, an SMMU, a test's model. The owner of a space brings these
 * functions. mmu/ calls publish and invalidate at most once a break or a call, cache_clean_invalidate once a
 * physically contiguous run, all with the space's lock held: none of them may call mmu/ for that space, but that
 * cache_clean_invalidate may map and unmap pages in a table that has other entries, elsewhere in the space.
 */
#ifndef MMU_BACKEND_H
#define MMU_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mmu_space;

/* What an update took away, and so what no walker or TLB may hold any more. */
struct mmu_flush {
    uint64_t va, size;
    uint64_t stride; /* the smallest leaf that was in the range, bytes */
    bool tables;     /* tables were unlinked: forget cached walks too */
    uint8_t level;   /* Arm's number of the level that each leaf was at; 0: of several, or not known */
};

struct mmu_backend {
    /* size bytes aligned to size, contents undefined; NULL when there is none */
    void *(*table_alloc)(size_t size);
    void (*table_free)(void *table, size_t size);
    /* On return every store so far is seen by the walkers before any later one. */
    void (*publish)(const struct mmu_space *space);
    /* Includes publish. On return no walker uses, and no access is still under way through, what was there. */
    void (*invalidate)(const struct mmu_space *space, const struct mmu_flush *flush);
    /* Write back and drop the caches' lines of these physical pages (a memory type is about to change). */
    void (*cache_clean_invalidate)(uint64_t pa, uint64_t size);
    unsigned (*pa_bits)(void); /* what the walkers can output */
    /*
     * May a live translation change its size without a break (FEAT_BBM level 2, Arm ARM D8.16.2), and is none of the
     * walkers one that answers that with a TLB conflict abort? NULL: no. Asked once a space.
     */
    bool (*no_break)(void);
    uintptr_t table_offset; /* a table's virtual address = its physical address + this */
};

#endif
