#include "iomem/map_place.h"

#include "iomem/address_space.h"
#include "iomem/map_over.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"
#include "iomem/saved.h"
#include "iomem/translate.h"

#define PAGE         ((uint64_t)PORT_PAGE_SIZE)
#define GUARD_LARGE  0x10000u
#define LARGEST_LEAF (1ull << 30)
#define TABLE_SPAN   (1ull << 21) /* what the last table of a walk translates, with pages of 4 KiB */
#define GROUP        (1ull << 16) /* what a TLB may hold as one, of such pages */

static inline uint64_t guard_size(IOOptionBits options)
{
    switch (options & kIOMapGuardedMask) {
    case 0:
        return 0;
    case kIOMapGuardedLarge:
        return GUARD_LARGE;
    default:
        return PAGE;
    }
}

/* The largest leaf, if the format has one of that size, that fits into a run. */
static uint64_t largest_leaf(const struct rmap_node *run)
{
    uint64_t size = run->size ? 1ull << (63 - __builtin_clzll(run->size)) : PAGE;

    if (size > LARGEST_LEAF)
        size = LARGEST_LEAF;
    while ((-run->pa & (size - 1)) + size > run->size) /* from the first multiple of size in it */
        size /= 2;
    return size;
}

/* The region has been taken. */
static inline IOReturn take_place(IOMemoryMapRef map)
{
    if (map_over_clear(map->space, &map->region))
        return kIOReturnSuccess;
    region_free(&map->space->regions, &map->region);
    return kIOReturnNoMemory;
}

/*
 * In step with the first run's physical address, so that the tables can use leaves as large as it allows. What is as
 * large as a table's span begins a table, with a hole if need be: a table without neighbours comes and goes at once.
 * What fills just one is out of step rather than in two, if its address fits no group.
 */
static inline __attribute__((always_inline)) IOReturn reserve_anywhere(IOMemoryMapRef map, uint64_t size,
                                                                       uint64_t guard)
{
    uint64_t align = size == PAGE || map->run_count == 0 ? PAGE : largest_leaf(&map->run.node);
    uint64_t phase = map->run.node.pa - guard, hole = 0;

    if (size >= TABLE_SPAN && guard == 0) {
        align = align < TABLE_SPAN ? TABLE_SPAN : align;
        hole = phase & (TABLE_SPAN - 1);
        if (size == TABLE_SPAN && hole & (GROUP - 1))
            phase = hole = 0;
    }
    phase = (phase - hole) & (align - 1);
    if (!region_alloc(&map->space->regions, &map->region, hole + size + 2 * guard, align, phase))
        return kIOReturnNoSpace;
    map->skip = guard + hole;
    return take_place(map);
}

static bool is_in_bounds(task_t task, uint64_t va, uint64_t size)
{
    uint64_t min, max;

    region_bounds(&task->regions, &min, &max);
    return va >= min && va < max && size <= max - va;
}

static IOReturn reserve_fixed(IOMemoryMapRef map, uint64_t size, uint64_t lead)
{
    uint64_t va = map->address - lead;

    if (map->address % PAGE != lead)
        return kIOReturnNotAligned;
    if (!is_in_bounds(map->space, va, size))
        return KERN_INVALID_ADDRESS;
    if (map->options & kIOMapOverwrite) {
        int error = mmu_tag(address_space_tables(map->space), va, size, MMU_TAG_NONE, 0);

        if (error == MMU_OK) {
            map->overwrites = true;
            overwriters_add(map, va, size);
        }
        return translate_error(error);
    }
    return region_alloc_at(&map->space->regions, &map->region, va, size) ? take_place(map) : kIOReturnNoSpace;
}

static inline uint32_t rights_of(IOMemoryMapRef map)
{
    uint32_t rights = map->options & kIOMapReadOnly ? 0 : MMU_WRITE;

    return map->space->user ? rights | MMU_USER : rights;
}

/* The types are those of the pages. */
static int enter_view(IOMemoryMapRef map, struct memory_view *view, uint64_t va)
{
    int error;

    view->task = map->space;
    view->va = va;
    view->attr = rights_of(map);
    error = memory_view_enter(view);
    return error;
}

