/*
 * A machine that shows what QEMU hides. It brings table memory at simulated physical addresses,
 * cores whose TLBs and walk caches forget only when told, stores that walkers see late, early or
 * in any order, and a checker of every store into a table:
 *
 *   break before make          live -> other live with another address, size, type, shareability or
 *                              nG needs an invalid entry and an invalidate in between
 *   publish before link        a table is linked by entry_link, and holds no garbage by then
 *   invalidate before reuse    a table that was unlinked is freed, linked or filled again only after
 *                              an invalidate of its addresses with `tables`
 *   clean before uncached      memory that leaves a cacheable type is cleaned between break and make
 *   groups whole               entries with the contiguous bit agree in their whole group, and a
 *                              group is broken as one (permissions of all its members may change in place)
 *   settled                    at the end of a call nothing is unpublished or not invalidated
 *   ASIDs                      no space gets a number of which some TLB still has another space's entries
 *
 * There is one model at a time, as struct mmu_backend carries no context. Everything random comes
 * from the seed. A breach is recorded, not fatal: model_breach() tells the first one.
 */
#ifndef TESTS_HOST_MODEL_H
#define TESTS_HOST_MODEL_H

#include "mmu/backend.h"
#include "tests/host/judge.h"

#define MODEL_MAIR      UINT64_C(0x0C0804FF00BB44FF)
#define MODEL_CORES_MAX 4

struct model_config {
    unsigned cores;       /* 1..MODEL_CORES_MAX */
    unsigned pa_bits;     /* 0: 48 */
    unsigned entry_bytes; /* 4 or 8; 0: 8 */
    bool no_break;        /* FEAT_BBM level 2: leaves change their size without a break */
    uint64_t seed;
};

/* Forgets everything of an earlier model, its table memory included. */
void model_start(const struct model_config *config);
void model_stop(void);

extern struct mmu_backend model_backend; /* valid from model_start on; table_offset is not 0 */

/* Tell the model what a space is; it cannot check the stores into trees whose root it does not know. */
struct model_space {
    const struct mmu_space *space;
    const struct judge_rules *rules; /* as in struct judge_regime */
    unsigned granule_bits, va_bits;
    bool high;
    uint64_t root; /* physical */
};
void model_adopt(const struct model_space *space);
void model_forget(const struct mmu_space *space); /* its addresses are no longer in use: every TLB forgets it too */

/*
 * TLBs and walk caches know a space that has an ASID by that alone: what TLBI ASIDE1IS and VMALLE1IS do. The core
 * translates by this space from now on, under the ASID that it has; NULL: by none. It is a breach when another space is
 * active under that number, or anything is left of one that had it.
 */
void model_forget_asid(uint16_t asid);
void model_forget_all(void);
void model_enter(unsigned core, const struct mmu_space *space);

/* The walkers' view of a space, for the judge. */
struct judge_regime model_regime(const struct mmu_space *space);

/* The allocation number `count` from now on (0: the next) and all later ones fail; negative: none does. */
void model_fail_after(long count);
size_t model_tables(void);      /* held by whoever allocated them */
size_t model_allocations(void); /* asked for since model_start, refused ones included */
size_t model_breaches(void);
const char *model_breach(void); /* the first one, NULL when there was none */
void model_clear_breaches(void);

/* A call has returned: what it left unpublished or not invalidated is a breach. */
void model_settle(void);
/* Every linked table as the CPU and as the walkers see it agree, and pleases the judge. */
void model_audit(void);

/* Events, for tests of how often the backend is called. */
struct model_counts {
    size_t stores, links, publishes, invalidates, cleans;
};
struct model_counts model_counts(void);
struct mmu_flush model_last_flush(void);

/* One core reads or writes va, through its TLB. */
struct judge_leaf model_touch(unsigned core, const struct mmu_space *space, uint64_t va);

/*
 * From now on cores touch random addresses of [va, va + size) while tables change: at each store with
 * a probability of rate/1024, and around each publish and invalidate. check may be NULL.
 */
struct model_watch {
    const struct mmu_space *space;
    uint64_t va, size;
    unsigned rate;
    void (*check)(void *context, uint64_t va, const struct judge_leaf *seen);
    void *context;
};
void model_watch(const struct model_watch *watch); /* NULL: stop */

uint64_t model_random(void);
void model_seed(uint64_t seed);

/* What tests/host/arch/cpu.h calls for every store into a table. */
void model_entry_write(volatile uint64_t *slot, uint64_t value);
void model_entry_link(volatile uint64_t *slot, uint64_t value);
void model_entry_write32(volatile uint32_t *slot, uint32_t value);
void model_entry_link32(volatile uint32_t *slot, uint32_t value);
/* What the CPU sees in a table, from this physical address on: descriptors, as judge_decode takes them */
const uint64_t *model_entries(uint64_t pa);

#endif
