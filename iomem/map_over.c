#include "iomem/map_over.h"

#include "iomem/map_block.h"
#include "iomem/map_place.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static size_t left_count; /* maps whose pages stay: while 0, no frame need be looked up */

static void mark_runs(IOMemoryMapRef map, IOMemoryMapRef left)
{
    for (uint32_t i = 0; i < map->run_count; i++)
        map_get_run(map, i)->node.left = left;
}

/* It is at no address any more, whatever stays of its pages. */
static void leave(IOMemoryMapRef map)
{
    map_goes(map);
    map_unwire_all(map);
    map->blocked = 0;
    map->space = NULL;
    map->address = 0;
    port_wake();
}

/* It has no page any more. */
static void lose_pages(IOMemoryMapRef map)
{
    leave(map);
    overwriters_remove(map);
    mark_runs(map, NULL);
    map_forget_runs(map);
    left_count -= map->left;
    map->left = false;
    if (map->freed)
        map_reuse(map);
}

static void mark_left(IOMemoryMapRef map)
{
    mark_runs(map, map);
    left_count += !map->left;
    map->left = true;
}

/* Nobody has come into its place but later ones: where none of them lies, the tables have what it entered. */
static void clear_part(IOMemoryMapRef map, uint64_t va, uint64_t end)
{
    for (uint64_t next; va < end; va = next) {
        for (next = va; next < end && overwriters_top(map->over.task, next) == map;)
            next += PAGE;
        if (next > va)
            mmu_tag(address_space_tables(map->over.task), va, next - va, MMU_TAG_NONE, 0);
        else
            next += PAGE;
    }
}

/* What older ones have left beneath all of it shows nothing any more. Any may go with the memory of another. */
static void drop_beneath(IOMemoryMapRef map)
{
    const struct map_over *over = &map->over;
    IOMemoryMapRef other = overwriters_next(over->task, over->va, over->end, NULL);

    while (other) {
        const struct map_over at = other->over;

        if (other->left && at.order < over->order && at.va >= over->va && at.end <= over->end)
            lose_pages(other);
        other = overwriters_next(over->task, over->va, over->end, &at);
    }
}

/* Of blocked pages there are none. */
void map_over_stay(IOMemoryMapRef map)
{
    drop_beneath(map);
    if (map->blocked) {
        clear_part(map, map->over.va, map->over.end);
        lose_pages(map);
    } else {
        leave(map);
        mark_left(map);
    }
}

void map_over_free(IOMemoryMapRef map)
{
    object_end(&map->object);
    map->memory = NULL;
    if (map->left)
        map->freed = true;
    else
        map_reuse(map);
}

/* The map loses its address and [va, end) of its range. Its other pages stay, but for blocked ones, of which there are
 * none, and those behind a gap. */
static void lose_part(IOMemoryMapRef map, uint64_t va, uint64_t end)
{
    uint64_t first = map->over.va, last = map->over.end;
    bool blocked = map->blocked;

    if (blocked && first < va)
        clear_part(map, first, va);
    if (last > end && (blocked || first < va))
        clear_part(map, end, last);
    if (blocked) {
        lose_pages(map);
        return;
    }
    leave(map);
    mark_left(map);
    overwriters_trim(map, first < va ? first : end, first < va ? va : last);
}

void map_over_drop(task_t task, uint64_t va, uint64_t size, uint64_t order)
{
    uint64_t end = va + size;
    IOMemoryMapRef map = overwriters_next(task, va, end, NULL);

    while (map) {
        const struct map_over at = map->over;

        if (at.order > order && at.va >= va && at.end <= end)
            lose_pages(map);
        else if (at.order > order)
            lose_part(map, va, end);
        map = overwriters_next(task, va, end, &at); /* any may have gone with the memory of this one */
    }
}

bool map_over_clear_place(task_t task, const struct region *region)
{
    if (!overwriters_next(task, region->va, region->va + region->size, NULL))
        return true;
    if (mmu_tag(address_space_tables(task), region->va, region->size, MMU_TAG_NONE, 0) != MMU_OK)
        return false;
    map_over_drop(task, region->va, region->size, 0);
    return true;
}

