/* What the files of the model share. */
#ifndef TESTS_HOST_MODEL_INNER_H
#define TESTS_HOST_MODEL_INNER_H

#include "tests/host/model.h"

#define ARENA_SIZE  (UINT64_C(256) << 20)
#define ARENA_SLOTS (ARENA_SIZE / 8)
#define ARENA_PA    UINT64_C(0x480000000)        /* below 2^36: every pa_bits reaches it */
#define GARBAGE     UINT64_C(0x00005a5a5a5a5e43) /* what undefined memory holds: looks like a valid entry */
#define NO_SLOT     UINT64_MAX

enum table_state { TABLE_NONE, TABLE_FRESH, TABLE_LINKED, TABLE_UNLINKED };

/* A table's memory. Slots are numbered through the arena: pa = ARENA_PA + 8 * slot. */
struct table {
    enum table_state state; /* UNLINKED: no invalidate has covered it yet; afterwards it is FRESH again */
    uint64_t slot, slots;   /* the first one, and how many */
    struct table *parent;
    const struct model_space *space; /* NULL while no adopted root leads here */
    uint64_t va;                     /* what its first slot translates */
    unsigned level;
};

/* The entry that a slot held when it was broken or tightened, until the call has settled. */
struct broken {
    uint64_t slot, value, va, span;
    const struct model_space *space;
    unsigned level;
    struct table *child; /* of a table entry */
    bool flushed, cleaned;
};

extern uint64_t *arena, *shadow; /* as the CPU sees it; as walkers see it */

struct table *table_of_slot(uint64_t slot);
struct table *table_of_pa(uint64_t pa);
const struct judge_regime *regime_of(const struct model_space *space);
const struct model_space *space_of(const struct mmu_space *space);
void breach(const char *what);

/* model_memory.c: stores on their way */
void memory_start(void);
void memory_stop(void);
void store(uint64_t slot, uint64_t value, bool link);
void commit_all(void);
void commit_some(void); /* what the walkers happen to see early */
bool has_pending(uint64_t slot, uint64_t slots);
bool pending_matters(void);

/* model_rules.c: the checker */
void rules_start(void);
void rules_stop(void);
void rules_store(uint64_t slot, uint64_t old, uint64_t value, bool link);
void rules_attach(struct table *table, const struct model_space *space, unsigned level, uint64_t va);
void rules_flush(const struct model_space *space, const struct mmu_flush *flush);
void rules_clean(uint64_t pa, uint64_t size);
bool flush_hits(const struct mmu_flush *flush, uint64_t va, uint64_t span);

/* model_cores.c: TLBs and walk caches */
void cores_start(unsigned count);
void cores_flush(const struct model_space *space, const struct mmu_flush *flush);
void cores_forget(const struct model_space *space);
bool cores_walk_through(const struct table *table);
void cores_disturb(bool always);

#endif