static inline int enter_run(IOMemoryMapRef map, struct map_run *run, uint64_t va)
{
    struct mmu_space *space = address_space_tables(map->space);
    struct mmu_range range = {va, run->node.pa, run->node.size, translate_type(run->mode, run->ram) | rights_of(map)};

    run->node.va = va;
    run->node.space = space;
    run->node.special = !run->ram && run->mode != kIOInhibitCache;
    run->node.ram = run->ram;
    return run->view ? enter_view(map, run->view, va) : mmu_map(space, &range);
}

/* Of the first `count` runs. */
static void take_out(IOMemoryMapRef map, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct map_run *run = map_get_run(map, i);

        mmu_tag(address_space_tables(map->space), run->node.va, run->node.size, MMU_TAG_NONE, 0);
        if (run->view)
            memory_view_detach(run->view);
    }
}

int map_enter(IOMemoryMapRef map, uint64_t va)
{
    for (uint32_t i = 0; i < map->run_count; i++) {
        struct map_run *run = map_get_run(map, i);
        int error = enter_run(map, run, va);

        if (error != MMU_OK) {
            take_out(map, i);
            return error;
        }
        va += run->node.size;
    }
    return MMU_OK;
}

int map_enter_guards(IOMemoryMapRef map)
{
    struct mmu_space *space = address_space_tables(map->space);
    uint64_t guard = guard_size(map->options);
    uint64_t end = map->region.va + map->region.size;
    int error;

    if (guard == 0)
        return MMU_OK;
    error = mmu_tag(space, map->region.va, guard, MMU_TAG_GUARD, 0);
    if (error == MMU_OK)
        error = mmu_tag(space, end - guard, guard, MMU_TAG_GUARD, 0);
    return error;
}

void map_register_runs(IOMemoryMapRef map)
{
    for (uint32_t i = 0; i < map->run_count; i++)
        if (!map_get_run(map, i)->view && !map_get_run(map, i)->node.link[0].slot)
            rmap_add(&map_get_run(map, i)->node);
}

void map_forget_runs(IOMemoryMapRef map)
{
    if (map->run_count)
        rmap_remove(&map->run.node);
    for (uint32_t i = 1; i < map->run_count; i++)
        rmap_remove(&map_get_run(map, i)->node);
    if (map->shows_objects || map->more_runs)
        map_drop_runs(map);
    map->run_count = 0;
}

/* They show nothing any more: none stays, not even of an overwriting map. */
static void detach_views(IOMemoryMapRef map)
{
    for (uint32_t i = 0; map->shows_objects && i < map->run_count; i++)
        if (map_get_run(map, i)->view)
            memory_view_detach(map_get_run(map, i)->view);
}

static inline void drop_overwriters_of(IOMemoryMapRef map)
{
    if (map->space->overwriters)
        map_over_drop(map->space, map->region.va, map->region.size, 0);
}

static void clear_region(IOMemoryMapRef map)
{
    mmu_tag(address_space_tables(map->space), map->region.va, map->region.size, MMU_TAG_NONE, 0);
    drop_overwriters_of(map);
}

void map_unreserve(IOMemoryMapRef map)
{
    overwriters_remove(map);
    if (map->region.size)
        clear_region(map);
    region_free(&map->space->regions, &map->region);
}

IOReturn map_place_over(IOMemoryMapRef map, uint64_t size, IOReturn (*place)(void *context), void *context)
{
    uint64_t order = overwriters_newest();
    struct saved saved;
    IOReturn result;

    if (!(map->options & kIOMapOverwrite))
        return place(context);
    result = saved_take(&saved, address_space_tables(map->space), map->address & ~(PAGE - 1), size);
    if (result != kIOReturnSuccess)
        return result;
    result = place(context);
    if (result != kIOReturnSuccess && map->overwrites) {
        map_over_drop(map->space, saved.va, size, order);
        saved_restore(&saved);
    }
    saved_drop(&saved);
    return result;
}

static IOReturn enter(IOMemoryMapRef map, uint64_t va)
{
    int error = map_enter(map, va);

    if (error == MMU_OVERLAP && map->region.size) { /* pages that could not be taken away, for want of a table */
        clear_region(map);
        error = map_enter(map, va);
    }
    if (error == MMU_OK)
        error = map_enter_guards(map);
    if (error == MMU_OK)
        return kIOReturnSuccess;
    map_unreserve(map);
    return translate_error(error);
}

