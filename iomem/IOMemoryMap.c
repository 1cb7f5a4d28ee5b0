#include "iomem/IOMemoryMap.h"

#include "iomem/IOMapper.h"
#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/map_block.h"
#include "iomem/map_over.h"
#include "iomem/map_place.h"
#include "iomem/mapper.h"

#define SELECTOR_COPY_STATE 1
#define LAST_REFERENCES     2 /* the creator's and the descriptor's: fewer, and the map goes */

static uint32_t instances;

struct lock gIOMemoryLock = LOCK_INIT;

static void free_object(OSObjectRef object);

static void tagged_release(OSObjectRef object, const void *tag)
{
    IOMemoryMapTaggedRelease((IOMemoryMapRef)object, tag);
}

const struct OSMetaClass IOMemoryMap_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOMemoryMap",
    .super = &OSObject_class,
    .size = sizeof(struct IOMemoryMap),
    .instances = &instances,
    .free = free_object,
    .tagged_release = tagged_release,
};

bool IOMemoryMapInit(IOMemoryMapRef map, task_t intoTask, mach_vm_address_t toAddress, IOOptionBits options,
                     mach_vm_size_t offset, mach_vm_size_t length)
{
    const struct map_wish wanted = {intoTask, toAddress, offset, length, options};

    return map && !map->task && !map->memory && map_init(map, &wanted);
}

/* From the list of one descriptor into another's. */
static void move(IOMemoryMapRef map, IOMemoryDescriptorRef from, IOMemoryDescriptorRef to)
{
    if (!map->registered)
        return;
    OSObjectRetain(&map->object); /* between the lists it would be freed */
    descriptor_remove_map(from, map);
    descriptor_add_map(to, map);
    OSObjectRelease(&map->object);
}

bool map_set_memory(IOMemoryMapRef map, IOMemoryDescriptorRef md, uint64_t offset)
{
    IOMemoryDescriptorRef old = map->memory;

    if (!map->super_map) {
        if (offset > md->length || map->length > md->length - offset)
            return false;
        map->offset = offset;
    }
    if (old == md)
        return true;
    object_retain(&md->object, OBJECT_FOR_HOLDER);
    map->memory = md;
    if (old) {
        move(map, old, md);
        OSObjectRelease(&old->object);
    }
    return true;
}

bool IOMemoryMapSetMemoryDescriptor(IOMemoryMapRef map, IOMemoryDescriptorRef md, mach_vm_size_t offset)
{
    bool done;

    if (!map || !md)
        return false;
    lock_acquire(&gIOMemoryLock);
    done = map_set_memory(map, md, offset);
    lock_release(&gIOMemoryLock);
    return done;
}

mach_vm_address_t IOMemoryMapGetAddress(IOMemoryMapRef map)
{
    return map && map_is_mapped(map) ? map->address : 0;
}

IOVirtualAddress IOMemoryMapGetVirtualAddress(IOMemoryMapRef map)
{
    return IOMemoryMapGetAddress(map);
}

IOByteCount IOMemoryMapGetLength(IOMemoryMapRef map)
{
    return map ? map->length : 0;
}

mach_vm_size_t IOMemoryMapGetSize(IOMemoryMapRef map)
{
    return IOMemoryMapGetLength(map);
}

uint64_t IOMemoryMapGetOffset(IOMemoryMapRef map)
{
    return map ? map->offset : 0;
}

task_t IOMemoryMapGetAddressTask(IOMemoryMapRef map)
{
    if (!map)
        return NULL;
    return map->super_map ? map->super_map->task : map->task;
}

IOOptionBits IOMemoryMapGetMapOptions(IOMemoryMapRef map)
{
    return map ? map->options : 0;
}

IOMemoryDescriptorRef IOMemoryMapGetMemoryDescriptor(IOMemoryMapRef map)
{
    return map ? map->memory : NULL;
}

OSMetaClassRef IOMemoryMapGetMetaClass(IOMemoryMapRef map)
{
    return map ? map->object.class : NULL;
}

/* Only the descriptor knows a device's address: a mapper translates for a device, and the tables for the CPU. */
static __attribute__((noinline)) uint64_t device_segment(IOMemoryMapRef map, uint64_t offset, uint64_t *address)
{
    uint64_t left = map->length - offset, size;

    *address = IOMemoryDescriptorGetPhysicalSegment(map->memory, map->offset + offset, &size, 0);
    return size < left ? size : left;
}

static inline uint64_t segment(IOMemoryMapRef map, uint64_t offset, bool for_device, uint64_t *pa)
{
    if (!map_is_mapped(map) || !map->memory || offset >= map->length)
        return 0;
    if (for_device && !(map->memory->flags & kIOMemoryMapperNone))
        return device_segment(map, offset, pa);
    return mmu_segment(map_tables(map), map->address + offset, map->length - offset, pa);
}

