#include "tests/target/live.h"

#include "iomem/port.h"

static size_t run_walk(struct live_walk *walk)
{
    walk->root = live_root();
    live_visit_root(walk);
    return walk->broken ? 0 : walk->leaves;
}

void live_visit_leaf(struct live_walk *walk, const struct live_leaf *leaf)
{
    walk->leaves++;
    walk->stop = !walk->visit(walk->context, leaf);
}

bool live_walk_wants(const struct live_walk *walk, const struct live_leaf *leaf)
{
    return leaf->va <= walk->last && leaf->va + (leaf->size - 1) >= walk->first;
}

volatile void *live_table(struct live_walk *walk, uint64_t pa, uint64_t size)
{
    walk->tables++;
    if (port_is_ram(pa, size))
        return port_linear(pa);
    walk->broken = true;
    return NULL;
}

size_t live_visit(bool (*visit)(void *context, const struct live_leaf *leaf), void *context)
{
    struct live_walk walk = {.visit = visit, .context = context, .first = 0, .last = UINT64_MAX};

    return run_walk(&walk);
}

static bool pass(void *context, const struct live_leaf *leaf)
{
    (void)context;
    (void)leaf;
    return true;
}

size_t live_tables(void)
{
    struct live_walk walk = {.visit = pass, .first = 0, .last = UINT64_MAX};

    return run_walk(&walk) ? walk.tables : 0;
}

static bool take(void *context, const struct live_leaf *leaf)
{
    *(struct live_leaf *)context = *leaf;
    return false;
}

bool live_find(uint64_t va, struct live_leaf *leaf)
{
    struct live_walk walk = {.visit = take, .context = leaf, .first = va, .last = va};

    return run_walk(&walk) == 1;
}

bool live_is_device(uint8_t mair)
{
    return (mair & 0xf0) == 0;
}
