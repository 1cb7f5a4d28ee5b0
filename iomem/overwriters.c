#include "iomem/overwriters.h"

static uint64_t newest; /* the last order given */

/* A hash of the order: no entropy is needed, only that addresses do not follow it. */
static uint64_t priority(IOMemoryMapRef map)
{
    return map->over.order * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_before(const struct map_over *one, const struct map_over *other)
{
    return one->va != other->va ? one->va < other->va : one->order < other->order;
}

/* Where the highest of a tree ends. */
static void renew(IOMemoryMapRef tree)
{
    uint64_t last = tree->over.end;

    if (tree->over.low && tree->over.low->over.last > last)
        last = tree->over.low->over.last;
    if (tree->over.high && tree->over.high->over.last > last)
        last = tree->over.high->over.last;
    tree->over.last = last;
}

/* All of `low` lies before all of `high`. */
static IOMemoryMapRef join(IOMemoryMapRef low, IOMemoryMapRef high)
{
    if (!low || !high)
        return low ? low : high;
    if (priority(low) > priority(high)) {
        low->over.high = join(low->over.high, high);
        renew(low);
        return low;
    }
    high->over.low = join(low, high->over.low);
    renew(high);
    return high;
}

/* Those before the map, and the others. */
static void cut(IOMemoryMapRef tree, IOMemoryMapRef map, IOMemoryMapRef *low, IOMemoryMapRef *high)
{
    if (!tree) {
        *low = *high = NULL;
        return;
    }
    if (is_before(&tree->over, &map->over)) {
        *low = tree;
        cut(tree->over.high, map, &tree->over.high, high);
    } else {
        *high = tree;
        cut(tree->over.low, map, low, &tree->over.low);
    }
    renew(tree);
}

static void take_out(IOMemoryMapRef *tree, IOMemoryMapRef map)
{
    if (*tree == map) {
        *tree = join(map->over.low, map->over.high);
        return;
    }
    take_out(is_before(&(*tree)->over, &map->over) ? &(*tree)->over.high : &(*tree)->over.low, map);
    renew(*tree);
}

static void enter(IOMemoryMapRef map, const struct map_over *over)
{
    IOMemoryMapRef low, high, *root = &over->task->overwriters;

    map->over = *over;
    renew(map);
    cut(*root, map, &low, &high);
    *root = join(join(low, map), high);
}

void overwriters_add(IOMemoryMapRef map, uint64_t va, uint64_t size)
{
    overwriters_remove(map);
    enter(map, &(struct map_over){.task = map->space, .va = va, .end = va + size, .order = ++newest});
}

void overwriters_trim(IOMemoryMapRef map, uint64_t va, uint64_t end)
{
    struct map_over over = {.task = map->over.task, .va = va, .end = end, .order = map->over.order};

    overwriters_remove(map);
    enter(map, &over);
}

uint64_t overwriters_newest(void)
{
    return newest;
}

void overwriters_remove(IOMemoryMapRef map)
{
    if (map->over.task)
        take_out(&map->over.task->overwriters, map);
    map->over = (struct map_over){0};
}

struct search {
    uint64_t va, end;
    const struct map_over *after;
};

static IOMemoryMapRef next_in(IOMemoryMapRef tree, const struct search *search)
{
    IOMemoryMapRef found = NULL;
    bool is_later;

    if (!tree || tree->over.last <= search->va)
        return NULL;
    is_later = !search->after || is_before(search->after, &tree->over);
    if (is_later)
        found = next_in(tree->over.low, search);
    if (found || tree->over.va >= search->end)
        return found;
    return is_later && tree->over.end > search->va ? tree : next_in(tree->over.high, search);
}

IOMemoryMapRef overwriters_next(task_t task, uint64_t va, uint64_t end, const struct map_over *after)
{
    return next_in(task->overwriters, &(struct search){va, end, after});
}

IOMemoryMapRef overwriters_top(task_t task, uint64_t va)
{
    IOMemoryMapRef top = NULL, map = NULL;

    while ((map = overwriters_next(task, va, va + 1, map ? &map->over : NULL)))
        if (!top || map->over.order > top->over.order)
            top = map;
    return top;
}
