#include "mmu/pool.h"

#include "mmu/format.h"

static size_t table_size(const struct mmu_space *space)
{
    return space->format->table_bytes;
}

static void push(struct mmu_space *space, uint64_t *table)
{
    table[0] = (uintptr_t)space->pool;
    space->pool = table;
    space->pool_free++;
}

static void shrink(struct mmu_space *space, size_t count)
{
    while (space->pool_free > count) {
        uint64_t *table = space->pool;

        space->pool = (uint64_t *)(uintptr_t)table[0];
        space->pool_free--;
        space->backend->table_free(table, table_size(space));
    }
}

bool pool_reserve(struct mmu_space *space, size_t need)
{
    size_t before = space->pool_free;

    while (space->pool_free < need) {
        uint64_t *table = space->backend->table_alloc(table_size(space));

        if (!table) {
            shrink(space, before); /* the newest ones lie first */
            return false;
        }
        push(space, table);
    }
    return true;
}

void pool_give_back(struct mmu_space *space, void *list)
{
    while (list) {
        uint64_t *table = list;

        list = (void *)(uintptr_t)table[0];
        push(space, table);
        space->tables--;
        shrink(space, space->format->pool_mark);
    }
}

void pool_empty(struct mmu_space *space)
{
    shrink(space, 0);
}
