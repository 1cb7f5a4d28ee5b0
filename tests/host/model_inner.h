/* What the files of the model share. */
#ifndef TESTS_HOST_MODEL_INNER_H
#define TESTS_HOST_MODEL_INNER_H

#include "tests/host/model.h"

#define ARENA_SIZE  (UINT64_C(256) << 20)
#define ARENA_SLOTS (ARENA_SIZE / 8)
#define GARBAGE     UINT64_C(0x00005a5a5a5a5e43) /* what undefined memory holds: looks like a valid entry */
#define NO_SLOT     UINT64_MAX

/* Of a leaf */
#define LEAF_SOFTWARE    UINT64_C(0x0780000000000000) /* [58:55], left to software */
#define LEAF_PERMISSIONS UINT64_C(0x00600000000004c0) /* UXN, PXN, AF, AP */
#define CONTIGUOUS       (UINT64_C(1) << 52)

enum table_state { TABLE_NONE, TABLE_FRESH, TABLE_LINKED, TABLE_UNLINKED };

/* A table's memory. Slots are numbered through the arena: pa = arena_pa + slot_bytes * slot. */
struct table {
    /* Of a leaf */
#define LEAF_SOFTWARE    UINT64_C(0x0780000000000000) /* [58:55], left to software */
#define LEAF_PERMISSIONS UINT64_C(0x00600000000004c0) /* UXN, PXN, AF, AP */
#define CONTIGUOUS       (UINT64_C(1) << 52)

    enum table_state state; /* UNLINKED: no invalidate has covered it yet; afterwards it is FRESH again */
    uint64_t slot, slots;   /* the first one, and how many */
    struct table *parent;
    const struct model_space *space; /* NULL while no adopted root leads here */
    uint64_t va;                     /* what its first slot translates */
    int level;
};

/* The entry that a slot held when it was broken or tightened, until the call has settled. */
struct broken {
    uint64_t slot, value, va, span;
    const struct model_space *space;
    int level;
    struct table *child; /* of a table entry */
    bool flushed;
    size_t cleans_before; /* how many cleans came before that */
};

extern bool no_break;            /* this machine has FEAT_BBM level 2 */
extern uint64_t *arena, *shadow; /* as the CPU sees it; as walkers see it */
extern uint64_t arena_pa;        /* every pa_bits reaches it */
extern unsigned slot_bytes;      /* of an entry in a table: 8, or 4 and the arena holds what judge_short_widen says */
extern char *table_memory;       /* what the code under test reads and writes: the arena itself when slot_bytes is 8 */

/* Of the descriptor at pa */
static inline uint64_t slot_of_pa(uint64_t pa)
{
    return (pa - arena_pa) >> (slot_bytes == 4 ? 2 : 3); /* a division would be felt */
}

struct table *table_of_slot(uint64_t slot);
struct table *table_of_pa(uint64_t pa);
const struct judge_regime *regime_of(const struct model_space *space);
const struct model_space *space_of(const struct mmu_space *space);
unsigned serial_of(const struct model_space *space); /* no other has had it, or will */
void breach(const char *what);

/* model_memory.c: stores on their way */
void memory_start(unsigned entry_bytes);
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
void rules_attach(struct table *table, const struct model_space *space, int level, uint64_t va);
/* Was there anything that this invalidate had to be for? */
bool rules_flush(const struct model_space *space, const struct mmu_flush *flush);
void rules_clean(uint64_t pa, uint64_t size);
bool flush_hits(const struct mmu_flush *flush, uint64_t va, uint64_t span);
bool flush_hits_leaf(const struct mmu_flush *flush, uint64_t va, uint64_t span, int level);

struct broken *broken_at(uint64_t slot);

/* model_groups.c: contiguous groups */
void groups_start(void);
void groups_note(const struct table *table, uint64_t slot); /* an entry with the contiguous bit comes or goes */
void groups_made(const struct table *table, uint64_t slot, const struct broken *was);
void groups_met(const struct model_space *space, int level, uint64_t slot_pa);
void groups_settle(void);

/* model_cores.c: TLBs and walk caches */
void cores_start(unsigned count);
void cores_flush(const struct model_space *space, const struct mmu_flush *flush);
void cores_forget(const struct model_space *space);
bool cores_walk_through(const struct table *table);
void cores_disturb(bool always);

#endif