static IOReturn reserve(IOMemoryMapRef map, uint64_t size, uint64_t lead)
{
    return map->options & kIOMapAnywhere ? reserve_anywhere(map, size, guard_size(map->options))
                                         : reserve_fixed(map, size, lead);
}

IOReturn map_reserve(IOMemoryMapRef map, uint64_t size, uint64_t lead)
{
    IOReturn result = reserve(map, size, lead);

    if (result == kIOReturnSuccess && map->region.size)
        map->address = map->region.va + map->skip + lead;
    return result;
}

static inline void set_device_run(IOMemoryMapRef map, uint64_t pa, uint64_t size)
{
    map->run.node.pa = pa;
    map->run.node.size = size;
    map->run.node.ram = map->run.node.special = map->run.ram = false;
    map->run.mode = kIOInhibitCache;
    map->run_count = 1;
}

static inline int enter_device(IOMemoryMapRef map, uint64_t va)
{
    struct mmu_range range = {va, map->run.node.pa, map->run.node.size, TRANSLATE_DEVICE | rights_of(map)};

    map->run.node.va = va;
    map->run.node.space = address_space_tables(map->space);
    return mmu_map(map->run.node.space, &range);
}

IOReturn map_place_device(IOMemoryMapRef map, uint64_t address, uint64_t size)
{
    IOReturn result;
    uint64_t va;

    set_device_run(map, address & ~(PAGE - 1), size);
    result = reserve_anywhere(map, size, 0);
    va = map->region.va + map->skip;
    if (result == kIOReturnSuccess && enter_device(map, va) != MMU_OK)
        result = enter(map, va);
    if (result != kIOReturnSuccess) {
        map_drop_runs(map);
        return result;
    }
    map->address = va + address % PAGE;
    rmap_add(&map->run.node);
    return kIOReturnSuccess;
}

IOReturn map_place(IOMemoryMapRef map, uint64_t lead)
{
    IOReturn result;
    uint64_t va;

    result = reserve(map, map_size(map), lead);
    if (result != kIOReturnSuccess)
        return result;
    va = map->region.size ? map->region.va + map->skip : map->address - lead;
    result = enter(map, va);
    if (result != kIOReturnSuccess)
        return result;
    map->address = va + lead;
    map_register_runs(map);
    return kIOReturnSuccess;
}

void map_take_runs(IOMemoryMapRef map, IOMemoryMapRef from)
{
    detach_views(map);
    map_forget_runs(map);
    map->run = from->run;
    map->more_runs = from->more_runs;
    map->run_count = from->run_count;
    map->run_room = from->run_room;
    map->shows_objects = from->shows_objects;
    from->run.view = NULL;
    from->run_count = 0;
    from->more_runs = NULL;
    map_drop_runs(from);
    map_register_runs(map);
    if (map->overwrites)
        overwriters_add(map, map->over.va, map->over.end - map->over.va);
}

static inline bool may_show_in_hole(IOMemoryMapRef map)
{
    return map->skip && map->space->overwriters;
}

IOReturn map_leave(IOMemoryMapRef map)
{
    struct mmu_space *space = map_tables(map);
    int error = MMU_NOT_MAPPED;

    if (map->overwrites) {
        map_abandon(map);
        return kIOReturnSuccess;
    }
    if (!(map->options & kIOMapGuardedMask) && !map->shows_objects && !may_show_in_hole(map))
        error = mmu_unmap(space, map->region.va + map->skip, map->region.size - map->skip);
    if (error == MMU_NOT_MAPPED) /* guards, or pages that are tagged now, or somebody else's in the hole */
        error = mmu_tag(space, map->region.va, map->region.size, MMU_TAG_NONE, 0);
    drop_overwriters_of(map);
    map_forget_runs(map); /* after the tables: a memory object may go with its last view */
    region_free(&map->space->regions, &map->region);
    return error == MMU_OK ? kIOReturnSuccess : translate_error(error);
}

void map_abandon(IOMemoryMapRef map)
{
    overwriters_remove(map);
    map_forget_runs(map);
    region_free(&map->space->regions, &map->region);
}
