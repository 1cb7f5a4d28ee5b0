#include "iomem/map_block.h"

#include "iomem/address_space.h"
#include "iomem/cache_mode.h"
#include "iomem/descriptor.h"
#include "iomem/map_over.h"
#include "iomem/map_place.h"
#include "iomem/memory_fault.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"
#include "iomem/saved.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static unsigned moving; /* exchanges in progress: pages that are away come back */

static bool is_mapped(const struct port_abort *abort, struct mmu_leaf *leaf)
{
    *leaf = (struct mmu_leaf){0};
    return mmu_walk(abort->space, abort->va, leaf) == MMU_OK;
}

/* Its entry says what is to be done, and is not just none at the moment. */
static bool is_telling(const struct mmu_leaf *leaf)
{
    return leaf->tag == MMU_TAG_BLOCKED || leaf->tag == MMU_TAG_DEMAND;
}

/* A program of a task's ends nothing but itself, or the copy by its pointer; the kernel that stands still says why. */
static enum map_wait refuse(const struct port_abort *abort, const char *reason)
{
    if (!abort->user)
        port_panic(reason);
    return MAP_CANNOT_WAIT;
}

/*
 * One wait, then the access is tried again with the interrupts that it had: whoever is to end the wait may be an
 * interrupt of this core. The map may change while this looks at it: what an exchange takes away is back when it
 * has ended, so a second look after that finds it.
 */
enum map_wait map_block_wait(const struct port_abort *abort, struct mmu_leaf *seen)
{
    unsigned wakes = port_wakes();
    bool mapped = is_mapped(abort, seen);

    if (!mapped && !is_telling(seen))
        mapped = __atomic_load_n(&moving, __ATOMIC_ACQUIRE) != 0 || is_mapped(abort, seen);
    if (mapped)
        return MAP_WAITED;
    if (seen->tag != MMU_TAG_BLOCKED)
        return MAP_NOT_BLOCKED;
    if (map_lock_is_mine())
        return refuse(abort, "blocked mapping touched by the holder of the memory lock: nobody could unblock it");
    if (!abort->can_wait)
        return refuse(abort, "blocked mapping touched in a context that cannot wait: interrupts are masked");
    if (!port_wait(wakes))
        return refuse(abort, "blocked mapping touched in a context that cannot wait: no other core runs, and no "
                             "interrupt has a handler, so that nobody could unblock it");
    return MAP_WAITED;
}

static uint64_t first_page(IOMemoryMapRef map)
{
    return map->address & ~(PAGE - 1);
}

/* All pages of the map have been entered or tagged anew. */
static void drop_above(IOMemoryMapRef map)
{
    map_over_drop(map->space, first_page(map), map_size(map), map->over.order);
}

IOReturn map_block(IOMemoryMapRef map, unsigned why)
{
    int error = MMU_OK;

    memory_fault_open();
    if (!map->blocked)
        error = mmu_tag(address_space_tables(map->space), first_page(map), map_size(map), MMU_TAG_BLOCKED, 0);
    if (error == MMU_OK && !map->blocked)
        drop_above(map);
    if (error == MMU_OK)
        map->blocked |= (uint8_t)why;
    return translate_error(error);
}

/* A run as it is to be entered now: its pages may have got other modes since, from whoever shows them. */
static IOReturn add_run_again(IOMemoryMapRef fresh, const struct map_run *old)
{
    uint64_t pa = old->node.pa, end = pa + old->node.size;
    IOReturn result = kIOReturnSuccess;

    if (old->view)
        return map_add_view(fresh, old->view->object, old->view->first, old->view->count);
    while (pa < end && result == kIOReturnSuccess) {
        struct cache_piece pages = cache_piece_at(pa, end - pa);

        if (!pages.ram && !pages.shown)
            pages.mode = old->mode;
        result = map_add_run(fresh, &pages) ? kIOReturnSuccess : kIOReturnNoMemory;
        pa += pages.size;
    }
    return result;
}

IOReturn map_exchange(IOMemoryMapRef map, IOMemoryMapRef fresh)
{
    struct mmu_space *space = address_space_tables(map->space);
    struct saved saved;
    IOReturn result = saved_take(&saved, space, first_page(map), map_size(map));
    int error;

    if (result != kIOReturnSuccess)
        return result;
    __atomic_store_n(&moving, 1, __ATOMIC_RELEASE);
    error = mmu_tag(space, saved.va, saved.size, MMU_TAG_NONE, 0);
    if (error == MMU_OK) {
        fresh->overwrites = map->overwrites;
        error = map_enter(fresh, saved.va);
        if (error == MMU_OK) {
            drop_above(map);
            map_take_runs(map, fresh);
        } else {
            saved_restore(&saved);
        }
    }
    __atomic_store_n(&moving, 0, __ATOMIC_RELEASE);
    saved_drop(&saved);
    port_wake();
    return translate_error(error);
}

IOReturn map_unblock(IOMemoryMapRef map, unsigned why)
{
    IOMemoryMapRef fresh;
    IOReturn result = kIOReturnSuccess;

    if (!(map->blocked & why))
        return kIOReturnSuccess;
    if (map->blocked != why) {
        map->blocked &= (uint8_t)~why;
        return kIOReturnSuccess;
    }
    fresh = map_alloc();
    if (!fresh)
        return kIOReturnNoMemory;
    IOMemoryMapInit(fresh, map->task, map->address, map->options & kIOMapReadOnly, 0, map->length);
    for (uint32_t i = 0; i < map->run_count && result == kIOReturnSuccess; i++)
        result = add_run_again(fresh, map_get_run(map, i));
    if (result == kIOReturnSuccess)
        result = map_exchange(map, fresh);
    if (result == kIOReturnSuccess)
        map->blocked = 0;
    map_drop_runs(fresh);
    OSObjectRelease(&fresh->object);
    return result;
}

void map_unblock_for_good(IOMemoryMapRef map)
{
    if (!map->blocked)
        return;
    mmu_tag(address_space_tables(map->space), first_page(map), map_size(map), MMU_TAG_NONE, 0);
    map->blocked = 0;
    port_wake();
}
