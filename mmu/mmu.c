/* The public calls: each format brings its own engine (engine.h), checks and locks included. */
#include "mmu/mmu.h"

#include "mmu/format.h"
#include "mmu/space.h"
#include "mmu/vmsa64.h"

int mmu_map(struct mmu_space *space, const struct mmu_range *range)
{
    return space->format->map(space, range);
}

int mmu_unmap(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return space->format->unmap(space, va, size);
}

int mmu_protect(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr)
{
    return space->format->protect(space, va, size, attr);
}

int mmu_walk(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf)
{
    return space->format->walk(space, va, leaf);
}

int mmu_translate(struct mmu_space *space, uint64_t va, uint64_t *pa)
{
    return space->format->translate(space, va, pa);
}

uint64_t mmu_segment(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa)
{
    return space->format->segment(space, va, max, pa);
}

size_t mmu_tables_needed(struct mmu_space *space, const struct mmu_range *range)
{
    return space->format->tables_needed(space, range);
}

int mmu_tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    return space->format->tag(space, va, size, tag, payload);
}
