/* DriverKit's CreateMapping: its option bits in this interface's words. */
#include "iomem/IOMemoryMap.h"
#include "iomem/descriptor.h"

enum {
    FIXED_ADDRESS = 0x1,
    READ_ONLY = 0x2,
    GUARD_MASK = 0x1c,
    GUARD_NONE = 0x4,
    GUARD_LARGE = 0xc,
    CACHE_MASK = 0xff00,
    CACHE_DEFAULT = 0,
    CACHE_INHIBIT = 0x100,
    CACHE_COPYBACK = 0x200,
    CACHE_WRITE_THRU = 0x400,
    CACHE_REAL_TIME = 0x800
};

/* Not the codes of map options, though they look like them. False: no such mode. */
static bool add_cache_mode(uint64_t options, IOOptionBits *to)
{
    switch (options & CACHE_MASK) {
    case CACHE_DEFAULT:
        return true;
    case CACHE_INHIBIT:
        *to |= kIOMapInhibitCache;
        return true;
    case CACHE_COPYBACK:
        *to |= kIOMapCopybackCache;
        return true;
    case CACHE_WRITE_THRU:
        *to |= kIOMapWriteThruCache;
        return true;
    case CACHE_REAL_TIME:
        *to |= kIOMapRealTimeCache;
        return true;
    default:
        return false;
    }
}

static IOOptionBits placement(uint64_t options)
{
    if (options & FIXED_ADDRESS)
        return 0;
    switch (options & GUARD_MASK) {
    case GUARD_NONE:
        return kIOMapAnywhere;
    case GUARD_LARGE:
        return kIOMapAnywhere | kIOMapGuardedLarge;
    default:
        return kIOMapAnywhere | kIOMapGuardedSmall;
    }
}

/* The task that a buffer was made in may write what devices only read. */
static bool is_owner(IOMemoryDescriptorRef md, task_t task)
{
    IOGeneralMemoryDescriptorRef general =
        (IOGeneralMemoryDescriptorRef)OSDynamicCastTo(&IOGeneralMemoryDescriptor_class, (OSObjectRef)md);

    return general && general->owns_pages && general->task == task;
}

kern_return_t IOMemoryDescriptorCreateMappingDK(IOMemoryDescriptorRef md, task_t current, uint64_t options,
                                                uint64_t address, uint64_t offset, uint64_t length, uint64_t alignment,
                                                IOMemoryMapRef *map)
{
    IOOptionBits wanted = placement(options);
    bool out_only = md && (md->flags & kIODirectionInOut) == kIODirectionOut;

    (void)alignment;
    if (map)
        *map = NULL;
    if (!md || !map || !add_cache_mode(options, &wanted))
        return kIOReturnBadArgument;
    if (options & READ_ONLY || (out_only && !is_owner(md, current)))
        wanted |= kIOMapReadOnly;
    *map = IOMemoryDescriptorCreateMappingInTask(md, current, options & FIXED_ADDRESS ? address : 0, wanted, offset,
                                                 length);
    return *map ? kIOReturnSuccess : kIOReturnError;
}
