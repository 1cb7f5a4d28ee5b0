/* The public calls: each format brings its own engine (engine.h), checks and locks included. See format.h for the
 * tables. */
#include "mmu/mmu.h"

#include "mmu/format.h"
#include "mmu/small.h"
#include "mmu/space.h"
#include "mmu/vmsa64.h"

int mmu_unmap(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return space->format->unmap(space, va, size);
}

FORMAT_TABLE(protect)

int mmu_protect(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr)
{
    return protect_of[space->format->number](space, va, size, attr);
}

FORMAT_TABLE(fold)

int mmu_fold(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return fold_of[space->format->number](space, va, size, NULL);
}

int mmu_report(struct mmu_space *space, uint64_t va, uint64_t size, struct mmu_savings *saved)
{
    return fold_of[space->format->number](space, va, size, saved);
}

int mmu_walk(struct mmu_space *space, uint64_t va, struct mmu_leaf *leaf)
{
    return space->format->walk(space, va, leaf);
}

FORMAT_TABLE(translate)

int mmu_translate(struct mmu_space *space, uint64_t va, uint64_t *pa)
{
    return SMALL ? translate_of[space->format->number](space, va, pa) : space->format->translate(space, va, pa);
}

FORMAT_TABLE(segment)

uint64_t mmu_segment(struct mmu_space *space, uint64_t va, uint64_t max, uint64_t *pa)
{
    return SMALL ? segment_of[space->format->number](space, va, max, pa) : space->format->segment(space, va, max, pa);
}

FORMAT_TABLE(tables_needed)

size_t mmu_tables_needed(struct mmu_space *space, const struct mmu_range *range)
{
    return tables_needed_of[space->format->number](space, range);
}

FORMAT_TABLE(tables_max)

size_t mmu_tables_max(const struct mmu_format *format, unsigned va_bits, uint64_t size)
{
    return tables_max_of[format->number](va_bits, size);
}

FORMAT_TABLE(tag)

int mmu_tag(struct mmu_space *space, uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    return tag_of[space->format->number](space, va, size, tag, payload);
}

FORMAT_TABLE(fill)

/* A larger entry's tag is cut into pages by another tag: nobody but the caller serves this one. */
int mmu_fill(struct mmu_space *space, const struct mmu_range *range, uint64_t payload)
{
    int err = fill_of[space->format->number](space, range, MMU_TAG_DEMAND, payload);

    if (err != MMU_SPLIT)
        return err;
    err = mmu_tag(space, range->va, range->size, MMU_TAG_RESERVED, payload);
    return err == MMU_OK ? fill_of[space->format->number](space, range, MMU_TAG_RESERVED, payload) : err;
}
