/* redirect: other memory behind a map's addresses, or none until some is given back. */
#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/map_block.h"
#include "iomem/map_mode.h"
#include "iomem/map_place.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* Not so a Multi's: its pages are its children's. */
static bool has_collect(IOMemoryDescriptorRef md)
{
    return descriptor_methods(md)->collect != NULL;
}

static bool has_pages(IOMemoryMapRef map)
{
    return map->address && map->space && map->memory && !map->super_map && !(map->options & kIOMapStatic);
}

/* What a redirection shows, with a reference of its own: physical memory through a descriptor of just its run. */
struct backing {
    IOMemoryDescriptorRef memory;
    uint64_t offset;
};

static IOReturn find_backing(struct backing *backing, uint64_t length)
{
    IOMemoryDescriptorRef md = backing->memory;
    bool fits = backing->offset < md->length && length <= md->length - backing->offset;

    if (descriptor_methods(md)->resolve)
        md = descriptor_methods(md)->resolve(md, &backing->offset);
    if (md->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if (!has_collect(md))
        return kIOReturnUnsupported;
    if (!fits || backing->offset >= md->length || length > md->length - backing->offset)
        return kIOReturnError;
    if ((md->flags & kIOMemoryTypeMask) == kIOMemoryTypePhysical) {
        backing->memory = descriptor_private_run(md, backing->offset, length);
        backing->offset = 0;
    } else {
        OSObjectRetain(&md->object);
        backing->memory = md;
    }
    return backing->memory ? kIOReturnSuccess : kIOReturnError;
}

/* On failure the map shows what it showed, blocked or not. */
static IOReturn show(IOMemoryMapRef map, const struct backing *backing)
{
    IOMemoryMapRef fresh = map_alloc();
    IOReturn result = kIOReturnNoMemory;
    uint64_t lead;

    if (!fresh)
        return result;
    IOMemoryMapInit(fresh, map->task, map->address, map->options & kIOMapReadOnly, backing->offset, map->length);
    result = descriptor_methods(backing->memory)->collect(backing->memory, fresh, map->asked_mode, &lead);
    if (result == kIOReturnSuccess && lead != map->address % PAGE)
        result = kIOReturnNotAligned;
    if (result == kIOReturnSuccess)
        result = map_exchange(map, fresh);
    map_drop_runs(fresh);
    OSObjectRelease(&fresh->object);
    return result;
}

static IOReturn show_backing(IOMemoryMapRef map, struct backing *backing)
{
    IOReturn result = find_backing(backing, map->length);
    bool by_task = map->blocked & MAP_BLOCKED_BY_TASK;

    if (result != kIOReturnSuccess)
        return result;
    result = show(map, backing);
    if (result == kIOReturnSuccess) {
        map_unwire_all(map); /* the old memory's pages, which may go with the reference to it */
        IOMemoryMapSetMemoryDescriptor(map, backing->memory, backing->offset);
        map->blocked = 0;
        if (by_task && map->space) /* which went if the old memory has gone, and it lay over that */
            map_block(map, MAP_BLOCKED_BY_TASK);
    } else if (result != kIOReturnNotAligned && result != kIOReturnNoMemory) {
        result = kIOReturnError;
    }
    OSObjectRelease(&backing->memory->object);
    return result;
}

static IOReturn redirect_to(IOMemoryMapRef map, struct backing *backing)
{
    IOReturn result;

    if (!map->address || !map->space)
        return kIOReturnSuccess;
    if (!(map->options & kIOMapUnique) || !has_pages(map))
        return kIOReturnBadArgument;
    if (!has_collect(map->memory))
        return kIOReturnUnsupported;
    if (!backing->memory)
        return map_block(map, MAP_BLOCKED_BY_REDIRECT);
    if (backing->memory == map->memory)
        return map_unblock(map, MAP_BLOCKED_BY_REDIRECT);
    result = show_backing(map, backing);
    if (result != kIOReturnSuccess)
        map_unblock(map, MAP_BLOCKED_BY_REDIRECT);
    return result;
}

IOReturn IOMemoryMapRedirect(IOMemoryMapRef map, IOMemoryDescriptorRef newBackingMemory, IOOptionBits options,
                             mach_vm_size_t offset)
{
    struct backing backing = {newBackingMemory, offset};
    IOReturn result;

    (void)options; /* IOKit neither keeps nor applies them */
    if (!map)
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = redirect_to(map, &backing);
    lock_release(&gIOMemoryLock);
    return result;
}

/* The task that stays on its memory must not have its writes combined while a device sleeps. */
static IOReturn set_combining(IOMemoryMapRef map, bool redirected)
{
    if ((map->options & kIOMapCacheMask) != kIOMapWriteCombineCache)
        return kIOReturnSuccess;
    return map_set_mode(map, redirected ? kIOInhibitCache : kIOWriteCombineCache);
}

static IOReturn redirect_task(IOMemoryMapRef map, task_t safe_task, bool redirected)
{
    IOMemoryDescriptorRef md = map->memory;
    IOReturn result;

    if (!has_pages(map))
        return kIOReturnSuccess;
    if (!has_collect(md))
        return kIOReturnUnsupported;
    if (safe_task && map->task == safe_task)
        result = set_combining(map, redirected);
    else if (redirected)
        result = map_block(map, MAP_BLOCKED_BY_TASK);
    else
        result = map_unblock(map, MAP_BLOCKED_BY_TASK);
    if (result == kIOReturnSuccess && safe_task && (md->flags & kIOMemoryTypeMask) == kIOMemoryTypePhysical &&
        redirected != ((md->flags & kIOMemoryRedirected) != 0))
        result = IOMemoryDescriptorRedirect(md, safe_task, redirected);
    return result;
}

IOReturn IOMemoryMapRedirectTask(IOMemoryMapRef map, task_t safeTask, bool redirect)
{
    IOReturn result;

    if (!map)
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = redirect_task(map, safeTask, redirect);
    lock_release(&gIOMemoryLock);
    return result;
}

IOReturn descriptor_redirect(IOMemoryDescriptorRef md, task_t safe_task, bool redirected)
{
    IOReturn result = kIOReturnSuccess;

    if (redirected)
        md->flags |= kIOMemoryRedirected;
    else
        md->flags &= ~(uint32_t)kIOMemoryRedirected;
    md->safe_task = redirected ? safe_task : NULL;
    for (IOMemoryMapRef map = md->oldest; map; map = map->newer) {
        IOReturn one = redirect_task(map, safe_task, redirected);

        result = result == kIOReturnSuccess ? one : result;
    }
    port_wake();
    return result;
}

IOReturn IOMemoryDescriptorRedirect(IOMemoryDescriptorRef md, task_t safeTask, bool redirect)
{
    IOReturn result;

    if (!md)
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    if (descriptor_methods(md)->redirect)
        result = descriptor_methods(md)->redirect(md, safeTask, redirect);
    else
        result = descriptor_redirect(md, safeTask, redirect);
    lock_release(&gIOMemoryLock);
    return result;
}

static bool is_redirected(IOMemoryDescriptorRef md)
{
    return __atomic_load_n(&md->flags, __ATOMIC_ACQUIRE) & kIOMemoryRedirected;
}

IOReturn IOMemoryDescriptorHandleFault(IOMemoryDescriptorRef md, mach_vm_size_t offset, mach_vm_size_t length)
{
    (void)offset;
    (void)length;
    if (!md)
        return kIOReturnBadArgument;
    for (unsigned wakes = port_wakes(); is_redirected(md); wakes = port_wakes()) {
        if (map_lock_is_mine())
            port_panic("HandleFault called by the holder of the memory lock: nobody could end the redirection");
        if (!port_wait(wakes))
            port_panic("HandleFault called where nobody could end the redirection: no other core runs, and no "
                       "interrupt has a handler");
    }
    return kIOReturnSuccess;
}
