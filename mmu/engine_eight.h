/* Part of a format's entries: eight neighbours where no instruction does several at once, one by one. */
#ifndef MMU_ENGINE_EIGHT_H
#define MMU_ENGINE_EIGHT_H

/* Eight from *slot on, the first one `first` and each of the next `step` more. *slot and the result go on from there.
 */
static inline uint64_t entry_put_eight(entry_t **slot, unsigned level, uint64_t first, uint64_t step)
{
    for (unsigned i = 0; i < 8; i++, first += step)
        entry_put((*slot)++, first, level);
    return first;
}

/* Bits that all of these entries have */
static inline uint64_t entry_common_bits(const entry_t *slot, unsigned level, size_t count)
{
    uint64_t common = ~UINT64_C(0);

    while (count--)
        common &= entry_get(slot++, level);
    return common;
}

/* Is the entry here `first`, and is each of the next seven `step` more? */
static inline bool entry_eight_follow(const entry_t *slot, unsigned level, uint64_t first, uint64_t step)
{
    uint64_t differ = 0;

    for (unsigned i = 0; i < 8; i++)
        differ |= entry_get(slot + i, level) ^ (first + i * step);
    return !differ;
}

#endif
