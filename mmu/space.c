/* A space's beginning and end. */
#include "mmu/space.h"

#include "mmu/format.h"
#include "mmu/live.h"
#include "mmu/pool.h"

enum { SPACE_MEMORY = 4096 };

_Static_assert(sizeof(struct mmu_space) <= SPACE_MEMORY, "one allocation holds a space");

static int make_root(struct mmu_space *space)
{
    const struct mmu_format *format = space->format;
    void *memory = space->backend->table_alloc(format->root_bytes);

    if (!memory)
        return MMU_TABLES;
    if (!pool_reserve(space, format->pool_mark)) {
        space->backend->table_free(memory, format->root_bytes);
        return MMU_TABLES;
    }
    space->tables = space->tables_peak = 1;
    format->root_open(space, memory);
    space->backend->publish(space); /* its owner may load it as it is */
    return MMU_OK;
}

void mmu_live_add(struct mmu_space *space) __attribute__((weak));
void mmu_live_remove(struct mmu_space *space) __attribute__((weak));

static int opened(struct mmu_space *space, int err)
{
    if (err == MMU_OK && mmu_live_add)
        mmu_live_add(space);
    return err;
}

static int open_space(struct mmu_space *space, const struct mmu_format *format, unsigned va_bits,
                      const struct mmu_backend *backend, unsigned flags)
{
    if (va_bits < format->va_bits_min || va_bits > format->va_bits_max ||
        (flags & MMU_SPACE_HIGH && va_bits >= format->address_bits))
        return MMU_RANGE;
    *space = (struct mmu_space){
        .format = format,
        .span = UINT64_C(1) << va_bits,
        .near = {.mask = UINT64_MAX},
        .table_offset = backend->table_offset,
        .va_bits = (uint8_t)va_bits,
        .pa_bits = format->pa_bits_max,
        .global = flags & MMU_SPACE_HIGH,
        .backend = backend,
    };
    if (backend->pa_bits() < space->pa_bits)
        space->pa_bits = (uint8_t)backend->pa_bits();
    if (backend->no_break)
        space->no_break = backend->no_break();
    return MMU_OK;
}

int mmu_space_init(struct mmu_space *space, const struct mmu_format *format, unsigned va_bits,
                   const struct mmu_backend *backend, unsigned flags)
{
    int err = open_space(space, format, va_bits, backend, flags);

    return opened(space, err == MMU_OK ? make_root(space) : err);
}

FORMAT_TABLE(adopt)

int mmu_space_adopt(struct mmu_space *space, const struct mmu_format *format, const struct mmu_tree *tree,
                    const struct mmu_backend *backend, unsigned flags)
{
    int err = open_space(space, format, tree->va_bits, backend, flags);

    if (err == MMU_OK && tree->root & (format->root_bytes - 1u))
        err = MMU_RANGE;
    if (err == MMU_OK)
        err = adopt_of[format->number](space, tree->root, flags & MMU_SPACE_TAGS);
    return opened(space, err);
}

FORMAT_TABLE(keeps)

static int keep(struct mmu_space *space, uint64_t va, uint64_t size, bool size_only)
{
    uint64_t off = va - space->base;
    int err = MMU_TABLES;

    if (size - 1 >= space->span || off > space->span - size)
        return MMU_RANGE;
    lock_acquire(&space->lock);
    if (space->keep_count < MMU_KEEP_MAX) {
        space->keeps = keeps_of[space->format->number];
        space->keep[space->keep_count++] = (struct mmu_keep){off, off + size, size_only};
        err = MMU_OK;
    }
    lock_release(&space->lock);
    return err;
}

bool mmu_space_keeps(const struct mmu_space *space, uint64_t off, uint64_t end, bool size)
{
    for (unsigned i = 0; i < space->keep_count; i++)
        if (space->keep[i].off < end && off < space->keep[i].end && (size || !space->keep[i].size_only))
            return true;
    return false;
}

int mmu_space_keep(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return keep(space, va, size, false);
}

int mmu_space_keep_sizes(struct mmu_space *space, uint64_t va, uint64_t size)
{
    return keep(space, va, size, true);
}

static void closed(struct mmu_space *space)
{
    if (mmu_live_remove)
        mmu_live_remove(space);
}

void mmu_space_abandon(struct mmu_space *space)
{
    closed(space);
    pool_empty(space);
}

void mmu_space_release(struct mmu_space *space)
{
    struct mmu_flush all = {space->base, space->span, UINT64_C(1) << space->format->granule_bits, true, 0};

    closed(space);
    space->format->release(space);
    space->backend->invalidate(space, &all); /* the root, too */
    pool_empty(space);
    space->backend->table_free((void *)((uintptr_t)mmu_space_root(space) + space->table_offset),
                               space->format->root_bytes);
}

uint64_t mmu_space_root(const struct mmu_space *space)
{
    return space->root & space->format->root_address;
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