/* Frames that go, and a map that has lost its last page by that. */
struct going {
    struct rmap_visit visit;
    IOMemoryMapRef emptied;
};

/* The next pages from pa on that the tables show in a row; *shows: they are the run's own. */
static uint64_t next_pages(const struct rmap_node *node, uint64_t pa, uint64_t end, bool *shows)
{
    uint64_t shown = 0, size = mmu_segment(node->space, node->va + (pa - node->pa), end - pa, &shown);

    *shows = size && shown == pa;
    return size ? size : PAGE;
}

/* Does all that may be shown there come from maps that are unmapped? */
static bool is_left(task_t task, uint64_t va, uint64_t end)
{
    for (IOMemoryMapRef top; va < end; va += PAGE)
        if (!(top = overwriters_top(task, va)) || !top->left)
            return false;
    return true;
}

/* There is no table to cut the pages out of their leaves: those go whole, which takes none. */
static int clear_leaves(const struct rmap_node *node, uint64_t va, uint64_t end)
{
    int error = MMU_OK;

    for (struct mmu_leaf leaf; va < end && error == MMU_OK; va += leaf.size) {
        mmu_walk(node->space, va, &leaf);
        va &= ~(leaf.size - 1u);
        error = is_left(node->left->over.task, va, va + leaf.size)
                    ? mmu_tag(node->space, va, leaf.size, MMU_TAG_NONE, 0)
                    : MMU_TABLES;
    }
    if (error == MMU_OK)
        port_log("iomem: an overwriting map's pages went with others of their block, for want of a table");
    return error;
}

static int clear_pages(const struct rmap_node *node, uint64_t pa, uint64_t end)
{
    int error = MMU_OK;
    uint64_t size;
    bool shows;

    for (; pa < end && error == MMU_OK; pa += size) {
        uint64_t va = node->va + (pa - node->pa);

        size = next_pages(node, pa, end, &shows);
        if (shows)
            error = mmu_tag(node->space, va, size, MMU_TAG_NONE, 0);
        if (error == MMU_TABLES)
            error = clear_leaves(node, va, va + size);
    }
    return error;
}

static bool shows_nothing(IOMemoryMapRef map)
{
    bool shows = map->shows_objects;

    for (uint32_t i = 0; i < map->run_count && !shows; i++) {
        const struct rmap_node *node = &map_get_run(map, i)->node;
        uint64_t end = node->pa + node->size;

        for (uint64_t pa = node->pa; pa < end && !shows;)
            pa += next_pages(node, pa, end, &shows);
    }
    return !shows;
}

static int take_away(struct rmap_visit *visit, struct rmap_node *node)
{
    struct going *going = (struct going *)visit;
    uint64_t pa = node->pa > visit->pa ? node->pa : visit->pa, end = node->pa + node->size;
    int error;

    if (!node->left)
        return MMU_OK;
    error = clear_pages(node, pa, end < visit->pa + visit->size ? end : visit->pa + visit->size);
    if (error == MMU_OK && shows_nothing(node->left))
        going->emptied = node->left;
    return going->emptied ? 1 : error;
}

/* Guard pages among its parts are no runs. */
static void drop_guards(IOMemoryMapRef map)
{
    if (map_size(map) != map->over.end - map->over.va)
        clear_part(map, map->over.va, map->over.end);
}

/* The visit may not end a map; it begins again after each. */
bool map_over_frames_go(uint64_t pa, uint64_t size)
{
    struct going going = {.visit = {pa, size, take_away}};
    int result = left_count ? rmap_each(&going.visit) : MMU_OK;

    while (going.emptied) {
        drop_guards(going.emptied);
        lose_pages(going.emptied);
        going.emptied = NULL;
        result = rmap_each(&going.visit);
    }
    return result == MMU_OK;
}
