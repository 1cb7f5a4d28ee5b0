/* The memory of maps: a few that were freed are kept, as programs map and release over and over. */
#include "iomem/map.h"
#include "iomem/port.h"

#define SPARES_MAX 8u

static IOMemoryMapRef spares; /* linked by older */
static unsigned spare_count;

IOMemoryMapRef map_alloc(void)
{
    IOMemoryMapRef map = spares;

    if (!map)
        return (IOMemoryMapRef)object_alloc(&IOMemoryMap_class);
    spares = map->older;
    spare_count--;
    __builtin_memset(map, 0,
                     offsetof(struct IOMemoryMap, region)); /* what comes after was emptied by whoever used it */
    object_begin(&map->object, &IOMemoryMap_class);
    return map;
}

void map_reuse(IOMemoryMapRef map)
{
    if (spare_count == SPARES_MAX) {
        port_free(map);
        return;
    }
    map->older = spares;
    spares = map;
    spare_count++;
}

void map_drop_spares(void)
{
    lock_acquire(&gIOMemoryLock);
    while (spares) {
        IOMemoryMapRef map = spares;

        spares = map->older;
        spare_count--;
        port_free(map);
    }
    lock_release(&gIOMemoryLock);
}
