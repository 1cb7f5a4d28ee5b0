/*
 * Table memory twice: as the CPU sees it and as the walkers do. A store reaches the walkers at
 * the next publish, or earlier, in any order, but for two rules: stores to one slot keep their
 * order, and whatever came before a link is there before the link (that is what entry_link's
 * barrier is for), and so before what is stored to that slot later.
 */
#include "tests/host/model_inner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct pending {
    uint64_t slot, value;
    bool link;
};

uint64_t *arena, *shadow;
unsigned slot_bytes = 8;
char *table_memory;
static char *narrow;       /* memory of 4-byte slots: below 2^32, as a pointer in a table has one word */
static uint64_t *reserved; /* the arena, also while no model runs */
static struct pending *pending;
static size_t pending_count, pending_room;

static uint64_t random_state;

uint64_t model_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * UINT64_C(0x2545f4914f6cdd1d) >> 11;
}

void model_seed(uint64_t seed)
{
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

static void *reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

/* All memory stays for the next model: a table's is written before it is used. */
void memory_start(unsigned entry_bytes)
{
    slot_bytes = entry_bytes ? entry_bytes : 8;
    if (slot_bytes == 4 && !narrow) {
        char *raw = mmap(NULL, ARENA_SIZE / 2 + (1u << 20), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);

        if (raw == MAP_FAILED)
            abort();
        narrow = (char *)(((uintptr_t)raw + (1u << 20) - 1) & ~(uintptr_t)((1u << 20) - 1));
    }
    if (!shadow) {
        /* Tables are aligned to their size in both address spaces, so the arena is, to 1 MiB. */
        uintptr_t raw = (uintptr_t)reserve(ARENA_SIZE + (1u << 20));

        reserved = (uint64_t *)((raw + (1u << 20) - 1) & ~(uintptr_t)((1u << 20) - 1));
        shadow = reserve(ARENA_SIZE);
    }
    arena = reserved;
    table_memory = slot_bytes == 4 ? narrow : (char *)arena;
    pending_count = 0;
}

void memory_stop(void)
{
    arena = NULL;
}

static void remember(uint64_t slot, uint64_t value, bool link)
{
    if (pending_count == pending_room) {
        pending_room = pending_room ? 2 * pending_room : 1024;
        pending = realloc(pending, pending_room * sizeof *pending);
        if (!pending)
            abort();
    }
    pending[pending_count++] = (struct pending){slot, value, link};
}

/* A table that is about to be linked is not yet seen by any walker: with the link's barrier its stores arrive as one.
 */
static void order_before_link(uint64_t value)
{
    struct table *child = table_of_pa(value & UINT64_C(0x0000fffffffff000));

    if (!child || child->state != TABLE_FRESH)
        return;
    memcpy(shadow + child->slot, arena + child->slot, child->slots * 8);
    size_t kept = 0;
    for (size_t i = 0; i < pending_count; i++)
        if (pending[i].slot - child->slot >= child->slots)
            pending[kept++] = pending[i];
    pending_count = kept;
}

void store(uint64_t slot, uint64_t value, bool link)
{
    if (link)
        order_before_link(value);
    arena[slot] = value;
    remember(slot, value, link);
}

void commit_all(void)
{
    for (size_t i = 0; i < pending_count; i++)
        shadow[pending[i].slot] = pending[i].value;
    pending_count = 0;
}

/* How many stores, from the first one on, a link in its slot orders before number i */
static size_t before_link(size_t i)
{
    size_t linked = i + 1;

    while (linked && !(pending[linked - 1].link && pending[linked - 1].slot == pending[i].slot))
        linked--;
    return linked;
}

static void commit_one(size_t i)
{
    uint64_t slot = pending[i].slot;
    size_t linked = before_link(i), kept = 0;

    for (size_t j = 0; j < pending_count; j++)
        if (j < linked || (j <= i && pending[j].slot == slot))
            shadow[pending[j].slot] = pending[j].value;
        else
            pending[kept++] = pending[j];
    pending_count = kept;
}

void commit_some(void)
{
    /* Looking through a long list costs: the longer it is, the rarer. */
    if (!pending_count || model_random() % (1 + pending_count / 64))
        return;
    for (int tries = 0; tries < 3 && pending_count; tries++)
        if (model_random() & 1)
            commit_one(model_random() % pending_count);
}

bool has_pending(uint64_t slot, uint64_t slots)
{
    for (size_t i = 0; i < pending_count; i++)
        if (pending[i].slot - slot < slots)
            return true;
    return false;
}

/* Whether a store that no walker is sure to see changes what one would find: a bit in its descriptor that is not
 * ignored. */
bool pending_matters(void)
{
    for (size_t i = 0; i < pending_count; i++) {
        uint64_t slot = pending[i].slot, seen = shadow[slot], value;
        struct table *table = table_of_slot(slot);
        const struct judge_regime *regime;
        struct judge_entry a, b;

        if (!table || table->state != TABLE_LINKED || !table->space)
            continue; /* its memory may have been freed */
        value = arena[slot];
        regime = regime_of(table->space);
        a = judge_decode(regime, table->level, seen);
        b = judge_decode(regime, table->level, value);
        if (a.kind != b.kind || a.pa != b.pa || (a.kind == JUDGE_IS_LEAF && seen != value))
            return true;
    }
    return false;
}

const uint64_t *model_entries(uint64_t pa)
{
    return arena + slot_of_pa(pa);
}
