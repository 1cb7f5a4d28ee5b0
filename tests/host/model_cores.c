/*
 * Cores that remember. Each has a TLB of leaves and a cache of the tables on the way, both filled by
 * whatever the walkers see at the moment, and cleared by nothing but an invalidate. A walk starts
 * from a cached table as often as not.
 */
#include "tests/host/model_inner.h"

#include <string.h>

#include "mmu/space.h"
#include "mmu/tlb.h"

#define TLB_ENTRIES  64
#define WALK_ENTRIES 16

/* How an entry knows whose it is: by the ASID, when the space had one. serial 0: the entry is empty. */
struct owner {
    unsigned serial;
    uint16_t asid;
    bool high;
};

struct tlb_entry {
    struct owner owner;
    uint64_t va, span;      /* span may be a contiguous group's */
    struct judge_leaf leaf; /* of va */
};

struct walk_entry {
    struct owner owner;
    uint64_t va, span, table; /* what the table translates; its physical address */
    int level;                /* of the table */
};

struct core {
    struct tlb_entry tlb[TLB_ENTRIES];
    struct walk_entry walks[WALK_ENTRIES];
    const struct mmu_space *active; /* as far as it has been told */
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

static struct owner owner_of(const struct model_space *space)
{
    return (struct owner){serial_of(space), space->space->asid, space->high};
}

static bool is_of(const struct owner *entry, const struct owner *who)
{
    if (!entry->serial || entry->asid != who->asid || entry->high != who->high)
        return false;
    return entry->asid || entry->serial == who->serial;
}

/* An entry that is not nG serves every space of its half. */
static bool serves(const struct tlb_entry *entry, const struct owner *who)
{
    return is_of(&entry->owner, who) || (entry->owner.serial && !entry->leaf.ng && entry->owner.high == who->high);
}

static void check_owner(const struct owner *entry, const struct owner *who)
{
    if (is_of(entry, who) && entry->serial != who->serial)
        breach("an entry of another space that had this ASID");
}

static struct tlb_entry *find(struct core *core, const struct owner *who, uint64_t va)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++)
        if (va - core->tlb[i].va < core->tlb[i].span && serves(&core->tlb[i], who))
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

        if (other->va < entry->va + entry->span && entry->va < other->va + other->span &&
            serves(other, &entry->owner) && disagree(other, entry))
            breach("two TLB entries disagree about one address (TLB conflict)");
    }
    core->tlb[model_random() % TLB_ENTRIES] = *entry;
}

static struct walk_entry *cached_walk(struct core *core, const struct owner *who, uint64_t va)
{
    struct walk_entry *best = NULL;

    for (unsigned i = 0; i < WALK_ENTRIES; i++) {
        struct walk_entry *walk = &core->walks[i];

        if (is_of(&walk->owner, who) && va - walk->va < walk->span && (!best || walk->level > best->level))
            best = walk;
    }
    if (best)
        check_owner(&best->owner, who);
    return best && model_random() % 8 ? best : NULL;
}

static struct judge_leaf walk(struct core *core, const struct model_space *space, uint64_t va)
{
    const struct judge_regime *regime = regime_of(space);
    struct owner who = owner_of(space);
    struct walk_entry *cached = cached_walk(core, &who, va);
    int level = cached ? cached->level : judge_start_level(regime);
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
        descriptor = shadow[slot_of_pa(slot)];
        entry = judge_decode(regime, level, descriptor);
        if (descriptor == GARBAGE)
            breach("a walk meets memory that nobody wrote");
        if (entry.kind == JUDGE_IS_LEAF && descriptor & CONTIGUOUS)
            groups_met(space, level, slot);
        if (entry.kind != JUDGE_IS_TABLE)
            return judge_leaf(regime, level, descriptor, va);
        table = entry.pa;
        core->walks[model_random() % WALK_ENTRIES] = (struct walk_entry){who, va & ~(span - 1), span, table, level + 1};
    }
}

