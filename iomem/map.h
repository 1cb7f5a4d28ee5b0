/* Inside a map. The memory lock guards all of it; accessors read single words without it. */
#ifndef IOMEM_MAP_H
#define IOMEM_MAP_H

#include "iomem/IOMemoryMap.h"
#include "iomem/address_space.h"
#include "iomem/object.h"
#include "iomem/region.h"
#include "iomem/rmap.h"
#include "mmu/lock.h"

struct memory_view;

/* One physically contiguous run of whole pages, of one cache mode. */
struct map_run {
    struct rmap_node node;
    uint8_t mode; /* kIOxxxCache when it was entered, or that the map gave it since */
    bool ram;
    struct memory_view *view; /* pages of a memory object instead; of node only size and va count then */
};

/* What wireRange has pinned under one page of the map. */
struct map_wire {
    uint64_t pa;
    uint32_t count;
};

/* Where an overwriting map lies. Its members are those of overwriters.h; all but the first may be read. */
struct map_over {
    IOMemoryMapRef low, high; /* in the tree: those before it and after it */
    task_t task;              /* NULL: it is in no tree */
    uint64_t va, end;
    uint64_t last;  /* where the highest of those below it in the tree, and itself, ends */
    uint64_t order; /* who came later has a higher one */
};

/* Maps that are used again start with zeroes up to region, and with nothing reserved, registered or allocated. */
struct IOMemoryMap {
    struct OSObject object;
    IOMemoryDescriptorRef memory; /* retained */
    IOMemoryMapRef super_map;     /* a window's base, retained */
    task_t task;                  /* NULL after taskDied */
    task_t space;                 /* NULL while not mapped; never without address */
    uint64_t address, length, offset;
    IOOptionBits options;
    bool registered, user_client_unmap, overwrites;
    bool left, freed;                        /* unmapped, and its pages stay: map_over.h; and freed */
    bool shows_objects;                      /* some run has a view */
    uint8_t asked_mode;                      /* kIOxxxCache that the request named, 0 = none */
    uint8_t blocked;                         /* map_block.h's reasons; the pages are tagged while it is not 0 */
    IOMemoryMapRef older, newer;             /* in memory's list */
    IOMemoryMapRef task_previous, task_next; /* in its task's list, but kernel_task's */
    struct mmu_space *there;                 /* the kernel's tables from map_is_there to map_goes, else NULL */
    uint64_t skip;                           /* bytes of region before the first page */
    struct region region;                    /* guards included; size 0 when the pages are not this map's */
    struct map_run run;                      /* the first */
    struct map_run *more_runs;               /* the others, and room for some more */
    uint32_t run_count, run_room;
    struct map_wire *wires; /* one a page, made by the first wireRange */
    struct map_over over;
};

/* Every list of maps, every region, every record of a frame. Recursive; masks interrupts. */
extern struct lock gIOMemoryLock;

extern const struct OSMetaClass IOMemoryMap_class;

/* object_alloc of a map, and port_free, faster. The caller holds the memory lock. */
IOMemoryMapRef map_alloc(void);
void map_reuse(IOMemoryMapRef map); /* its memory; object_end comes before */
void map_drop_spares(void);         /* what is kept of freed maps goes back to the port; takes the lock */

/* IOMemoryMapSetMemoryDescriptor of neither NULL. The caller holds the memory lock. */
bool map_set_memory(IOMemoryMapRef map, IOMemoryDescriptorRef md, uint64_t offset);

/* IOMemoryMapInit of a map from map_alloc. */
struct map_wish {
    task_t task;
    uint64_t address, offset, length;
    IOOptionBits options;
};
static inline bool map_init(IOMemoryMapRef map, const struct map_wish *wanted)
{
    if (!wanted->task || wanted->task->dead)
        return false;
    map->task = map->space = wanted->task;
    map->address = wanted->address;
    map->options = wanted->options & ~(uint32_t)kIOMap64Bit;
    map->offset = wanted->offset;
    map->length = wanted->length;
    map->region.kind = REGION_MAP;
    if (wanted->task->user)
        address_space_add_map(wanted->task, map);
    return true;
}

static inline IOMemoryMapRef map_of_region(struct region *region)
{
    return (IOMemoryMapRef)(void *)((char *)region - offsetof(struct IOMemoryMap, region));
}

/* In an exception, this tells of the context that it interrupted too. */
static inline bool map_lock_is_mine(void)
{
    return __atomic_load_n(&gIOMemoryLock.holder, __ATOMIC_RELAXED) == core_key();
}

/* The tables that a map which has a space is in. */
static inline struct mmu_space *map_tables(IOMemoryMapRef map)
{
    return map->run_count ? map->run.node.space : address_space_tables(map->space);
}

/*
 * For readers without the lock: the kernel's tables while the map's pages are in them, at an address that does not
 * change. Not of windows, whose pages go without telling them, nor of tasks' maps, whose tables go.
 */
static inline void map_is_there(IOMemoryMapRef map)
{
    if (map->space && !map->space->user && !map->super_map)
        __atomic_store_n(&map->there, map_tables(map), __ATOMIC_RELEASE);
}

/* Comes before any change of the map's tables or address. */
static inline void map_goes(IOMemoryMapRef map)
{
    __atomic_store_n(&map->there, NULL, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline struct mmu_space *map_space_now(IOMemoryMapRef map)
{
    return __atomic_load_n(&map->there, __ATOMIC_RELAXED);
}

/* Whether the map, or the base of a window, still has its pages. */
static inline bool map_is_mapped(IOMemoryMapRef map)
{
    return map->space && (!map->super_map || map->super_map->space);
}

#endif
