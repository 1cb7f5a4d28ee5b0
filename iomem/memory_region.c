#include "iomem/memory_region.h"

#include "iomem/map_over.h"
#include "iomem/memory_fault.h"
#include "iomem/port.h"
#include "iomem/translate.h"
#include "mmu/cache.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static void link_region(struct memory_region *region, struct memory_region *before)
{
    task_t task = region->view.task;

    region->previous = before;
    region->next = before ? before->next : task->memory;
    if (region->next)
        region->next->previous = region;
    if (before)
        before->next = region;
    else
        task->memory = region;
}

static void unlink_region(struct memory_region *region)
{
    if (region->next)
        region->next->previous = region->previous;
    if (region->previous)
        region->previous->next = region->next;
    else
        region->view.task->memory = region->next;
}

static IOReturn reserve(const struct memory_region_request *request, struct region *region)
{
    struct region_space *regions = &request->task->regions;
    uint64_t size = request->object->count * PAGE, min, max;

    if (!request->va)
        return region_alloc(regions, region, size, request->align < PAGE ? PAGE : request->align, 0) ? kIOReturnSuccess
                                                                                                     : KERN_NO_SPACE;
    region_bounds(regions, &min, &max);
    if (request->va < min || request->va >= max || size > max - request->va)
        return KERN_INVALID_ADDRESS;
    return region_alloc_at(regions, region, request->va, size) ? kIOReturnSuccess : KERN_NO_SPACE;
}

/* Pages that could not be taken away, for want of a table, may lie where nobody has anything any more. */
static IOReturn enter(struct memory_region *region)
{
    struct memory_view *view = &region->view;
    int error;

    if (!map_over_clear(view->task, &region->region))
        return kIOReturnNoMemory;
    error = memory_view_enter(view);
    if (error == MMU_OVERLAP) {
        mmu_tag(address_space_tables(view->task), view->va, region->region.size, MMU_TAG_NONE, 0);
        error = memory_view_enter(view);
    }
    return translate_error(error);
}

IOReturn memory_region_create(const struct memory_region_request *request, struct memory_region **result)
{
    struct memory_region *region = port_alloc(sizeof *region);
    task_t task = request->task;
    IOReturn error;

    if (!region)
        return kIOReturnNoMemory;
    region->region.kind = REGION_MEMORY;
    error = reserve(request, &region->region);
    if (error == kIOReturnSuccess) {
        region->view.object = request->object;
        region->view.task = task;
        region->view.va = region->region.va;
        region->view.count = request->object->count;
        region->view.attr = request->attr | (task->user ? MMU_USER : 0);
        error = enter(region);
    }
    if (error != kIOReturnSuccess) {
        region_free(&task->regions, &region->region);
        port_free(region);
        return error;
    }
    memory_object_retain(request->object);
    link_region(region, NULL);
    *result = region;
    return kIOReturnSuccess;
}

/* Does anybody but the task hold the object: a map, a descriptor? */
static bool is_held_by_others(const struct memory_object *object)
{
    uint32_t own = 0;

    for (const struct memory_view *view = object->views; view; view = view->next)
        own++;
    return object->references > own;
}

static bool is_in_a_view(const struct memory_object *object, uint64_t page)
{
    for (const struct memory_view *view = object->views; view; view = view->next)
        if (page - view->first < view->count)
            return true;
    return false;
}

/* The pages of a view that has gone, of an object that has others: those that nobody can see any more. */
static void trim(struct memory_object *object, uint64_t first, uint64_t count)
{
    if (!object->views || is_held_by_others(object))
        return;
    for (uint64_t page = first; page < first + count; page++)
        if (memory_object_has(object, page) && !is_in_a_view(object, page))
            memory_object_drop(object, page, 1);
}

static void forget(struct memory_region *region)
{
    struct memory_object *object = region->view.object;

    memory_view_detach(&region->view);
    unlink_region(region);
    region_free(&region->view.task->regions, &region->region);
    if (region->owner)
        *region->owner = NULL;
    object->references--;
    if (object->references)
        trim(object, region->view.first, region->view.count);
    object->references++;
    memory_object_release(object);
    port_free(region);
}

void memory_region_destroy(struct memory_region *region)
{
    task_t task = region->view.task;

    mmu_tag(address_space_tables(task), region->region.va, region->region.size, MMU_TAG_NONE, 0);
    map_over_drop(task, region->region.va, region->region.size, 0);
    forget(region);
}

void memory_region_destroy_all(task_t task)
{
    while (task->memory)
        forget(task->memory);
}

static struct memory_region *region_at(task_t task, uint64_t va)
{
    struct region *region = region_find(&task->regions, va);

    return region && region->kind == REGION_MEMORY ? memory_region_of(region) : NULL;
}

static uint64_t end_of(const struct memory_region *region)
{
    return region->region.va + region->region.size;
}

/* Whole pages of a task: a piece of work for all regions in them. */
struct range {
    task_t task;
    uint64_t va, end;
};

/* All of it is IOAddressSpaceAllocate's. */
static bool is_allocated(const struct range *range)
{
    const struct memory_region *region;

    for (uint64_t va = range->va; va < range->end; va = end_of(region)) {
        region = region_at(range->task, va);
        if (!region || region->owner)
            return false;
    }
    return true;
}

