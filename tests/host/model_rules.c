/*
 * The checker of every store into a table. What an entry was before it was broken or tightened is
 * kept until the call has settled; every rule compares a store with that.
 */
#include "tests/host/model_inner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LEAF_SOFTWARE    UINT64_C(0x0780000000000000) /* [58:55], left to software */
#define LEAF_PERMISSIONS UINT64_C(0x00600000000004c0) /* UXN, PXN, AF, AP */
#define TABLE_IGNORED    UINT64_C(0x07f8000000000ffc) /* [58:51] and [11:2] */

static struct broken *list;
static size_t list_count, list_room;
static uint32_t *index_of; /* by slot: 1 + position in list, 0 = none */
static uint64_t groups[4096];
static size_t group_count;

void rules_start(void)
{
    index_of = mmap(NULL, ARENA_SLOTS * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (index_of == MAP_FAILED)
        abort();
    list_count = 0;
    group_count = 0;
}

void rules_stop(void)
{
    munmap(index_of, ARENA_SLOTS * 4);
    free(list);
    list = NULL;
    list_count = list_room = 0;
}

static struct broken *broken_at(uint64_t slot)
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
void rules_attach(struct table *table, const struct model_space *space, unsigned level, uint64_t va)
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
}

/* May `value` replace `old` while somebody may still hold `old`? D8.16: break-before-make. */
static bool compatible(const struct table *table, uint64_t old, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry a = judge_decode(regime, table->level, old), b = judge_decode(regime, table->level, value);
    uint64_t free_bits = b.kind == JUDGE_IS_TABLE ? TABLE_IGNORED : LEAF_SOFTWARE | LEAF_PERMISSIONS;

    return a.kind == b.kind && !((old ^ value) & ~free_bits);
}

static bool cacheable(const struct table *table, uint64_t value)
{
    const struct judge_regime *regime = regime_of(table->space);
    unsigned mair = judge_leaf(regime, table->level, value, 0).mair;

    return mair != 0x44 && mair & 0xf0;
}

/* The other members of a contiguous group may not still be what this one was. */
static void check_group_break(const struct table *table, uint64_t slot, const struct broken *was)
{
    const struct judge_regime *regime = regime_of(table->space);
    uint64_t group = judge_group(regime, table->level), in_table = slot - table->slot;
    uint64_t first = table->slot + in_table / group * group;

    for (uint64_t i = first; i < first + group && i < table->slot + table->slots; i++)
        if (i != slot && (arena[i] & 1) && !broken_at(i) && (arena[i] >> 52 & 1) && (was->value >> 52 & 1))
            breach("a contiguous group is changed member by member");
}

static void check_make(const struct table *table, uint64_t slot, uint64_t value)
{
    struct broken *was = broken_at(slot);
    const struct judge_regime *regime = regime_of(table->space);
    struct judge_entry old;

    if (!was)
        return;
    if (!was->flushed && !compatible(table, was->value, value))
        breach("break before make: made again before the invalidate");
    check_group_break(table, slot, was);
    old = judge_decode(regime, table->level, was->value);
    if (old.kind == JUDGE_IS_LEAF && judge_decode(regime, table->level, value).kind == JUDGE_IS_LEAF &&
        old.pa == judge_decode(regime, table->level, value).pa && cacheable(table, was->value) &&
        !cacheable(table, value) && !was->cleaned)
        breach("a page leaves a cacheable type without cleaning between break and make");
}

static void check_unattached(const struct table *table, uint64_t value)
{
    if (!table || table->state == TABLE_NONE)
        breach("a store into memory that is no table, or no longer one");
    else if (table->state == TABLE_UNLINKED && (value & 1))
        breach("a table is filled again before the invalidate that forgets its old place");
}

static void note_group(const struct table *table, uint64_t slot);

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
    if (before.kind != JUDGE_IS_INVALID && after.kind != JUDGE_IS_INVALID && !compatible(table, old, value))
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
        note_group(table, slot);
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

void rules_flush(const struct model_space *space, const struct mmu_flush *flush)
{
    for (size_t i = 0; i < list_count; i++) {
        struct broken *broken = &list[i];
        bool is_table = broken->child != NULL;

        if (broken->space != space || (is_table && !flush->tables) || !flush_hits(flush, broken->va, broken->span))
            continue;
        broken->flushed = true;
        if (is_table && broken->child->state == TABLE_UNLINKED) {
            if (memcmp(arena + broken->child->slot, shadow + broken->child->slot, broken->child->slots * 8))
                breach("a table's memory is used for something else before the invalidate");
            broken->child->state = TABLE_FRESH;
        }
    }
}

void rules_clean(uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < list_count; i++) {
        struct broken *broken = &list[i];
        const struct judge_regime *regime = regime_of(broken->space);
        struct judge_entry entry = judge_decode(regime, broken->level, broken->value);

        /* Before the invalidate a cacheable access could still fetch the line back. */
        if (broken->flushed && entry.pa >= pa && entry.pa + broken->span <= pa + size)
            broken->cleaned = true;
    }
}

/* Members of a group with the contiguous bit are all there, next to each other, and alike (D8.3, the Contiguous bit).
 */
static void check_group_whole(const struct table *table, uint64_t first)
{
    const struct judge_regime *regime = regime_of(table->space);
    uint64_t group = judge_group(regime, table->level);
    uint64_t size = UINT64_C(1) << judge_level_shift(regime, table->level);
    uint64_t head = arena[first] & ~LEAF_SOFTWARE;
    uint64_t marked = 0, alike = 0;

    for (uint64_t i = 0; i < group; i++) {
        uint64_t value = arena[first + i] & ~LEAF_SOFTWARE;

        marked += judge_decode(regime, table->level, value).kind == JUDGE_IS_LEAF && (value >> 52 & 1);
        alike += value == head + i * size;
    }
    if (marked && (marked != group || alike != group))
        breach("a contiguous group whose members disagree");
    else if (marked && (judge_decode(regime, table->level, head).pa & (group * size - 1)))
        breach("a contiguous group whose output address is not aligned to it");
}

/* The groups that this call has touched are looked at when it has settled. */
static void note_group(const struct table *table, uint64_t slot)
{
    const struct judge_regime *regime = regime_of(table->space);
    uint64_t group = judge_group(regime, table->level);
    uint64_t first = table->slot + (slot - table->slot) / group * group;

    if (group_count && groups[group_count - 1] == first)
        return;
    if (group_count == sizeof groups / sizeof groups[0])
        group_count = 0; /* so many in one call: the oldest go unchecked */
    groups[group_count++] = first;
}

static void check_groups(void)
{
    for (size_t i = 0; i < group_count; i++) {
        struct table *table = table_of_slot(groups[i]);

        if (table && table->state == TABLE_LINKED)
            check_group_whole(table, groups[i]);
    }
    group_count = 0;
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
    check_groups();
    list_count = 0;
}
