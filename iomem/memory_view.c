#include "iomem/memory_view.h"

#include "iomem/address_space.h"
#include "iomem/map_place.h"
#include "iomem/memory_fault.h"
#include "iomem/memory_region.h"
#include "iomem/overwriters.h"
#include "iomem/port.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static struct mmu_space *tables_of(const struct memory_view *view)
{
    return address_space_tables(view->task);
}

static uint64_t va_of(const struct memory_view *view, uint64_t page)
{
    return view->va + (page - view->first) * PAGE;
}

static uint64_t end_of(const struct memory_view *view)
{
    return view->va + view->count * PAGE;
}

static bool covers(const struct memory_view *view, uint64_t page)
{
    return page - view->first < view->count;
}

struct memory_view *memory_view_create(struct memory_object *object, uint64_t first, uint64_t count)
{
    struct memory_view *view = port_alloc(sizeof *view);

    if (!view)
        return NULL;
    memory_object_retain(object);
    view->object = object;
    view->first = first;
    view->count = count;
    return view;
}

void memory_view_destroy(struct memory_view *view)
{
    struct memory_object *object = view->object;

    memory_view_detach(view);
    port_free(view);
    memory_object_release(object);
}

uint32_t memory_view_attr(const struct memory_view *view, uint64_t page)
{
    const struct port_frame *frame = port_frame(view->object->pages[page]);
    uint32_t attr = view->attr | translate_type(frame->mode ? frame->mode : kIOCopybackCache, true);

    return frame->shares > 1 ? attr & ~(uint32_t)MMU_WRITE : attr;
}

/* Pages from this one on that are all absent, or all resident and to be shown alike. */
static uint64_t like_run(const struct memory_view *view, uint64_t page)
{
    uint64_t end = view->first + view->count, next = page + 1;
    bool resident = memory_object_has(view->object, page);
    uint32_t attr = resident ? memory_view_attr(view, page) : 0;

    while (next < end && memory_object_has(view->object, next) == resident &&
           (!resident || memory_view_attr(view, next) == attr))
        next++;
    return next - page;
}

static int enter_run(const struct memory_view *view, uint64_t page, uint64_t count)
{
    uint64_t va = va_of(view, page);

    if (!memory_object_has(view->object, page))
        return mmu_tag(tables_of(view), va, count * PAGE, MMU_TAG_DEMAND, memory_object_tag(view->object));
    return mmu_map_pages(tables_of(view), va, view->object->pages + page, (size_t)count, memory_view_attr(view, page));
}

void memory_view_attach(struct memory_view *view)
{
    memory_fault_open();
    view->next = view->object->views;
    view->slot = &view->object->views;
    if (view->next)
        view->next->slot = &view->next;
    view->object->views = view;
    view->task->view_count++;
}

int memory_view_enter(struct memory_view *view)
{
    uint64_t page = view->first, end = view->first + view->count, count;
    int error = MMU_OK;

    for (; page < end && error == MMU_OK; page += error == MMU_OK ? count : 0) {
        count = like_run(view, page);
        error = enter_run(view, page, count);
    }
    if (error == MMU_OK)
        memory_view_attach(view);
    else if (page > view->first)
        mmu_tag(tables_of(view), view->va, (page - view->first) * PAGE, MMU_TAG_NONE, 0);
    return error;
}

void memory_view_detach(struct memory_view *view)
{
    if (!view->slot)
        return;
    *view->slot = view->next;
    if (view->next)
        view->next->slot = view->slot;
    view->slot = NULL;
    view->task->view_count--;
}

/* Another view that lies over it may show the very same page there, with rights of its own. */
static bool is_on_top(const struct memory_view *view, uint64_t page)
{
    return !view->task->overwriters || memory_view_find(view->task, va_of(view, page)) == view;
}

static bool is_shown(const struct memory_view *view, uint64_t page)
{
    uint64_t pa;

    return memory_object_has(view->object, page) && mmu_translate(tables_of(view), va_of(view, page), &pa) == MMU_OK &&
           pa == view->object->pages[page] && is_on_top(view, page);
}

/* Pages from this one on that it shows and is to show alike; 0: not this one. */
static uint64_t shown_run(const struct memory_view *view, uint64_t page, uint64_t end)
{
    uint64_t next = page;

    while (next < end && is_shown(view, next) && memory_view_attr(view, next) == memory_view_attr(view, page))
        next++;
    return next - page;
}

/* The leaves of these pages get the rights that they are to have now. */
static int refresh(const struct memory_view *view, uint64_t page, uint64_t end)
{
    int error = MMU_OK;

    while (page < end && error == MMU_OK) {
        uint64_t count = shown_run(view, page, end);

        if (count)
            error = mmu_protect(tables_of(view), va_of(view, page), count * PAGE, memory_view_attr(view, page));
        page += count ? count : 1;
    }
    return error;
}

