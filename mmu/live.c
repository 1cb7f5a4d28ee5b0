#include "mmu/live.h"

enum { LIVE_MAX = 1024 };

static struct {
    struct mmu_space *space;
    unsigned visitors;
} live[LIVE_MAX];
static unsigned live_end; /* none is in a place from here on */
static struct lock lock = LOCK_INIT;

/* The place of a space; LIVE_MAX: it has none. NULL: the first free one. */
static unsigned place_of(const struct mmu_space *space)
{
    unsigned i = 0;

    while (i < live_end && live[i].space != space)
        i++;
    return i < live_end || (!space && i < LIVE_MAX) ? i : LIVE_MAX;
}

void mmu_live_add(struct mmu_space *space)
{
    unsigned i;

    lock_acquire(&lock);
    i = place_of(space) < LIVE_MAX ? LIVE_MAX : place_of(NULL);
    if (i < LIVE_MAX) {
        live[i].space = space;
        if (i == live_end)
            live_end++;
    }
    lock_release(&lock);
}

static bool take_out(const struct mmu_space *space)
{
    unsigned i;
    bool visited;

    lock_acquire(&lock);
    i = place_of(space);
    visited = i < LIVE_MAX && live[i].visitors;
    if (i < LIVE_MAX && !visited)
        live[i].space = NULL;
    lock_release(&lock);
    return !visited;
}

void mmu_live_remove(struct mmu_space *space)
{
    while (!take_out(space))
        core_relax();
}

/* The one at this place, which cannot go from now on; or NULL. */
static struct mmu_space *begin_visit(unsigned i)
{
    struct mmu_space *space;

    lock_acquire(&lock);
    space = live[i].space;
    if (space)
        live[i].visitors++;
    lock_release(&lock);
    return space;
}

static void end_visit(unsigned i)
{
    lock_acquire(&lock);
    live[i].visitors--;
    lock_release(&lock);
}

int mmu_live_visit(int (*visit)(void *context, struct mmu_space *space), void *context)
{
    int result = 0;

    for (unsigned i = 0; result == 0 && i < __atomic_load_n(&live_end, __ATOMIC_RELAXED); i++) {
        struct mmu_space *space = begin_visit(i);

        if (space) {
            result = visit(context, space);
            end_visit(i);
        }
    }
    return result;
}

bool mmu_live_in_call(void)
{
    bool found = false;

    lock_acquire(&lock);
    for (unsigned i = 0; i < live_end && !found; i++)
        found = live[i].space && __atomic_load_n(&live[i].space->lock.holder, __ATOMIC_RELAXED) == core_key();
    lock_release(&lock);
    return found;
}
