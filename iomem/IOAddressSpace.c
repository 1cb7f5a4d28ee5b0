#include "iomem/IOAddressSpace.h"

#include "iomem/address_space.h"
#include "iomem/map.h"
#include "iomem/map_over.h"
#include "iomem/memory_region.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

#define READABLE   1
#define WRITABLE   2
#define EXECUTABLE 4

static struct IOAddressSpace kernel_space;

task_t kernel_task = &kernel_space;

static bool bounds_are_good(uint64_t min, uint64_t max)
{
    return (min | max) % PAGE == 0 && max <= port_space_size() && min < max && max > PAGE;
}

task_t IOAddressSpaceCreate(uint64_t minAddress, uint64_t maxAddress)
{
    task_t task;

    if (!bounds_are_good(minAddress, maxAddress))
        return NULL;
    task = port_alloc(sizeof *task);
    if (!task)
        return NULL;
    task->port.space = port_space_create();
    if (!task->port.space) {
        port_free(task);
        return NULL;
    }
    task->port.space->owner = task;
    region_space_init(&task->regions, minAddress, maxAddress);
    task->user = true;
    task->references = 1;
    return task;
}

void IOAddressSpaceActivate(task_t task)
{
    port_space_activate(task ? task->port.space : NULL);
}

/*
 * All translations go at once, with one invalidate, before anybody who owns the memory behind them is told. Whoever
 * follows a map to its pages in between would miss them: the lock is held throughout.
 */
void IOAddressSpaceDestroy(task_t task)
{
    if (!task || !task->user)
        return;
    lock_acquire(&gIOMemoryLock);
    mmu_tag(task->port.space, 0, port_space_size(), MMU_TAG_NONE, 0);
    while (task->maps)
        IOMemoryMapTaskDied(task->maps);
    map_over_drop(task, 0, UINT64_MAX, 0);
    memory_region_destroy_all(task);
    task->dead = true;
    task->port.space->owner = NULL; /* another core may have it active, and fault in it */
    lock_release(&gIOMemoryLock);
    port_space_destroy(task->port.space);
    task->port.space = NULL;
    address_space_release(task);
}

void address_space_retain(task_t task)
{
    if (task && task->user)
        __atomic_fetch_add(&task->references, 1, __ATOMIC_RELAXED);
}

void address_space_release(task_t task)
{
    if (task && task->user && __atomic_fetch_sub(&task->references, 1, __ATOMIC_ACQ_REL) == 1)
        port_free(task);
}

void address_space_add_map(task_t task, IOMemoryMapRef map)
{
    if (!task->user)
        return;
    lock_acquire(&gIOMemoryLock);
    map->task_previous = NULL;
    map->task_next = task->maps;
    if (task->maps)
        task->maps->task_previous = map;
    task->maps = map;
    lock_release(&gIOMemoryLock);
}

void address_space_remove_map(task_t task, IOMemoryMapRef map)
{
    if (!task || !task->user)
        return;
    lock_acquire(&gIOMemoryLock);
    if (map->task_next)
        map->task_next->task_previous = map->task_previous;
    if (map->task_previous)
        map->task_previous->task_next = map->task_next;
    else
        task->maps = map->task_next;
    lock_release(&gIOMemoryLock);
}

void IOAddressSpaceGetBounds(task_t task, uint64_t *min, uint64_t *max)
{
    uint64_t low = 0, high = 0;

    if (task) {
        lock_acquire(&gIOMemoryLock);
        region_bounds(&task->regions, &low, &high);
        lock_release(&gIOMemoryLock);
    }
    if (min)
        *min = low;
    if (max)
        *max = high;
}

static uint8_t protection_of(uint32_t attr)
{
    return (uint8_t)(READABLE | (attr & MMU_WRITE ? WRITABLE : 0) | (attr & MMU_EXEC ? EXECUTABLE : 0));
}

IOReturn IOAddressSpaceQuery(task_t task, uint64_t address, struct IOPageInfo *out)
{
    struct mmu_leaf leaf;
    int error;

    if (!task || !out)
        return kIOReturnBadArgument;
    error = mmu_walk(address_space_tables(task), address, &leaf);
    if (error == MMU_RANGE)
        return kIOReturnBadArgument;
    *out = (struct IOPageInfo){.size = leaf.size, .tag = leaf.tag, .level = (uint8_t)leaf.level};
    if (error != MMU_OK)
        return leaf.tag == MMU_TAG_NONE ? KERN_INVALID_ADDRESS : kIOReturnSuccess;
    out->pa = leaf.pa;
    out->attr_index = translate_mair_index(leaf.attr);
    out->shareability = translate_shareability(leaf.attr);
    out->protection = protection_of(leaf.attr);
    return kIOReturnSuccess;
}
