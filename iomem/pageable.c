#include "iomem/pageable.h"

#include "iomem/map.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static bool place(struct pageable *pageable, const struct pageable_request *request)
{
    struct memory_region_request region = {
        .task = request->task,
        .object = pageable->object,
        .align = request->align,
        .attr = MMU_WRITE,
    };

    if (!request->task)
        return true;
    if (memory_region_create(&region, &pageable->region) != kIOReturnSuccess)
        return false;
    pageable->region->owner = &pageable->region;
    return true;
}

static bool fill(struct memory_object *object, const struct pageable_request *request)
{
    struct memory_want all = {.count = object->count};

    if (request->mode != kIODefaultCache) {
        if (!memory_object_open_modes(object))
            return false;
        memory_object_set_mode(object, 0, object->count, request->mode);
    }
    return !request->prefault || memory_object_get(object, &all) == kIOReturnSuccess;
}

static bool open(struct pageable *pageable, const struct pageable_request *request)
{
    pageable->object = memory_object_create(request->size);
    if (!pageable->object)
        return false;
    pageable->object->max_pa = request->max_pa;
    pageable->object->purgeable = request->purgeable;
    if (fill(pageable->object, request) && place(pageable, request))
        return true;
    memory_object_release(pageable->object);
    pageable->object = NULL;
    return false;
}

bool pageable_open(struct pageable *pageable, const struct pageable_request *request)
{
    bool opened;

    if (request->size > PAGEABLE_MAX || (request->task && request->task->dead))
        return false;
    lock_acquire(&gIOMemoryLock);
    opened = open(pageable, request);
    lock_release(&gIOMemoryLock);
    return opened;
}

void pageable_unmap(struct pageable *pageable)
{
    lock_acquire(&gIOMemoryLock);
    if (pageable->region)
        memory_region_destroy(pageable->region);
    lock_release(&gIOMemoryLock);
}

void pageable_close(struct memory_object *object)
{
    lock_acquire(&gIOMemoryLock);
    memory_object_release(object);
    lock_release(&gIOMemoryLock);
}

static uint64_t alloc(uint64_t size, uint64_t align)
{
    struct memory_region_request request = {.task = kernel_task, .align = align, .attr = MMU_WRITE};
    struct memory_region *region = NULL;

    request.object = memory_object_create(size);
    if (!request.object)
        return 0;
    memory_region_create(&request, &region);
    memory_object_release(request.object);
    return region ? region->region.va : 0;
}

uint64_t pageable_alloc(uint64_t size, uint64_t align)
{
    uint64_t va;

    if (size > PAGEABLE_MAX)
        return 0;
    lock_acquire(&gIOMemoryLock);
    va = alloc(size, align);
    lock_release(&gIOMemoryLock);
    return va;
}

/* Nobody's buffer, NULL when none begins or goes on at va. */
static struct memory_region *region_at(uint64_t va)
{
    struct region *region = region_find(&kernel_task->regions, va);

    return region && region->kind == REGION_MEMORY && region->va == va && !memory_region_of(region)->owner
               ? memory_region_of(region)
               : NULL;
}

/* In as many regions as a protect has made of it. */
static void free_all(struct memory_region *region)
{
    struct memory_object *object = region->view.object;
    uint64_t va = region->region.va, end = va + object->count * PAGE;

    memory_object_retain(object);
    for (; va < end; region = region_at(va)) {
        uint64_t size = PAGE;

        if (region && region->view.object == object) {
            size = region->region.size;
            memory_region_destroy(region);
        }
        va += size;
    }
    memory_object_release(object);
}

void pageable_free(uint64_t va)
{
    struct memory_region *region;

    lock_acquire(&gIOMemoryLock);
    region = region_at(va);
    if (region)
        free_all(region);
    lock_release(&gIOMemoryLock);
}