struct judge_leaf model_touch(unsigned core_number, const struct mmu_space *space, uint64_t va)
{
    const struct model_space *known = space_of(space);
    struct core *core = &cores[core_number % core_count];
    struct tlb_entry entry = {.owner = owner_of(known)}, *hit = find(core, &entry.owner, va);
    const struct judge_regime *regime = regime_of(known);

    if (hit) {
        check_owner(&hit->owner, &entry.owner);
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

/* Past so many addresses the CPU's backend has the ASID forgotten: that leaves global entries. Stage 2 has neither. */
static bool leaves_global(const struct model_space *space, const struct mmu_flush *flush)
{
    return !space->space->global && space->rules != &judge_stage2 &&
           (flush->size - 1) / flush->stride >= TLB_OPERATIONS_MAX;
}

void cores_flush(const struct model_space *space, const struct mmu_flush *flush)
{
    struct owner who = owner_of(space);
    bool by_asid = leaves_global(space, flush);

    for (unsigned c = 0; c < core_count; c++) {
        for (unsigned i = 0; i < TLB_ENTRIES; i++) {
            struct tlb_entry *entry = &cores[c].tlb[i];

            if (serves(entry, &who) && (entry->leaf.ng || !by_asid) &&
                flush_hits_leaf(flush, entry->va, entry->span, entry->leaf.level))
                entry->owner.serial = 0;
        }
        for (unsigned i = 0; i < WALK_ENTRIES && flush->tables; i++) {
            struct walk_entry *entry = &cores[c].walks[i];

            if (is_of(&entry->owner, &who) && flush_hits(flush, entry->va, entry->span))
                entry->owner.serial = 0;
        }
    }
}

static bool is_exactly(const struct owner *entry, const struct owner *who)
{
    return entry->serial == who->serial && !entry->asid;
}

static bool has_asid(const struct owner *entry, const struct owner *who)
{
    return entry->serial && entry->asid == who->asid;
}

static void drop(bool (*is_meant)(const struct owner *entry, const struct owner *who), const struct owner *who)
{
    for (unsigned c = 0; c < core_count; c++) {
        for (unsigned i = 0; i < TLB_ENTRIES; i++)
            if (is_meant(&cores[c].tlb[i].owner, who))
                cores[c].tlb[i].owner.serial = 0;
        for (unsigned i = 0; i < WALK_ENTRIES; i++)
            if (is_meant(&cores[c].walks[i].owner, who))
                cores[c].walks[i].owner.serial = 0;
    }
}

/* What has an ASID stays: only an invalidate of that makes a TLB forget it. */
void cores_forget(const struct model_space *space)
{
    drop(is_exactly, &(struct owner){.serial = serial_of(space)});
    if (watching.space == space->space)
        watching.space = NULL;
}

void model_forget_asid(uint16_t asid)
{
    drop(has_asid, &(struct owner){.asid = asid});
}

void model_forget_all(void)
{
    for (unsigned c = 0; c < core_count; c++) {
        memset(cores[c].tlb, 0, sizeof cores[c].tlb);
        memset(cores[c].walks, 0, sizeof cores[c].walks);
    }
}

static void check_core(const struct core *core, const struct owner *who)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++)
        check_owner(&core->tlb[i].owner, who);
    for (unsigned i = 0; i < WALK_ENTRIES; i++)
        check_owner(&core->walks[i].owner, who);
}

void model_enter(unsigned core, const struct mmu_space *space)
{
    struct owner who;

    cores[core % core_count].active = space;
    if (!space)
        return;
    who = owner_of(space_of(space));
    if (who.asid) /* what a test has touched before the space had one: no core could have */
        drop(is_exactly, &(struct owner){.serial = who.serial});
    for (unsigned c = 0; c < core_count; c++) {
        if (cores[c].active && cores[c].active != space && cores[c].active->asid == space->asid)
            breach("two spaces are active under one ASID");
        check_core(&cores[c], &who);
    }
}

bool cores_walk_through(const struct table *table)
{
    for (unsigned c = 0; c < core_count; c++)
        for (unsigned i = 0; i < WALK_ENTRIES; i++)
            if (cores[c].walks[i].owner.serial && cores[c].walks[i].table == arena_pa + slot_bytes * table->slot)
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
