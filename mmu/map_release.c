/* mmu_map and mmu_map_pages; map_debug.c is their other form. */
#include "mmu/format.h"
#include "mmu/space.h"

int mmu_map(struct mmu_space *space, const struct mmu_range *range)
{
    return space->format->map(space, range);
}

FORMAT_TABLE(map_pages)

int mmu_map_pages(struct mmu_space *space, uint64_t va, const uint64_t *pages, size_t count, uint32_t attr)
{
    return map_pages_of[space->format->number](space, va, pages, count, attr);
}
