/*
 * Contiguous groups (D8.3, the Contiguous bit): entries with that bit agree in their whole group, are changed
 * together, and a group that is live is broken as a whole before it is live in another way. Permissions of
 * all members may change in place: until the invalidate a core has the old ones or the new ones.
 */
#include "tests/host/model_inner.h"

static uint64_t groups[4096];
static size_t group_count;

void groups_start(void)
{
    group_count = 0;
}

/* The slots of the group that slot is in. */
static uint64_t group_of(const struct table *table, uint64_t slot, uint64_t *count)
{
    *count = judge_group(regime_of(table->space), table->level);
    return table->slot + (slot - table->slot) / *count * *count;
}

static bool is_member(const struct table *table, uint64_t value)
{
    return judge_decode(regime_of(table->space), table->level, value).kind == JUDGE_IS_LEAF && value & CONTIGUOUS;
}

/* The other members of a contiguous group may not still be what this one was. */
void groups_made(const struct table *table, uint64_t slot, const struct broken *was)
{
    uint64_t count, first = group_of(table, slot, &count);

    if (!(was->value & CONTIGUOUS))
        return;
    for (uint64_t i = first; i < first + count && i < table->slot + table->slots; i++)
        if (i != slot && is_member(table, arena[i]) && !broken_at(i))
            breach("a contiguous group is changed member by member");
}

/*
 * A walker that may take the group for one entry meets this member: those that are there must be of the same
 * make (permissions may be on their way, and some members may still be missing or be gone already).
 */
void groups_met(const struct model_space *space, int level, uint64_t slot_pa)
{
    const struct table *table = table_of_slot(slot_of_pa(slot_pa));
    uint64_t slot = slot_of_pa(slot_pa), count, first, size, mask = ~(LEAF_SOFTWARE | LEAF_PERMISSIONS);

    if (!table || table->space != space || table->state != TABLE_LINKED)
        return;
    first = group_of(table, slot, &count);
    size = UINT64_C(1) << judge_level_shift(regime_of(space), level);
    for (uint64_t i = first; i < first + count; i++)
        if ((shadow[i] & 1) && (shadow[i] & mask) != (shadow[slot] & mask) + (i - slot) * size && !no_break)
            breach("a walker meets a contiguous group of which other members are live in another way");
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
void groups_note(const struct table *table, uint64_t slot)
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

void groups_settle(void)
{
    for (size_t i = 0; i < group_count; i++) {
        struct table *table = table_of_slot(groups[i]);

        if (table && table->state == TABLE_LINKED)
            check_group_whole(table, groups[i]);
    }
    group_count = 0;
}
