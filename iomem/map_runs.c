/* The list of a map's runs, while it is made and when it goes. The caller holds the memory lock. */
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define FIRST_ROOM 4u

static void drop_views(IOMemoryMapRef map)
{
    for (uint32_t i = 0; i < map->run_count; i++) {
        struct memory_view *view = map_get_run(map, i)->view;

        map_get_run(map, i)->view = NULL;
        if (view)
            memory_view_destroy(view);
    }
    map->shows_objects = false;
}

void map_drop_runs(IOMemoryMapRef map)
{
    if (map->shows_objects)
        drop_views(map);
    if (map->more_runs)
        port_free(map->more_runs);
    map->more_runs = NULL;
    map->run_count = map->run_room = 0;
}

/* Others may know of a node by its address. */
static void move(struct map_run *to, struct map_run *from)
{
    bool registered = from->node.link[0].slot != NULL, special = from->node.special;

    rmap_remove(&from->node);
    *to = *from;
    to->node.special = special;
    if (registered)
        rmap_add(&to->node);
}

static bool grow(IOMemoryMapRef map)
{
    uint32_t room = map->run_room ? 2 * map->run_room : FIRST_ROOM;
    struct map_run *runs = port_alloc(room * sizeof *runs);

    if (!runs)
        return false;
    for (uint32_t i = 0; i < map->run_room; i++)
        move(&runs[i], &map->more_runs[i]);
    if (map->more_runs)
        port_free(map->more_runs);
    map->more_runs = runs;
    map->run_room = room;
    return true;
}

/* Slots that have been used hold nodes that are not registered any more. */
struct map_run *map_add_run(IOMemoryMapRef map, const struct cache_piece *pages)
{
    struct map_run *run;

    if (map->run_count > map->run_room && !grow(map))
        return NULL;
    run = map_get_run(map, map->run_count++);
    run->node.pa = pages->pa;
    run->node.size = pages->size;
    run->mode = (uint8_t)pages->mode;
    run->ram = pages->ram;
    run->view = NULL;
    return run;
}

IOReturn map_add_view(IOMemoryMapRef map, struct memory_object *object, uint64_t first, uint64_t count)
{
    struct cache_piece pages = {.size = count * PAGE, .ram = true};
    struct memory_view *view = memory_view_create(object, first, count);
    struct map_run *run = view ? map_add_run(map, &pages) : NULL;

    if (!run) {
        if (view)
            memory_view_destroy(view);
        return kIOReturnNoMemory;
    }
    run->view = view;
    map->shows_objects = true;
    return kIOReturnSuccess;
}

uint64_t map_size(IOMemoryMapRef map)
{
    uint64_t size = map->run_count ? map->run.node.size : 0;

    for (uint32_t i = 1; i < map->run_count; i++)
        size += map_get_run(map, i)->node.size;
    return size;
}
