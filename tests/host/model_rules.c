/*
 * The checker of every store into a table. What an entry was before it was broken or tightened is
 * kept until the call has settled; every rule compares a store with that.
 */
#include "tests/host/model_inner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define TABLE_IGNORED UINT64_C(0x07f8000000000ffc) /* [58:51] and [11:2] */

struct clean {
    uint64_t pa, size;
};

static struct broken *list;
static size_t list_count, list_room;
static struct clean *cleans;
static size_t clean_count, clean_room; /* cleans of this call, in their order */
static uint32_t *index_of;             /* by slot: 1 + position in list, 0 = none */

static size_t breach_count;
static const char *first_breach;

void breach(const char *what)
{
    if (!breach_count++)
        first_breach = what;
}

size_t model_breaches(void)
{
    return breach_count;
}

const char *model_breach(void)
{
    return first_breach;
}

void model_clear_breaches(void)
{
    breach_count = 0;
    first_breach = NULL;
}

void rules_start(void)
{
    if (!index_of)
        index_of =
            mmap(NULL, ARENA_SLOTS * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (index_of == MAP_FAILED)
        abort();
    list_count = 0;
    groups_start();
}

void rules_stop(void)
{
    for (size_t i = 0; i < list_count; i++)
        index_of[list[i].slot] = 0;
    list_count = clean_count = 0;
}

struct broken *broken_at(uint64_t slot)
{
    return index_of[slot] ? &list[index_of[slot] - 1] : NULL;
}

static void keep(const struct table *table, uint64_t slot, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry entry = judge_decode(regime, table->level, value);
    uint64_t span = UINT64_C(1) << judge_level_shift(regime, table->level);
    struct broken *broken = broken_at(slot);

    if (!broken) {
        if (list_count == list_room) {
            list_room = list_room ? 2 * list_room : 256;
            list = realloc(list, list_room * sizeof *list);
            if (!list)
                abort();
        }
        broken = &list[list_count++];
        index_of[slot] = (uint32_t)list_count;
    }
    *broken = (struct broken){.slot = slot,
                              .value = value,
                              .va = table->va + (slot - table->slot) * span,
                              .span = span,
                              .space = table->space,
                              .level = table->level,
                              .child = entry.kind == JUDGE_IS_TABLE ? table_of_pa(entry.pa) : NULL};
}

/* A table that no live entry leads to any more: all that it translated is gone with it. */
static void detach(struct table *table)
{
    for (uint64_t i = 0; i < table->slots; i++) {
        uint64_t value = arena[table->slot + i];

        if (value & 1) {
            const struct judge_regime *regime = regime_of(table->space);
            struct judge_entry entry = judge_decode(regime, table->level, value);
            struct table *child = entry.kind == JUDGE_IS_TABLE ? table_of_pa(entry.pa) : NULL;

            keep(table, table->slot + i, value);
            if (child && child->state == TABLE_LINKED)
                detach(child);
        }
    }
    table->state = TABLE_UNLINKED;
    table->parent = NULL;
}

/* A table is reachable from a known root now: so are its children. */
void rules_attach(struct table *table, const struct model_space *space, int level, uint64_t va)
{
    const struct judge_regime *regime = regime_of(space);
    unsigned shift = judge_level_shift(regime, level);

    table->state = TABLE_LINKED;
    table->space = space;
    table->level = level;
    table->va = va;
    for (uint64_t i = 0; i < table->slots; i++) {
        uint64_t value = arena[table->slot + i];
        struct judge_entry entry = judge_decode(regime, level, value);
        struct table *child = entry.kind == JUDGE_IS_TABLE ? table_of_pa(entry.pa) : NULL;

        if (value == GARBAGE)
            breach("a linked table holds memory that nobody wrote");
        else if (entry.breach)
            breach(entry.breach);
        if (child) {
            child->parent = table;
            rules_attach(child, space, level + 1, va + (i << shift));
        }
    }
}

/* May `value` replace `old` while somebody may still hold `old`? D8.16: break-before-make. */
static bool compatible(const struct table *table, uint64_t old, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry a = judge_decode(regime, table->level, old), b = judge_decode(regime, table->level, value);
    uint64_t free_bits = b.kind == JUDGE_IS_TABLE ? TABLE_IGNORED : LEAF_SOFTWARE | LEAF_PERMISSIONS;

    return a.kind == b.kind && a.pa == b.pa && !((old ^ value) & ~free_bits);
}

/* All leaves below this table are of the same memory and the same make as a block in its place. */
static bool same_as_block(const struct table *table, const struct judge_leaf *block, uint64_t offset)
{
    const struct judge_regime *regime = regime_of(table->space);
    uint64_t size = UINT64_C(1) << judge_level_shift(regime, table->level);

    for (uint64_t i = 0; i < table->slots; i++) {
        uint64_t value = arena[table->slot + i], from = offset + i * size;
        struct judge_entry entry = judge_decode(regime, table->level, value);
        struct judge_leaf leaf = judge_leaf(regime, table->level, value, 0);

        if (entry.kind == JUDGE_IS_TABLE && !same_as_block(table_of_pa(entry.pa), block, from))
            return false;
        if (entry.kind == JUDGE_IS_LEAF &&
            (leaf.pa != block->pa + from || leaf.index != block->index || leaf.sh != block->sh || leaf.ng != block->ng))
            return false;
    }
    return true;
}

/* FEAT_BBM level 2: a translation may change its size, and nothing else, without a break (D8.16.2). */
static bool only_resized(const struct table *table, uint64_t old, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry a = judge_decode(regime, table->level, old), b = judge_decode(regime, table->level, value);
    uint64_t leaf = a.kind == JUDGE_IS_LEAF ? old : value;
    struct judge_leaf block = judge_leaf(regime, table->level, leaf, 0);
    struct table *child = table_of_pa(a.kind == JUDGE_IS_TABLE ? a.pa : b.pa), view;

    if (!no_break || a.kind == JUDGE_IS_INVALID || b.kind == JUDGE_IS_INVALID)
        return false;
    if (a.kind == b.kind)
        return a.kind == JUDGE_IS_LEAF && compatible(table, old | CONTIGUOUS, value | CONTIGUOUS);
    if (!child)
        return false;
    view = *child; /* a new one is not attached yet */
    view.space = table->space;
    view.level = table->level + 1;
    return same_as_block(&view, &block, 0);
}

static bool cacheable(const struct model_space *space, int level, uint64_t value)
{
    unsigned mair = judge_leaf(regime_of(space), level, value, 0).mair;

    return mair != 0x44 && mair & 0xf0;
}

/* Has all of the range been cleaned since then? */
static bool cleaned(uint64_t pa, uint64_t size, size_t since)
{
    while (size) {
        size_t i = since;

        while (i < clean_count && pa - cleans[i].pa >= cleans[i].size)
            i++;
        if (i == clean_count)
            return false;
        if (size <= cleans[i].pa + cleans[i].size - pa)
            return true;
        size -= cleans[i].pa + cleans[i].size - pa;
        pa = cleans[i].pa + cleans[i].size;
    }
    return true;
}

/* A leaf is made of memory that `was` translated, in the same place: what left the caches' reach had to be cleaned. */
static void check_cleaned(const struct broken *was, const struct table *table, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry old = judge_decode(regime, was->level, was->value);
    struct judge_entry new = judge_decode(regime, table->level, value);
    uint64_t size = UINT64_C(1) << judge_level_shift(regime, table->level);

    if (old.kind != JUDGE_IS_LEAF || new.kind != JUDGE_IS_LEAF || new.pa - old.pa >= was->span)
        return;
    if (cacheable(was->space, was->level, was->value) && !cacheable(table->space, table->level, value) &&
        !cleaned(new.pa, size, was->cleans_before))
        breach("a page leaves a cacheable type without cleaning between break and make");
}

/* A block was broken, a table comes in its place: so it goes for every leaf of that. */
static void check_split(const struct broken *was, const struct table *table)
{
    const struct judge_regime *regime = regime_of(table->space);

    for (uint64_t i = table->slot; i < table->slot + table->slots; i++) {
        struct judge_entry entry = judge_decode(regime, table->level, arena[i]);
        const struct table *child = entry.kind == JUDGE_IS_TABLE ? table_of_pa(entry.pa) : NULL;

        if (child)
            check_split(was, child);
        else
            check_cleaned(was, table, arena[i]);
    }
}

static void check_make(const struct table *table, uint64_t slot, uint64_t value)
{
    struct broken *was = broken_at(slot);

    if (!was)
        return;
    if (!was->flushed && !compatible(table, was->value, value) && !only_resized(table, was->value, value))
        breach("break before make: made again before the invalidate");
    groups_made(table, slot, was);
    check_cleaned(was, table, value);
}

static void link_child(struct table *table, uint64_t slot, uint64_t value, bool link)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry entry = judge_decode(regime, table->level, value);
    struct table *child = table_of_pa(entry.pa);
    unsigned shift = judge_level_shift(regime, table->level);

    if (!child) {
        breach("a table entry leads to memory that is no table");
        return;
    }
    if (child->state == TABLE_LINKED)
        breach("a table is linked twice");
    if (child->state == TABLE_UNLINKED)
        breach("a table is linked again before the invalidate that forgets its old place");
    if (!link && has_pending(child->slot, child->slots))
        breach("a table is linked before its entries are ordered (entry_link does that)");
    child->parent = table;
    rules_attach(child, table->space, table->level + 1, table->va + ((slot - table->slot) << shift));
    if (broken_at(slot))
        check_split(broken_at(slot), child);
}

