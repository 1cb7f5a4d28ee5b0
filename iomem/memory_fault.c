#include "iomem/memory_fault.h"

#include "iomem/address_space.h"
#include "iomem/map.h"
#include "iomem/memory_purge.h"
#include "iomem/memory_view.h"
#include "mmu/mmu.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static uint64_t page_at(const struct memory_view *view, uint64_t va)
{
    return view->first + (va - view->va) / PAGE;
}

/* The fault stays one, and its report gives this reason. */
static bool refuse(const struct port_abort *abort, enum port_refusal reason)
{
    if (abort->refusal)
        *abort->refusal = reason;
    return false;
}

typedef int page_call(const struct memory_view *view, uint64_t page);

/*
 * What was not done for the page, as there was no table for it, when its object got it or made it its own. A purge may
 * take the very page: the next try finds it absent.
 */
static bool make_up(const struct memory_view *view, uint64_t page, page_call *call)
{
    int error;

    do
        error = memory_object_has(view->object, page) ? call(view, page) : MMU_OK;
    while (error == MMU_TABLES && memory_purge_one());
    return error == MMU_OK;
}

static bool bring(const struct port_abort *abort, uint64_t payload)
{
    struct memory_object *object = memory_object_of_tag(payload);
    struct memory_view *view = object ? memory_view_of(object, abort->space, abort->va) : NULL;
    uint64_t page;

    if (!view || (abort->user && !(view->attr & MMU_USER)))
        return false;
    page = page_at(view, abort->va);
    if (memory_object_has(object, page))
        return make_up(view, page, memory_view_show) || refuse(abort, PORT_NO_MEMORY);
    /* It is shown then, or there was no table for it: the next try finds it resident. */
    return memory_object_bring(object, page) == kIOReturnSuccess || refuse(abort, PORT_NO_MEMORY);
}

/*
 * What was seen before we had the lock may be so no more. Of a page that waited then, another core may have served the
 * fault: it is shown, and the access comes through, or its next fault finds what is the matter.
 */
static bool serve_translation(const struct port_abort *abort, const struct mmu_leaf *seen)
{
    struct mmu_leaf leaf = {0};

    if (seen->tag == MMU_TAG_DEMAND && bring(abort, seen->pa))
        return true;
    if (mmu_walk(abort->space, abort->va, &leaf) == MMU_OK)
        return true;
    if (leaf.tag == MMU_TAG_BLOCKED) /* since a moment ago: now it waits */
        return true;
    /* By another tag than the one that failed; only a demand's is not 0. */
    return leaf.tag == MMU_TAG_DEMAND && leaf.pa != seen->pa && bring(abort, leaf.pa);
}

static __attribute__((noinline)) bool serve_write(const struct port_abort *abort)
{
    struct memory_view *view = memory_view_find(address_space_of(abort->space), abort->va);
    struct memory_want want = {.count = 1, .own = true};
    struct mmu_leaf leaf = {0};

    if (!view || !(view->attr & MMU_WRITE) || (abort->user && !(view->attr & MMU_USER)))
        return false;
    want.first = page_at(view, abort->va);
    if (mmu_walk(abort->space, abort->va, &leaf) != MMU_OK) /* it has gone: the next fault says so */
        return true;
    if (leaf.attr & MMU_WRITE || leaf.pa / PAGE != view->object->pages[want.first] / PAGE)
        return leaf.attr & MMU_WRITE;
    if (memory_object_get(view->object, &want) != kIOReturnSuccess || !make_up(view, want.first, memory_view_refresh))
        return refuse(abort, PORT_NO_MEMORY);
    return true;
}

/*
 * Pages come and go under the memory lock, so that what is on its way is there once we have it. No lock of the heap
 * is taken here. The holder of the memory lock may fault only where it copies for its caller.
 */
static bool serve_locked(const struct port_abort *abort, const struct mmu_leaf *seen)
{
    uintptr_t entered = lock_enter(&gIOMemoryLock);
    bool served;

    if (abort->translation)
        served = serve_translation(abort, seen);
    else
        served = abort->permission && abort->write && serve_write(abort);
    lock_leave(&gIOMemoryLock, entered);
    return served;
}

static bool serve(const struct port_abort *abort)
{
    enum map_wait wait = MAP_NOT_BLOCKED;
    struct mmu_leaf seen;

    /* Nothing of the kernel's is EL0's, nor of a space whose task has gone. */
    if (!abort->space || (abort->user && !abort->space->owner))
        return false;
    if (abort->translation)
        wait = map_block_wait(abort, &seen);
    if (wait == MAP_CANNOT_WAIT)
        return refuse(abort, PORT_NO_WAIT);
    return wait == MAP_WAITED || serve_locked(abort, &seen);
}

void memory_fault_open(void)
{
    port_set_abort_handler(serve);
}
