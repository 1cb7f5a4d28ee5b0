/* Part of engine.h: leaves side by side, and the tables that a range takes. */

/* A run of leaves inside one table; each is `step` further on. */
NOINLINE void fill(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    uint64_t step = level_size(level);

    for (unsigned turns = SMALL ? 0 : count / 16; turns; turns--) {
        leaf = entry_put_eight(&slot, level, leaf, step);
        leaf = entry_put_eight(&slot, level, leaf, step);
    }
    if (!SMALL && count & 8)
        leaf = entry_put_eight(&slot, level, leaf, step);
    for (count = SMALL ? count : count % 8; count; count--, leaf += step)
        entry_put(slot++, leaf, level);
}

/* All of a table's entries, which are no leaves, alike */
static void fill_same(entry_t *table, unsigned level, uint64_t entry)
{
    for (unsigned i = 0; i < ENTRIES(level); i++)
        entry_put(table + i, entry, level);
}

/* An entry's number, plus a multiple of its table's entries */
INLINE unsigned slot_number(const entry_t *slot)
{
    return (unsigned)((uintptr_t)slot / sizeof *slot);
}

/* How many entries it is from this one on to where a group begins. */
INLINE unsigned to_group(const entry_t *slot, unsigned level)
{
    return -slot_number(slot) & (group_count(level) - 1);
}

/* The same with whole groups among them */
NOINLINE void fill_groups(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    unsigned head = to_group(slot, level), body = (count - head) & ~(group_count(level) - 1);

    fill(slot, level, leaf, head);
    leaf += head * level_size(level);
    fill(slot + head, level, leaf | CONTIGUOUS, body);
    leaf += body * level_size(level);
    fill(slot + head + body, level, leaf, count - head - body);
}

/* The same in as few instructions as can be: `body` entries are whole groups. */
INLINE void fill_small(entry_t *slot, unsigned level, uint64_t leaf, unsigned count, unsigned body)
{
    unsigned head = to_group(slot, level);

    for (unsigned i = 0; i < count; i++, leaf += level_size(level))
        entry_put(slot + i, i - head < body ? leaf | CONTIGUOUS : leaf, level);
}

/* Leaves side by side. Whole groups of memory that is aligned for it are made such. */
INLINE void fill_run(entry_t *slot, unsigned level, uint64_t leaf, unsigned count)
{
    unsigned group = group_count(level), off = (unsigned)(leaf >> level_shift(level)) ^ slot_number(slot);
    bool plain = group == 1 || off & (group - 1) || count < to_group(slot, level) + group;

    if (SMALL)
        fill_small(slot, level, leaf, count, plain ? 0 : (count - to_group(slot, level)) & ~(group - 1));
    else if (plain)
        fill(slot, level, leaf, count);
    else
        fill_groups(slot, level, leaf, count);
}

/*
 * Tables that the entries at hand need, which are empty or to be cut: one for each entry, of that level and those
 * below, that is neither left alone nor a leaf.
 */
static size_t tables_below(const struct job *job)
{
    size_t count = 0;

    for (unsigned level = job->at.level; level < LAST_LEVEL; level++) {
        uint64_t beyond = level_size(level) - 1;
        size_t touched = (size_t)(((job->next - 1) >> level_shift(level)) - (job->from >> level_shift(level)) + 1);
        size_t cut = (job->from & beyond ? 1u : 0u) + (job->next & beyond ? 1u : 0u);

        count += !fits(job->misfit, level) || touched < cut ? touched : cut;
    }
    return count;
}