static void check_unattached(const struct table *table, uint64_t value)
{
    if (!table || table->state == TABLE_NONE)
        breach("a store into memory that is no table, or no longer one");
    else if (table->state == TABLE_UNLINKED && (value & 1))
        breach("a table is filled again before the invalidate that forgets its old place");
}

void rules_store(uint64_t slot, uint64_t old, uint64_t value, bool link)
{
    struct table *table = table_of_slot(slot);
    const struct judge_regime *regime;
    struct judge_entry before, after;

    if (!table || table->state != TABLE_LINKED) {
        check_unattached(table, value);
        return;
    }
    regime = regime_of(table->space);
    before = judge_decode(regime, table->level, old);
    after = judge_decode(regime, table->level, value);
    if (after.breach)
        breach(after.breach);
    if (before.kind != JUDGE_IS_INVALID && after.kind != JUDGE_IS_INVALID && !compatible(table, old, value) &&
        !only_resized(table, old, value))
        breach("break before make: a live entry replaced by another");
    if (before.kind == JUDGE_IS_INVALID && after.kind != JUDGE_IS_INVALID)
        check_make(table, slot, value);
    if (before.kind == JUDGE_IS_TABLE && (after.kind != JUDGE_IS_TABLE || after.pa != before.pa)) {
        struct table *child = table_of_pa(before.pa);

        keep(table, slot, old);
        if (child && child->state == TABLE_LINKED)
            detach(child);
    } else if (before.kind == JUDGE_IS_LEAF && (old ^ value) & ~LEAF_SOFTWARE) {
        keep(table, slot, old);
    }
    if ((before.kind == JUDGE_IS_LEAF && old >> 52 & 1) || (after.kind == JUDGE_IS_LEAF && value >> 52 & 1))
        groups_note(table, slot);
    if (after.kind == JUDGE_IS_TABLE && (before.kind != JUDGE_IS_TABLE || after.pa != before.pa))
        link_child(table, slot, value, link);
}