/* Going back needs no tables: the leaves were cut on the way. */
int memory_view_protect(struct memory_view *view, uint32_t attr)
{
    uint32_t old = view->attr;
    int error;

    view->attr = attr;
    error = refresh(view, view->first, view->first + view->count);
    if (error != MMU_OK) {
        view->attr = old;
        refresh(view, view->first, view->first + view->count);
    }
    return error;
}

int memory_view_refresh(const struct memory_view *view, uint64_t page)
{
    return refresh(view, page, page + 1);
}

typedef int pages_call(const struct memory_view *view, uint64_t page, uint64_t end);

/* For what each view of the object has of these pages, until it fails. */
static int for_all(const struct memory_object *object, uint64_t first, uint64_t count, pages_call *call)
{
    int error = MMU_OK;

    for (const struct memory_view *view = object->views; view && error == MMU_OK; view = view->next) {
        uint64_t start = first > view->first ? first : view->first, end = view->first + view->count;

        error = call(view, start, first + count < end ? first + count : end);
    }
    return error;
}

int memory_view_refresh_all(const struct memory_object *object, uint64_t first, uint64_t count)
{
    return for_all(object, first, count, refresh);
}

int memory_view_retype_all(const struct memory_object *object, uint64_t page, uint32_t type)
{
    int error = MMU_OK;

    for (const struct memory_view *view = object->views; view && error == MMU_OK; view = view->next)
        if (covers(view, page) && is_shown(view, page))
            error = mmu_protect(tables_of(view), va_of(view, page), PAGE,
                                (memory_view_attr(view, page) & ~(uint32_t)MMU_TYPE_MASK) | type);
    return error;
}

int memory_view_show(const struct memory_view *view, uint64_t page)
{
    struct mmu_range range = {va_of(view, page), view->object->pages[page], PAGE, memory_view_attr(view, page)};
    int error =
        is_on_top(view, page) ? mmu_fill(tables_of(view), &range, memory_object_tag(view->object)) : MMU_OVERLAP;

    return error == MMU_OVERLAP ? MMU_OK : error; /* it does not wait for this page */
}

void memory_view_show_all(const struct memory_object *object, uint64_t page)
{
    for (const struct memory_view *view = object->views; view; view = view->next)
        if (covers(view, page))
            memory_view_show(view, page); /* one that lacks a table gets the page when it is touched */
}

/* A run at a time: a block that goes whole takes no table. */
static int hide(const struct memory_view *view, uint64_t page, uint64_t end)
{
    int error = MMU_OK;

    for (uint64_t next; page < end && error == MMU_OK; page = next) {
        for (next = page; next < end && is_shown(view, next);)
            next++;
        if (next == page)
            next++;
        else
            error = mmu_tag(tables_of(view), va_of(view, page), (next - page) * PAGE, MMU_TAG_DEMAND,
                            memory_object_tag(view->object));
    }
    return error;
}

int memory_view_hide_all(const struct memory_object *object, uint64_t first, uint64_t count)
{
    int error = for_all(object, first, count, hide);

    for (uint64_t page = first; error != MMU_OK && page < first + count; page++)
        if (memory_object_has(object, page))
            memory_view_show_all(object, page);
    return error;
}

static bool holds(const struct memory_view *view, uint64_t va)
{
    return va >= view->va && va < end_of(view);
}

struct memory_view *memory_view_of(const struct memory_object *object, struct mmu_space *space, uint64_t va)
{
    for (struct memory_view *view = object->views; view; view = view->next)
        if (tables_of(view) == space && holds(view, va) && is_on_top(view, view->first + (va - view->va) / PAGE))
            return view;
    return NULL;
}

static struct memory_view *find_in_map(IOMemoryMapRef map, uint64_t va)
{
    for (uint32_t i = 0; map->shows_objects && i < map->run_count; i++) {
        struct memory_view *view = map_get_run(map, i)->view;

        if (view && view->slot && holds(view, va))
            return view;
    }
    return NULL;
}

struct memory_view *memory_view_find(task_t task, uint64_t va)
{
    struct region *region;
    IOMemoryMapRef over;

    if (task->view_count == 0)
        return NULL;
    over = overwriters_top(task, va);
    if (over)
        return find_in_map(over, va);
    region = region_find(&task->regions, va);
    if (region && region->kind == REGION_MEMORY)
        return &memory_region_of(region)->view;
    return region && region->kind == REGION_MAP ? find_in_map(map_of_region(region), va) : NULL;
}
