/*
 * Cores that remember. Each has a TLB of leaves and a cache of the tables on the way, both filled by
 * whatever the walkers see at the moment, and cleared by nothing but an invalidate. A walk starts
 * from a cached table as often as not.
 */
#include "tests/host/model_inner.h"

#include <string.h>

#define TLB_ENTRIES  64
#define WALK_ENTRIES 16

struct tlb_entry {
    const struct model_space *space; /* NULL: empty */
    uint64_t va, span;               /* span may be a contiguous group's */
    struct judge_leaf leaf;          /* of va */
};

struct walk_entry {
    const struct model_space *space;
    uint64_t va, span, table; /* what the table translates; its physical address */
    unsigned level;           /* of the table */
};

struct core {
    struct tlb_entry tlb[TLB_ENTRIES];
    struct walk_entry walks[WALK_ENTRIES];
};

static struct core cores[MODEL_CORES_MAX];
static unsigned core_count;
static struct model_watch watching;

void cores_start(unsigned count)
{
    core_count = count && count <= MODEL_CORES_MAX ? count : 1;
    memset(cores, 0, sizeof cores);
    watching.space = NULL;
}

/* An entry that is not nG serves every space of its half. */
static bool serves(const struct tlb_entry *entry, const struct model_space *space)
{
    return entry->space && (entry->space == space || (!entry->leaf.ng && entry->space->high == space->high));
}

static struct tlb_entry *find(struct core *core, const struct model_space *space, uint64_t va)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++)
        if (serves(&core->tlb[i], space) && va - core->tlb[i].va < core->tlb[i].span)
            return &core->tlb[i];
    return NULL;
}

static bool disagree(const struct tlb_entry *a, const struct tlb_entry *b)
{
    return a->leaf.pa - a->va != b->leaf.pa - b->va || a->leaf.index != b->leaf.index;
}

static void insert(struct core *core, const struct tlb_entry *entry)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        const struct tlb_entry *other = &core->tlb[i];

        if (serves(other, entry->space) && other->va < entry->va + entry->span && entry->va < other->va + other->span &&
            disagree(other, entry))
            breach("two TLB entries disagree about one address (TLB conflict)");
    }
    core->tlb[model_random() % TLB_ENTRIES] = *entry;
}

static struct walk_entry *cached_walk(struct core *core, const struct model_space *space, uint64_t va)
{
    struct walk_entry *best = NULL;

    for (unsigned i = 0; i < WALK_ENTRIES; i++) {
        struct walk_entry *walk = &core->walks[i];

        if (walk->space == space && va - walk->va < walk->span && (!best || walk->level > best->level))
            best = walk;
    }
    return best && model_random() % 8 ? best : NULL;
}

static struct judge_leaf walk(struct core *core, const struct model_space *space, uint64_t va)
{
    const struct judge_regime *regime = regime_of(space);
    struct walk_entry *cached = cached_walk(core, space, va);
    unsigned level = cached ? cached->level : judge_start_level(regime);
    uint64_t table = cached ? cached->table : space->root, slot;

    for (;; level++) {
        struct table *known = table_of_pa(table);
        struct judge_entry entry;
        uint64_t span = UINT64_C(1) << judge_level_shift(regime, level), descriptor;

        if (!known) {
            breach("a walk meets memory that is no table, or no longer one");
            return (struct judge_leaf){.fault = JUDGE_EXTERNAL, .level = level};
        }
        slot = judge_slot(regime, table, level, va);
        descriptor = shadow[(slot - ARENA_PA) / slot_bytes];
        entry = judge_decode(regime, level, descriptor);
        if (descriptor == GARBAGE)
            breach("a walk meets memory that nobody wrote");
        if (entry.kind == JUDGE_IS_LEAF && descriptor & CONTIGUOUS)
            groups_met(space, level, slot);
        if (entry.kind != JUDGE_IS_TABLE)
            return judge_leaf(regime, level, descriptor, va);
        table = entry.pa;
        core->walks[model_random() % WALK_ENTRIES] =
            (struct walk_entry){space, va & ~(span - 1), span, table, level + 1};
    }
}

struct judge_leaf model_touch(unsigned core_number, const struct mmu_space *space, uint64_t va)
{
    const struct model_space *known = space_of(space);
    struct core *core = &cores[core_number % core_count];
    struct tlb_entry entry = {.space = known}, *hit = find(core, known, va);
    const struct judge_regime *regime = regime_of(known);

    if (hit) {
        entry.leaf = hit->leaf;
        entry.leaf.pa += va - hit->va;
        return entry.leaf;
    }
    if (!judge_in_half(regime, va))
        return (struct judge_leaf){.fault = JUDGE_TRANSLATION};
    commit_some();
    entry.leaf = walk(core, known, va);
    if (entry.leaf.fault == JUDGE_NONE) {
        struct judge_leaf leaf = entry.leaf;

        entry.span = leaf.size;
        if (leaf.contiguous && model_random() & 1)
            entry.span *= judge_group(regime, leaf.level);
        entry.va = va & ~(entry.span - 1);
        entry.leaf.pa = leaf.pa - (va - entry.va);
        insert(core, &entry);
        return leaf;
    }
    return entry.leaf;
}

void cores_flush(const struct model_space *space, const struct mmu_flush *flush)
{
    for (unsigned c = 0; c < core_count; c++) {
        for (unsigned i = 0; i < TLB_ENTRIES; i++) {
            struct tlb_entry *entry = &cores[c].tlb[i];

            if (serves(entry, space) && flush_hits_leaf(flush, entry->va, entry->span, entry->leaf.level))
                entry->space = NULL;
        }
        for (unsigned i = 0; i < WALK_ENTRIES && flush->tables; i++) {
            struct walk_entry *entry = &cores[c].walks[i];

            if (entry->space == space && flush_hits(flush, entry->va, entry->span))
                entry->space = NULL;
        }
    }
}

void cores_forget(const struct model_space *space)
{
    for (unsigned c = 0; c < core_count; c++) {
        for (unsigned i = 0; i < TLB_ENTRIES; i++)
            if (cores[c].tlb[i].space == space)
                cores[c].tlb[i].space = NULL;
        for (unsigned i = 0; i < WALK_ENTRIES; i++)
            if (cores[c].walks[i].space == space)
                cores[c].walks[i].space = NULL;
    }
    if (watching.space == space->space)
        watching.space = NULL;
}

void model_forget_all(void)
{
    memset(cores, 0, sizeof cores);
}

bool cores_walk_through(const struct table *table)
{
    for (unsigned c = 0; c < core_count; c++)
        for (unsigned i = 0; i < WALK_ENTRIES; i++)
            if (cores[c].walks[i].space && cores[c].walks[i].table == ARENA_PA + slot_bytes * table->slot)
                return true;
    return false;
}

void model_watch(const struct model_watch *watch)
{
    watching.space = NULL;
    if (watch)
        watching = *watch;
}

void cores_disturb(bool always)
{
    uint64_t va;
    struct judge_leaf seen;

    if (!watching.space || !watching.size || (!always && model_random() % 1024 >= watching.rate))
        return;
    va = watching.va + model_random() % watching.size;
    seen = model_touch((unsigned)model_random(), watching.space, va);
    if (watching.check)
        watching.check(watching.context, va, &seen);
}