/* A region begins at va from now on, if it lies in one. */
static IOReturn cut(task_t task, uint64_t va)
{
    struct memory_region *region = region_at(task, va), *upper;
    uint64_t pages;

    if (!region || region->region.va == va)
        return kIOReturnSuccess;
    upper = port_alloc(sizeof *upper);
    if (!upper)
        return kIOReturnNoMemory;
    pages = (va - region->region.va) / PAGE;
    region_split(&task->regions, &region->region, &upper->region, va);
    upper->view = region->view;
    upper->view.va = va;
    upper->view.first += pages;
    upper->view.count -= pages;
    region->view.count = pages;
    memory_object_retain(upper->view.object);
    memory_view_attach(&upper->view);
    link_region(upper, region);
    return kIOReturnSuccess;
}

static IOReturn take(const struct range *range)
{
    IOReturn result;

    if (!is_allocated(range))
        return KERN_INVALID_ADDRESS;
    result = cut(range->task, range->va);
    return result == kIOReturnSuccess ? cut(range->task, range->end) : result;
}

/* The tables first, at once: what is in the middle of a large entry may lack one. */
static IOReturn deallocate(const struct range *range)
{
    IOReturn result = take(range);
    uint64_t va = range->va;

    if (result == kIOReturnSuccess)
        result = translate_error(mmu_tag(address_space_tables(range->task), va, range->end - va, MMU_TAG_NONE, 0));
    while (result == kIOReturnSuccess && va < range->end) {
        struct memory_region *region = region_at(range->task, va);

        va = end_of(region);
        memory_region_destroy(region);
    }
    return result;
}

static void clean(const struct memory_view *view)
{
    for (uint64_t i = view->first; i < view->first + view->count; i++)
        if (memory_object_has(view->object, i))
            cache_clean(port_linear(view->object->pages[i]), (size_t)PAGE);
}

/* Where it fails, what came before goes back: that needs no more tables. */
static IOReturn protect_regions(const struct range *range, uint32_t attr)
{
    struct memory_region *region;
    int error = MMU_OK;

    for (uint64_t va = range->va; va < range->end && error == MMU_OK; va = end_of(region)) {
        region = region_at(range->task, va);
        region->old_attr = region->view.attr;
        if (attr & MMU_EXEC)
            clean(&region->view);
        error = memory_view_protect(&region->view, attr);
    }
    if (error == MMU_OK)
        return kIOReturnSuccess;
    for (uint64_t va = range->va; va < region->region.va;) {
        struct memory_region *done = region_at(range->task, va);

        va = end_of(done);
        memory_view_protect(&done->view, done->old_attr);
    }
    return translate_error(error);
}

static IOReturn protect(const struct range *range, uint32_t attr)
{
    IOReturn result = take(range);

    if (result == kIOReturnSuccess)
        result = protect_regions(range, attr | (range->task->user ? MMU_USER : 0));
    if (result == kIOReturnSuccess && attr & MMU_EXEC)
        cache_forget_instructions();
    return result;
}

#define READABLE   1u
#define WRITABLE   2u
#define EXECUTABLE 4u

/* Readable always; never both writable and executable. */
static bool to_attr(uint32_t protection, uint32_t *attr)
{
    *attr = (protection & WRITABLE ? MMU_WRITE : 0) | (protection & EXECUTABLE ? MMU_EXEC : 0);
    return protection & READABLE && !(protection & ~(READABLE | WRITABLE | EXECUTABLE)) &&
           *attr != (MMU_WRITE | MMU_EXEC);
}

/* A size counts in whole pages. */
static bool to_range(struct range *range, task_t task, uint64_t va, uint64_t size)
{
    if (!task || task->dead || va % PAGE || size == 0 || size > UINT64_MAX - va - (PAGE - 1))
        return false;
    *range = (struct range){task, va, (va + size + PAGE - 1) & ~(PAGE - 1)};
    return true;
}

static IOReturn allocate(struct memory_region_request *request, uint64_t *address, uint64_t size)
{
    struct memory_region *region;
    IOReturn result = kIOReturnNoMemory;

    request->object = memory_object_create(size);
    if (!request->object)
        return result;
    result = memory_region_create(request, &region);
    memory_object_release(request->object);
    if (result == kIOReturnSuccess)
        *address = region->region.va;
    return result;
}

IOReturn IOAddressSpaceAllocate(task_t task, uint64_t *address, uint64_t size, IOOptionBits anywhereOrFixed,
                                uint32_t protection)
{
    struct memory_region_request request = {.task = task};
    IOReturn result;

    if (!task || task->dead || !address || size == 0 || anywhereOrFixed & ~(IOOptionBits)kIOMapAnywhere ||
        !to_attr(protection, &request.attr))
        return kIOReturnBadArgument;
    if (size > port_ram_last())
        return kIOReturnNoMemory;
    if (!(anywhereOrFixed & kIOMapAnywhere)) {
        if (*address == 0)
            return KERN_INVALID_ADDRESS;
        if (*address % PAGE)
            return kIOReturnNotAligned;
        request.va = *address;
    }
    lock_acquire(&gIOMemoryLock);
    result = allocate(&request, address, (size + PAGE - 1) & ~(PAGE - 1));
    lock_release(&gIOMemoryLock);
    return result;
}

IOReturn IOAddressSpaceDeallocate(task_t task, uint64_t address, uint64_t size)
{
    struct range range;
    IOReturn result;

    if (!to_range(&range, task, address, size))
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = deallocate(&range);
    lock_release(&gIOMemoryLock);
    return result;
}

IOReturn IOAddressSpaceProtect(task_t task, uint64_t address, uint64_t size, uint32_t protection)
{
    struct range range;
    uint32_t attr;
    IOReturn result;

    if (!to_range(&range, task, address, size) || !to_attr(protection, &attr))
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = protect(&range, attr);
    lock_release(&gIOMemoryLock);
    return result;
}
