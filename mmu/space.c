/* A space's beginning and end. */
#include "mmu/space.h"

#include "mmu/format.h"
#include "mmu/pool.h"

enum { LAST_LEVEL = 3, SPACE_MEMORY = 4096 };

_Static_assert(sizeof(struct mmu_space) <= SPACE_MEMORY, "one allocation holds a space");

/* The level whose tables resolve the topmost bits of va_bits. */
static unsigned root_level(const struct mmu_format *format, unsigned va_bits)
{
    unsigned level = format->first_level;

    while (level < LAST_LEVEL && va_bits <= format->granule_bits + format->index_bits * (LAST_LEVEL - level))
        level++;
    return level;
}

static int make_root(struct mmu_space *space)
{
    uint64_t *table;

    if (!pool_reserve(space, 1u + space->format->pool_mark))
        return MMU_TABLES;
    table = pool_take(space);
    entry_clear(table, (size_t)1 << space->format->index_bits);
    space->root_table = table;
    space->root = space->format->root_entry((uintptr_t)table - space->table_offset);
    return MMU_OK;
}

int mmu_space_init(struct mmu_space *space, const struct mmu_format *format, unsigned va_bits,
                   const struct mmu_backend *backend, unsigned flags)
{
    unsigned pa_bits = backend->pa_bits();

    if (va_bits < format->va_bits_min || va_bits > format->va_bits_max ||
        (flags & MMU_SPACE_HIGH && va_bits >= format->address_bits))
        return MMU_RANGE;
    *space = (struct mmu_space){
        .format = format,
        .base = flags & MMU_SPACE_HIGH ? ~UINT64_C(0) << va_bits & ~UINT64_C(0) >> (64 - format->address_bits) : 0,
        .span = UINT64_C(1) << va_bits,
        .table_offset = backend->table_offset,
        .root_level = (uint8_t)root_level(format, va_bits),
        .va_bits = (uint8_t)va_bits,
        .pa_bits = (uint8_t)(pa_bits < format->pa_bits_max ? pa_bits : format->pa_bits_max),
        .backend = backend,
    };
    return make_root(space);
}

void mmu_space_release(struct mmu_space *space)
{
    struct mmu_flush all = {space->base, space->span, UINT64_C(1) << space->format->granule_bits, true};

    space->backend->invalidate(space, &all);
    space->format->release(space);
    pool_empty(space);
}

uint64_t mmu_space_root(const struct mmu_space *space)
{
    return space->root & UINT64_C(0x0000fffffffff000);
}

struct mmu_space *mmu_space_create(const struct mmu_format *format, unsigned va_bits, const struct mmu_backend *backend)
{
    struct mmu_space *space = backend->table_alloc(SPACE_MEMORY);

    if (space && mmu_space_init(space, format, va_bits, backend, 0) != MMU_OK) {
        backend->table_free(space, SPACE_MEMORY);
        space = NULL;
    }
    return space;
}

void mmu_space_destroy(struct mmu_space *space)
{
    const struct mmu_backend *backend;

    if (!space)
        return;
    backend = space->backend;
    mmu_space_release(space);
    backend->table_free(space, SPACE_MEMORY);
}

void mmu_get_stats(struct mmu_space *space, struct mmu_stats *stats)
{
    lock_acquire(&space->lock);
    *stats = (struct mmu_stats){space->tables, space->tables_peak, space->pool_free};
    lock_release(&space->lock);
}
