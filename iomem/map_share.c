/* Which map a request gets: the descriptor's list of maps, the sharing rule, and makeMapping. */
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/port.h"

/* Oldest first, and behind them the unique ones, oldest first: those need not be passed by who looks for one to share.
 */
static inline void link_map(IOMemoryDescriptorRef md, IOMemoryMapRef map, bool unique)
{
    map_is_there(map);
    map->registered = true;
    map->older = unique ? md->newest : md->newest_shared;
    map->newer = map->older ? map->older->newer : md->oldest;
    if (map->older)
        map->older->newer = map;
    else
        md->oldest = map;
    if (map->newer)
        map->newer->older = map;
    else
        md->newest = map;
    if (!unique)
        md->newest_shared = map;
}

static inline IOMemoryMapRef first_shared(IOMemoryDescriptorRef md)
{
    return md->newest_shared ? md->oldest : NULL;
}

static inline IOMemoryMapRef next_shared(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    return map == md->newest_shared ? NULL : map->newer;
}

void descriptor_add_map(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    if (map->registered)
        return;
    object_retain(&map->object, OBJECT_FOR_COLLECTION);
    link_map(md, map, map->options & kIOMapUnique);
}

void descriptor_forget_map(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    if (!map->registered)
        return;
    if (map->older)
        map->older->newer = map->newer;
    else
        md->oldest = map->newer;
    if (map->newer)
        map->newer->older = map->older;
    else
        md->newest = map->older;
    if (md->newest_shared == map)
        md->newest_shared = map->older;
    map->older = map->newer = NULL;
    map->registered = false;
}

void descriptor_remove_map(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    if (!map->registered)
        return;
    descriptor_forget_map(md, map);
    IOMemoryMapTaggedRelease(map, OSCollectionMetaClass());
}

void descriptor_drop_maps(IOMemoryDescriptorRef md)
{
    lock_acquire(&gIOMemoryLock);
    while (md->oldest)
        descriptor_remove_map(md, md->oldest);
    lock_release(&gIOMemoryLock);
}

static bool may_share(IOMemoryMapRef existing, const struct map_wish *wanted)
{
    IOOptionBits same = kIOMapReadOnly | kIOMapGuardedMask;
    IOOptionBits differ = existing->options ^ wanted->options;
    uint64_t delta = wanted->offset - existing->offset;

    if (!map_is_mapped(existing) || existing->task != wanted->task || (existing->options & kIOMapUnique))
        return false;
    if ((differ & same) || ((wanted->options & kIOMapCacheMask) && (differ & kIOMapCacheMask)))
        return false;
    if (wanted->offset < existing->offset || delta > existing->length || wanted->length > existing->length - delta)
        return false;
    return (wanted->options & kIOMapAnywhere) || wanted->address == existing->address + delta;
}

static bool is_all_of(IOMemoryMapRef existing, const struct map_wish *wanted)
{
    return wanted->offset == existing->offset && wanted->length == existing->length;
}

static struct map_wish wish_of(IOMemoryMapRef map)
{
    return (struct map_wish){map->task, map->address, map->offset, map->length, map->options};
}

IOMemoryMapRef IOMemoryMapCopyCompatible(IOMemoryMapRef existing, IOMemoryMapRef newMapping)
{
    struct map_wish wanted;
    IOMemoryMapRef base;

    if (!existing || !newMapping || !newMapping->task)
        return NULL;
    wanted = wish_of(newMapping);
    if (!may_share(existing, &wanted))
        return NULL;
    if (is_all_of(existing, &wanted)) {
        OSObjectRetain(&existing->object);
        return existing;
    }
    base = existing->super_map ? existing->super_map : existing; /* the one whose pages they are */
    OSObjectRetain(&base->object);
    map_goes(newMapping);
    newMapping->super_map = base;
    newMapping->address = existing->address + (newMapping->offset - existing->offset);
    return newMapping;
}

/* A map found or finished; the request's reference goes into what is returned. */
static IOMemoryMapRef keep(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    if (!map_set_memory(map, md, map->offset))
        return NULL;
    descriptor_add_map(md, map);
    return map;
}

static IOMemoryMapRef find(IOMemoryDescriptorRef md, IOMemoryMapRef wanted)
{
    IOMemoryMapRef found = NULL;

    for (IOMemoryMapRef map = first_shared(md); map && !found; map = next_shared(md, map))
        found = IOMemoryMapCopyCompatible(map, wanted);
    return found;
}

static IOMemoryMapRef enter(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options)
{
    const struct descriptor_methods *methods = descriptor_methods(md);

    if (!methods->do_map || methods->do_map(md, map, options) != kIOReturnSuccess)
        return NULL;
    return keep(md, map);
}

/* IOKit describes just the physical run anew, so that the map shares nothing with the descriptor it was asked of. */
IOMemoryDescriptorRef descriptor_private_run(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount length)
{
    IOByteCount size;
    addr64_t pa = IOMemoryDescriptorGetPhysicalSegment(md, offset, &size, kIOMemoryMapperNone);
    IOOptionBits flags = (md->flags & (kIOMemoryDirectionMask | kIOMemoryRemote)) | kIOMemoryMapperNone;
    IOMemoryDescriptorRef run =
        size < length ? NULL : IOMemoryDescriptorCreateWithAddressRange(pa, length, flags, NULL);

    if (run)
        run->cache_mode = md->cache_mode;
    return run;
}

static IOMemoryMapRef enter_physical_run(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options)
{
    IOMemoryDescriptorRef run = descriptor_private_run(md, map->offset, map->length);
    IOMemoryMapRef result;

    if (!run)
        return NULL;
    map->offset = 0;
    result = enter(run, map, options);
    OSObjectRelease(&run->object);
    return result;
}

