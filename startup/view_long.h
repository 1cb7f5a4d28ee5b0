/* Reading tables of long descriptors for view.c: view_a64.c and view_lpae.c include this. */
#include "mmu/vmsa64.h"
#include "startup/memory.h"
#include "startup/view.h"

unsigned view_shift(const struct walk *walk)
{
    return walk->granule_bits + (3 - walk->level) * (walk->granule_bits - 3);
}

struct walk_entry view_read(const struct walk *walk, uint64_t va)
{
    unsigned shift = view_shift(walk), bits = walk->granule_bits - 3;
    const uint64_t *table = memory_at(walk->table);
    struct walk_entry at = {.slot = NULL};

    if (shift + bits > walk->va_bits)
        bits = walk->va_bits - shift;
    if (table) {
        at.slot = table + (va >> shift & ((1u << bits) - 1));
        at.raw = at.entry = *(const volatile uint64_t *)at.slot;
    }
    return at;
}