static __attribute__((noinline)) IOPhysicalAddress segment_locked(IOMemoryMapRef map, uint64_t offset,
                                                                  IOByteCount *length, IOOptionBits options)
{
    bool for_device = !(options & kIOMemoryMapperNone) && IOMapperGetSystemMapper();
    uint64_t pa = 0, size = 0;
    uintptr_t entered;

    if (map) {
        entered = lock_enter(&gIOMemoryLock);
        size = segment(map, offset, for_device, &pa);
        lock_leave(&gIOMemoryLock, entered);
    }
    if (length)
        *length = size;
    return size ? pa : 0;
}

/*
 * The usual case needs no lock but that of the tables. A run that was found counts if the map is there still: nobody
 * else gets the address before the map has said that it goes, and who then uses it does so after that.
 */
IOPhysicalAddress IOMemoryMapGetPhysicalSegment(IOMemoryMapRef map, IOByteCount offset, IOByteCount *length,
                                                IOOptionBits options)
{
    struct mmu_space *space = map ? map_space_now(map) : NULL;
    uint64_t pa, size;

    if (space && offset < map->length && (options & kIOMemoryMapperNone || !mapper_system_matters())) {
        size = mmu_segment(space, map->address + offset, map->length - offset, &pa);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (size && map_space_now(map)) {
            if (length)
                *length = size;
            return pa;
        }
    }
    return segment_locked(map, offset, length, options);
}

IOPhysicalAddress IOMemoryMapGetPhysicalAddress(IOMemoryMapRef map)
{
    return IOMemoryMapGetPhysicalSegment(map, 0, NULL, 0);
}

static bool owns_its_pages(IOMemoryMapRef map)
{
    return map->memory && map->address && map->space && !map->super_map && !(map->options & kIOMapStatic);
}

static IOReturn unmap(IOMemoryMapRef map)
{
    IOReturn result = kIOReturnSuccess;

    map_goes(map);
    if (map->wires)
        map_unwire_all(map);
    if (map->over.task && !map->left)
        map_over_stay(map);
    if (map->blocked)
        map_unblock_for_good(map);
    if (owns_its_pages(map))
        result = map_leave(map);
    map->space = NULL;
    map->address = 0;
    return result;
}

IOReturn IOMemoryMapUnmap(IOMemoryMapRef map)
{
    IOReturn result;

    if (!map)
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = unmap(map);
    lock_release(&gIOMemoryLock);
    return result;
}

void IOMemoryMapTaskDied(IOMemoryMapRef map)
{
    if (!map)
        return;
    lock_acquire(&gIOMemoryLock);
    if (map->user_client_unmap)
        IOMemoryMapUnmap(map);
    map_goes(map);
    map_unwire_all(map);
    map_unblock_for_good(map);
    if (map->space)
        map_abandon(map);
    address_space_remove_map(map->task, map);
    map->space = NULL;
    map->task = NULL;
    map->address = 0;
    lock_release(&gIOMemoryLock);
}

IOReturn IOMemoryMapUserClientUnmap(IOMemoryMapRef map)
{
    if (!map)
        return kIOReturnBadArgument;
    map->user_client_unmap = true;
    return kIOReturnSuccess;
}

static void free_map(IOMemoryMapRef map)
{
    unmap(map);
    address_space_remove_map(map->task, map);
    if (map->memory) {
        descriptor_forget_map(map->memory, map);
        object_release(&map->memory->object);
    }
    if (map->super_map)
        OSObjectRelease(&map->super_map->object);
    map_over_free(map);
}

void IOMemoryMapTaggedRelease(IOMemoryMapRef map, const void *tag)
{
    uintptr_t entered;

    if (!map)
        return;
    entered = lock_enter(&gIOMemoryLock); /* nobody may find the map in its descriptor's list while it goes */
    if (object_drop(&map->object, object_step(tag), LAST_REFERENCES))
        free_map(map);
    lock_leave(&gIOMemoryLock, entered);
}

static void free_object(OSObjectRef object)
{
    lock_acquire(&gIOMemoryLock);
    free_map((IOMemoryMapRef)object);
    lock_release(&gIOMemoryLock);
}

void IOMemoryMapFree(IOMemoryMapRef map)
{
    if (map)
        free_object(&map->object);
}

kern_return_t IOMemoryMapCopyState(IOMemoryMapRef map, IOMemoryMapPrivateState *state)
{
    if (!map || !state)
        return kIOReturnBadArgument;
    *state = (IOMemoryMapPrivateState){
        .length = map->length,
        .offset = map->offset,
        .options = map->options,
        .address = IOMemoryMapGetAddress(map),
    };
    return kIOReturnSuccess;
}

kern_return_t IOMemoryMapDispatch(IOMemoryMapRef map, uint64_t selector, const void *in, size_t inSize, void *out,
                                  size_t outSize)
{
    (void)in;
    (void)inSize;
    if (!map)
        return kIOReturnBadArgument;
    if (selector != SELECTOR_COPY_STATE)
        return kIOReturnUnsupported;
    if (!out)
        return kIOReturnBadArgument;
    if (outSize < sizeof(IOMemoryMapPrivateState))
        return kIOReturnUnderrun;
    return IOMemoryMapCopyState(map, out);
}