static bool options_agree(IOOptionBits options)
{
    if ((options & kIOMapOverwrite) && (options & kIOMapAnywhere))
        return false;
    return !((options & kIOMapUnique) && (options & kIOMapReference));
}

static IOMemoryMapRef choose(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options)
{
    IOMemoryMapRef found;

    if (!options_agree(options))
        return NULL;
    if (options & kIOMapStatic) {
        map->offset = 0;
        return keep(md, map);
    }
    if (options & kIOMapUnique)
        return (md->flags & kIOMemoryTypeMask) == kIOMemoryTypePhysical ? enter_physical_run(md, map, options)
                                                                        : enter(md, map, options);
    found = find(md, map);
    if (found)
        return found == map ? keep(md, map) : found;
    return options & kIOMapReference ? NULL : enter(md, map, options);
}

IOMemoryMapRef descriptor_make_mapping(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options,
                                       IOByteCount offset)
{
    IOMemoryMapRef result = NULL;

    if (!__builtin_add_overflow(map->offset, offset, &map->offset))
        result = choose(md, map, options);
    if (result != map)
        OSObjectRelease(&map->object);
    return result;
}

IOMemoryMapRef IOMemoryDescriptorMakeMapping(IOMemoryDescriptorRef md, IOMemoryDescriptorRef owner, task_t intoTask,
                                             IOMemoryMapRef mapping, IOOptionBits options, IOByteCount offset,
                                             IOByteCount length)
{
    (void)owner;
    (void)intoTask;
    (void)length; /* the map has it, and the task */
    if (!md || !mapping) {
        OSObjectRelease(mapping ? &mapping->object : NULL);
        return NULL;
    }
    lock_acquire(&gIOMemoryLock);
    mapping = descriptor_methods(md)->make_mapping(md, mapping, options, offset);
    lock_release(&gIOMemoryLock);
    return mapping;
}

/* A map of its own for the request, which no descriptor knows. */
static inline IOMemoryMapRef map_unlisted(IOMemoryDescriptorRef md, const struct map_wish *wanted)
{
    const struct descriptor_methods *methods = descriptor_methods(md);
    IOMemoryMapRef map = methods->do_map ? map_alloc() : NULL;

    if (!map)
        return NULL;
    if (map_init(map, wanted) && methods->do_map(md, map, wanted->options | kIOMap64Bit) == kIOReturnSuccess)
        return map;
    OSObjectRelease(&map->object);
    return NULL;
}

IOMemoryMapRef descriptor_map_part(IOMemoryDescriptorRef md, const struct map_wish *wanted)
{
    struct map_wish wish = *wanted;

    if (descriptor_methods(md)->resolve)
        md = descriptor_methods(md)->resolve(md, &wish.offset);
    return map_unlisted(md, &wish);
}

/* Nobody else knows of it yet: a store counts its references. */
static IOMemoryMapRef map_anew(IOMemoryDescriptorRef md, const struct map_wish *wanted)
{
    IOMemoryMapRef map = map_unlisted(md, wanted);

    if (!map)
        return NULL;
    object_retain(&md->object, OBJECT_FOR_HOLDER);
    map->memory = md;
    map->object.references += OBJECT_FOR_COLLECTION;
    link_map(md, map, false);
    return map;
}

/* A request of any kind. */
static IOMemoryMapRef make(IOMemoryDescriptorRef md, const struct map_wish *wanted)
{
    IOMemoryMapRef map = map_alloc();

    if (!map)
        return NULL;
    if (map_init(map, wanted))
        return descriptor_methods(md)->make_mapping(md, map, wanted->options | kIOMap64Bit, 0);
    OSObjectRelease(&map->object);
    return NULL;
}

/* What make does, with no map made for a request that gets one that exists, and no search done twice. */
static IOMemoryMapRef find_or_make(IOMemoryDescriptorRef md, const struct map_wish *wanted)
{
    const IOOptionBits special = kIOMapStatic | kIOMapUnique | kIOMapReference | kIOMapOverwrite;
    IOMemoryMapRef map = first_shared(md);

    if (wanted->options & special || descriptor_methods(md)->make_mapping != descriptor_make_mapping)
        return make(md, wanted);
    while (map && !may_share(map, wanted))
        map = next_shared(md, map);
    if (!map)
        return map_anew(md, wanted);
    if (!is_all_of(map, wanted))
        return make(md, wanted);
    object_retain(&map->object, OBJECT_FOR_HOLDER);
    return map;
}

IOMemoryMapRef IOMemoryDescriptorCreateMappingInTask(IOMemoryDescriptorRef md, task_t intoTask,
                                                     mach_vm_address_t atAddress, IOOptionBits options,
                                                     mach_vm_size_t offset, mach_vm_size_t length)
{
    struct map_wish wanted = {intoTask, atAddress, offset, length, options};
    IOMemoryMapRef map;
    uintptr_t entered;

    if (!md || (length == 0 && md->length == 0))
        return NULL;
    if (length == 0)
        wanted.length = md->length;
    entered = lock_enter(&gIOMemoryLock);
    map = find_or_make(md, &wanted);
    lock_leave(&gIOMemoryLock, entered);
    return map;
}

IOMemoryMapRef IOMemoryDescriptorMap(IOMemoryDescriptorRef md, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0, options | kIOMapAnywhere, 0, 0);
}

IOMemoryMapRef IOMemoryDescriptorSetMapping(IOMemoryDescriptorRef md, task_t task, IOVirtualAddress mapAddress,
                                            IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(md, task, mapAddress, options | kIOMapStatic, 0,
                                                 IOMemoryDescriptorGetLength(md));
}
