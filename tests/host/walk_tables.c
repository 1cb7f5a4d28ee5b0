/*
 * What holds for each entry of the tables in a place where maps may be: a region has it; what it shows is somebody's;
 * a page has one memory type wherever it is shown; a frame that objects share may not be written; a page that is to
 * come does come; and only a blocked map's pages are blocked.
 */
#include <string.h>

#include "iomem/address_space.h"
#include "iomem/cache_mode.h"
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/overwriters.h"
#include "iomem/translate.h"
#include "mmu/mmu.h"
#include "tests/host/walk_inner.h"

enum { DEVICE_PAGES = 128, UNSEEN = 0xff };

static uint8_t device_types[DEVICE_PAGES];

static void check_type(uint64_t pa, uint32_t type)
{
    uint64_t page = (pa - HOST_DEVICE) / PAGE;

    if (page >= DEVICE_PAGES)
        walk_wrong("%#jx is shown, which nobody described", (uintmax_t)pa);
    if (device_types[page] != UNSEEN && device_types[page] != type)
        walk_wrong("the device's page %#jx has the types %u and %u", (uintmax_t)pa, device_types[page], type);
    device_types[page] = (uint8_t)type;
}

static void check_ram(uint64_t va, const struct mmu_leaf *leaf)
{
    const struct port_frame *frame = port_frame(leaf->pa);
    uint32_t type = translate_type(frame->mode ? frame->mode : kIOCopybackCache, true);

    if (frame->owner == PORT_OWNER_RUNTIME || (frame->owner == PORT_OWNER_FREE && leaf->pa < RAM))
        walk_wrong("%#jx shows the frame %#jx, which is nobody's", (uintmax_t)va, (uintmax_t)leaf->pa);
    if ((leaf->attr & MMU_TYPE_MASK) != type || host_linear_type(leaf->pa) != type)
        walk_wrong("the frame %#jx has the types %u at %#jx, %u in the linear map, and %u is due", (uintmax_t)leaf->pa,
                   leaf->attr & MMU_TYPE_MASK, (uintmax_t)va, host_linear_type(leaf->pa), type);
    if (frame->shares > 1 && leaf->attr & MMU_WRITE)
        walk_wrong("the frame %#jx is shared, and may be written at %#jx", (uintmax_t)leaf->pa, (uintmax_t)va);
}

/* The run of a map that has left its pages, of which va is one; a map of guard pages has none. */
static const struct map_run *run_at(IOMemoryMapRef map, uint64_t va)
{
    for (uint32_t i = 0; i < map->run_count; i++) {
        const struct map_run *run = map_get_run(map, i);

        if (va - run->node.va < run->node.size)
            return run;
    }
    return NULL;
}

/* A map has left this page, which shows what it showed. */
static void check_left(IOMemoryMapRef map, uint64_t va, const struct mmu_leaf *leaf)
{
    const struct map_run *run = run_at(map, va);

    if (run && !run->view && leaf->pa != run->node.pa + (va - run->node.va))
        walk_wrong("%#jx was left showing %#jx, and shows %#jx", (uintmax_t)va,
                   (uintmax_t)(run->node.pa + (va - run->node.va)), (uintmax_t)leaf->pa);
    if (run && run->view && leaf->pa != run->view->object->pages[run->view->first + (va - run->view->va) / PAGE])
        walk_wrong("%#jx was left showing an object's page, and shows %#jx", (uintmax_t)va, (uintmax_t)leaf->pa);
}

static bool is_blocked(task_t task, struct region *region, uint64_t va)
{
    IOMemoryMapRef over = NULL;

    if (region && region->kind == REGION_MAP && map_of_region(region)->blocked)
        return true;
    while ((over = overwriters_next(task, va, va + 1, over ? &over->over : NULL)))
        if (over->blocked)
            return true;
    return false;
}

static void check_tag(task_t task, struct region *region, uint64_t va, const struct mmu_leaf *leaf)
{
    const struct memory_object *object = memory_object_of_tag(leaf->pa);
    const struct memory_view *view = memory_view_find(task, va);

    if (leaf->tag == MMU_TAG_BLOCKED && !is_blocked(task, region, va))
        walk_wrong("%#jx is blocked, and its map is not", (uintmax_t)va);
    if (leaf->tag == MMU_TAG_DEMAND && (!view || !object || view->object != object))
        walk_wrong("%#jx is to come, and nobody knows from where", (uintmax_t)va);
    if (leaf->tag == MMU_TAG_BUSY)
        walk_wrong("%#jx is broken", (uintmax_t)va);
}

static void check_entry(task_t task, uint64_t va, const struct mmu_leaf *leaf, bool mapped)
{
    struct region *region = region_find(&task->regions, va);
    IOMemoryMapRef over = overwriters_top(task, va);

    if (over && over->left && mapped)
        check_left(over, va, leaf);
    if (!region && !over)
        walk_wrong("%#jx shows %#jx, tag %u, where no region is", (uintmax_t)va, (uintmax_t)leaf->pa, leaf->tag);
    if (!mapped)
        check_tag(task, region, va, leaf);
    else if (port_is_ram(leaf->pa, 1))
        check_ram(va, leaf);
    else if (over || region->kind != REGION_OTHER) /* IOMapped's own pages come and go */
        check_type(leaf->pa, leaf->attr & MMU_TYPE_MASK);
}

static void check_task(task_t task)
{
    uint64_t va, end, size;

    IOAddressSpaceGetBounds(task, &va, &end);
    for (; va < end; va = (va & ~(size - 1)) + size) {
        struct mmu_leaf leaf = {0};
        bool mapped = mmu_walk(address_space_tables(task), va, &leaf) == MMU_OK;

        size = mapped || leaf.tag ? PAGE : leaf.size;
        if (mapped || leaf.tag)
            check_entry(task, va, &leaf, mapped);
    }
}

void walk_check_tables(void)
{
    memset(device_types, UNSEEN, sizeof device_types);
    for (size_t i = 0; i < TASKS; i++)
        if (walk.tasks[i])
            check_task(walk.tasks[i]);
}
