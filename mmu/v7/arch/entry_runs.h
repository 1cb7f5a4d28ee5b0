/* Part of arch/cpu.h where no instruction does several entries at once: all by entry_write. The host has it too. */
#ifndef ARCH_ENTRY_RUNS_H
#define ARCH_ENTRY_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Four neighbours */
static inline void entry_write_four(volatile uint64_t *slot, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    entry_write(slot, a);
    entry_write(slot + 1, b);
    entry_write(slot + 2, c);
    entry_write(slot + 3, d);
}

/* Eight from *slot on, the first one `first` and each of the next `step` more. *slot and the result go on from there.
 */
static inline uint64_t entry_write_eight(uint64_t **slot, uint64_t first, uint64_t step)
{
    for (unsigned i = 0; i < 8; i++, first += step)
        entry_write((*slot)++, first);
    return first;
}

/* 0 to `count` entries, which walkers may know */
static inline void entry_clear(uint64_t *slot, size_t count)
{
    while (count--)
        entry_write(slot++, 0);
}

/* All entries of a table that no walker can reach */
static inline void entry_clear_table(uint64_t *table, size_t count)
{
    entry_clear(table, count);
}

/* Bits that all of `count` neighbours have */
static inline uint64_t entry_common(const uint64_t *slot, size_t count)
{
    uint64_t common = ~UINT64_C(0);

    while (count--)
        common &= *slot++;
    return common;
}

/* Is slot[0] `first`, and each of the next seven `step` more? */
static inline bool entry_eight(const uint64_t *slot, uint64_t first, uint64_t step)
{
    unsigned i = 0;

    while (i < 8 && slot[i] == first + i * step)
        i++;
    return i == 8;
}

#endif
