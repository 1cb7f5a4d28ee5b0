#include "mmu/asid.h"

static uint64_t bit_of(uint32_t number)
{
    return UINT64_C(1) << number % 64;
}

static void take(struct asid_pool *pool, uint32_t number)
{
    pool->words[number / 64] |= bit_of(number);
    pool->taken++;
}

static void clear(struct asid_pool *pool)
{
    for (uint32_t i = 0; i <= (pool->count - 1) / 64; i++)
        pool->words[i] = 0;
    pool->taken = 0;
    pool->next = 1;
    take(pool, 0);
}

void asid_start(struct asid_pool *pool, unsigned bits, void (*forget)(uint16_t asid), void (*forget_all)(void))
{
    *pool = (struct asid_pool){.generation = 1, .count = 1u << bits, .forget = forget, .forget_all = forget_all};
    clear(pool);
}

/* The first free number from `next` on, around the end; there is one. */
static uint32_t find(const struct asid_pool *pool)
{
    uint32_t number = pool->next % pool->count;

    for (;;) {
        uint64_t free = ~pool->words[number / 64] & ~(bit_of(number) - 1);

        if (free)
            number = number / 64 * 64 + (uint32_t)__builtin_ctzll(free);
        else
            number = (number / 64 + 1) * 64;
        if (number >= pool->count)
            number = 0;
        else if (free)
            return number;
    }
}

static void begin_generation(struct asid_pool *pool)
{
    clear(pool);
    pool->generation++;
    for (unsigned core = 0; core < ASID_CORES; core++) {
        struct mmu_space *space = pool->active[core];

        if (!space || space->asid_generation == pool->generation)
            continue;
        space->asid_generation = pool->generation;
        take(pool, space->asid);
    }
    pool->forget_all();
}

bool asid_enter(struct asid_pool *pool, unsigned core, struct mmu_space *space)
{
    bool fresh = space && space->asid_generation != pool->generation;

    if (fresh) {
        uint32_t number;

        if (pool->taken == pool->count)
            begin_generation(pool);
        number = find(pool);
        take(pool, number);
        pool->next = number + 1;
        space->asid_generation = pool->generation;
        space->asid = (uint16_t)number;
    }
    pool->active[core] = space;
    return fresh;
}

bool asid_is_active(const struct asid_pool *pool, const struct mmu_space *space)
{
    for (unsigned core = 0; core < ASID_CORES; core++)
        if (pool->active[core] == space)
            return true;
    return false;
}

void asid_release(struct asid_pool *pool, struct mmu_space *space)
{
    if (space->asid_generation && space->asid_generation == pool->generation) {
        pool->forget(space->asid);
        pool->words[space->asid / 64] &= ~bit_of(space->asid);
        pool->taken--;
    }
    space->asid_generation = 0;
    space->asid = 0;
}