/* A TLBI takes one address: is one of those that the flush names inside [va, va + span)? */
bool flush_hits(const struct mmu_flush *flush, uint64_t va, uint64_t span)
{
    uint64_t from = va > flush->va ? va - flush->va : 0;
    uint64_t stride = flush->stride ? flush->stride : 1;
    uint64_t next = (from + stride - 1) / stride * stride;

    return next < flush->size && flush->va + next - va < span;
}

/* The walker takes the hint: leaves of other levels stay. */
bool flush_hits_leaf(const struct mmu_flush *flush, uint64_t va, uint64_t span, int level)
{
    return (!flush->level || flush->level == level) && flush_hits(flush, va, span);
}

static bool is_forgotten(const struct broken *broken, const struct mmu_flush *flush)
{
    if (broken->child)
        return flush->tables && flush_hits(flush, broken->va, broken->span);
    return flush_hits_leaf(flush, broken->va, broken->span, broken->level);
}

bool rules_flush(const struct model_space *space, const struct mmu_flush *flush)
{
    bool due = false;

    for (size_t i = 0; i < list_count; i++) {
        struct broken *broken = &list[i];

        if (broken->space != space || !is_forgotten(broken, flush))
            continue;
        if (!broken->flushed)
            broken->cleans_before = clean_count; /* earlier ones do not count: the line could come back */
        due |= !broken->flushed;
        broken->flushed = true;
        if (broken->child && broken->child->state == TABLE_UNLINKED) {
            if (memcmp(arena + broken->child->slot, shadow + broken->child->slot, broken->child->slots * 8))
                breach("a table's memory is used for something else before the invalidate");
            broken->child->state = TABLE_FRESH;
        }
    }
    return due;
}

void rules_clean(uint64_t pa, uint64_t size)
{
    if (clean_count == clean_room) {
        clean_room = clean_room ? 2 * clean_room : 64;
        cleans = realloc(cleans, clean_room * sizeof *cleans);
        if (!cleans)
            abort();
    }
    cleans[clean_count++] = (struct clean){pa, size};
}

void model_settle(void)
{
    if (pending_matters())
        breach("a call returned before its stores were published");
    for (size_t i = 0; i < list_count; i++) {
        if (!list[i].flushed)
            breach("a call returned before what it took away was invalidated");
        index_of[list[i].slot] = 0;
    }
    groups_settle();
    list_count = 0;
    clean_count = 0;
}
