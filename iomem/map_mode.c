#include "iomem/map_mode.h"

#include "iomem/cache_mode.h"
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"

/* What of the run is there: physical runs, counted, and listed when runs is not NULL. */
static size_t list_run(const struct map_run *run, struct cache_run *runs)
{
    const struct memory_view *view = run->view;

    if (view)
        return memory_object_runs(view->object, view->first, view->count, runs);
    if (runs)
        *runs = (struct cache_run){run->node.pa, run->node.size};
    return 1;
}

static size_t list_runs(IOMemoryMapRef map, struct cache_run *runs)
{
    size_t count = 0;

    for (uint32_t i = 0; i < map->run_count; i++)
        count += list_run(map_get_run(map, i), runs ? runs + count : NULL);
    return count;
}

static bool open_modes(IOMemoryMapRef map)
{
    bool open = true;

    for (uint32_t i = 0; i < map->run_count && open; i++)
        if (map_get_run(map, i)->view)
            open = memory_object_open_modes(map_get_run(map, i)->view->object);
    return open;
}

/* Pages that come, or that come back when nobody else shows them, have it too. */
static void note_mode(IOMemoryMapRef map, unsigned mode)
{
    for (uint32_t i = 0; i < map->run_count; i++) {
        const struct memory_view *view = map_get_run(map, i)->view;

        map_get_run(map, i)->mode = (uint8_t)mode;
        if (view)
            memory_object_set_mode(view->object, view->first, view->count, mode);
    }
}

IOReturn map_set_mode(IOMemoryMapRef map, unsigned mode)
{
    size_t count = list_runs(map, NULL);
    struct cache_run *runs = port_alloc((count + 1) * sizeof *runs); /* of absent pages there are none */
    IOReturn result = kIOReturnNoMemory;

    if (runs && open_modes(map))
        result = cache_mode_apply(runs, list_runs(map, runs), mode);
    if (result == kIOReturnSuccess)
        note_mode(map, mode);
    port_free(runs);
    return result;
}
