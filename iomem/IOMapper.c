#include "iomem/IOMapper.h"

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/mapper.h"
#include "iomem/object.h"
#include "iomem/port.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define PAGE_SHIFT 12

static uint32_t instances, services;

static IOMapperRef started; /* in the order of their starts; not retained */

static void free_mapper(OSObjectRef object)
{
    lock_acquire(&gIOMemoryLock);
    for (IOMapperRef *link = &started; *link; link = &(*link)->next)
        if (*link == (IOMapperRef)object) {
            *link = (*link)->next;
            break;
        }
    lock_release(&gIOMemoryLock);
    object_free(object);
}

/* Of IOKit's services only the mapper is there. */
const struct OSMetaClass IOService_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOService",
    .super = &OSObject_class,
    .size = sizeof(struct OSObject),
    .abstract = true,
    .instances = &services,
    .free = object_free,
};

const struct OSMetaClass IOMapper_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IOMapper",
    .super = &IOService_class,
    .size = sizeof(struct IOMapper),
    .abstract = true, /* IOMapperCreateWithClass knows what it is to do */
    .instances = &instances,
    .free = free_mapper,
};

struct system_mapper mapper_system;

IOMapperRef IOMapperCreateWithClass(const IOMapperClass *mapperClass, void *context)
{
    IOMapperRef mapper = mapperClass ? (IOMapperRef)object_alloc(&IOMapper_class) : NULL;

    if (mapper) {
        mapper->methods = mapperClass;
        mapper->context = context;
    }
    return mapper;
}

void *IOMapperGetContext(IOMapperRef mapper)
{
    return mapper ? mapper->context : NULL;
}

uint64_t IOMapperGetPageSize(IOMapperRef mapper)
{
    return mapper ? mapper->page_size : 0;
}

static void set_system(IOMapperRef mapper, bool wait)
{
    IOMapperRef old;

    OSObjectRetain((OSObjectRef)mapper);
    lock_acquire(&gIOMemoryLock);
    old = mapper_system.mapper;
    mapper_system = (struct system_mapper){mapper, wait};
    lock_release(&gIOMemoryLock);
    OSObjectRelease((OSObjectRef)old);
}

static void add_started(IOMapperRef mapper, void *provider)
{
    IOMapperRef *link = &started;

    mapper->provider = provider;
    lock_acquire(&gIOMemoryLock);
    while (*link)
        link = &(*link)->next;
    *link = mapper;
    lock_release(&gIOMemoryLock);
}

bool IOMapperStart(IOMapperRef mapper, void *provider, bool isSystem)
{
    if (!mapper || mapper->page_size)
        return false;
    if (mapper->methods->initHardware && !mapper->methods->initHardware(mapper, provider))
        return false;
    mapper->page_size = mapper->methods->getPageSize ? mapper->methods->getPageSize(mapper) : PAGE;
    add_started(mapper, provider);
    if (isSystem)
        set_system(mapper, false);
    return true;
}

IOMapperRef IOMapperCopyMapperForDeviceWithIndex(void *device, unsigned index)
{
    IOMapperRef mapper;

    lock_acquire(&gIOMemoryLock);
    for (mapper = device ? started : NULL; mapper; mapper = mapper->next)
        if (mapper->provider == device && index-- == 0)
            break;
    OSObjectRetain((OSObjectRef)mapper);
    lock_release(&gIOMemoryLock);
    return mapper;
}

IOMapperRef IOMapperCopyMapperForDevice(void *device)
{
    return IOMapperCopyMapperForDeviceWithIndex(device, 0);
}

void IOMapperSetMapperRequired(bool hasMapper)
{
    if (!hasMapper)
        set_system(NULL, false);
    else if (!mapper_system.mapper)
        mapper_system.awaited = true;
}

IOMapperRef IOMapperGetSystemMapper(void)
{
    if (mapper_system.awaited) {
        mapper_system.awaited = false;
        port_log("IOMapper: the system mapper that was announced has not started: there is none");
    }
    return mapper_system.mapper;
}

bool mapper_to_physical(IOMapperRef mapper, uint64_t *address)
{
    if (mapper)
        *address = mapper->methods->mapToPhysicalAddress ? mapper->methods->mapToPhysicalAddress(mapper, *address) : 0;
    return !mapper || *address != 0;
}

/* Virtual memory that is mapped whole: its prepares and its creation have a say in that. NULL: it is not. */
static const struct IOGeneralMemoryDescriptor *whole(IOMemoryDescriptorRef md, uint64_t offset, uint64_t length)
{
    bool virtual = md && descriptor_methods(md)->collect && (md->flags & kIOMemoryTypeMask) == kIOMemoryTypeVirtual;

    return virtual && offset == 0 && length == md->length ? (struct IOGeneralMemoryDescriptor *)md : NULL;
}

static uint32_t access_of(IOMemoryDescriptorRef md)
{
    bool read_only = md && md->flags & kIOMemoryPreparedReadOnly;

    return kIODMAMapReadAccess | (read_only ? 0 : kIODMAMapWriteAccess);
}

/* The narrower, and the more aligned. NULL: nothing is asked for. */
static const IODMAMapSpecification *fold(const IODMAMapSpecification *specification,
                                         const struct IOGeneralMemoryDescriptor *md, IODMAMapSpecification *both)
{
    if (!md || (!md->dma_bits && !md->dma_alignment))
        return specification;
    *both = specification ? *specification : (IODMAMapSpecification){0};
    if (md->dma_bits && (!both->numAddressBits || both->numAddressBits > md->dma_bits))
        both->numAddressBits = md->dma_bits;
    if (both->alignment < md->dma_alignment)
        both->alignment = md->dma_alignment;
    return both;
}

IOReturn mapper_map(IOMapperRef mapper, IOMemoryDescriptorRef md, const IODMAMapSpecification *specification,
                    IODMACommandRef command, uint64_t offset, uint64_t *address, uint64_t *length)
{
    const struct IOGeneralMemoryDescriptor *all = whole(md, offset, *length);
    uint32_t access = all && all->dma_access ? all->dma_access : access_of(md);
    uint64_t size = *length;
    IODMAMapSpecification both;
    IOReturn result = kIOReturnUnsupported;

    specification = fold(specification, all, &both);
    *address = *length = 0;
    if (mapper->methods->iovmMapMemory)
        result = mapper->methods->iovmMapMemory(mapper, md, offset, size, access, specification, command, NULL, address,
                                                length);
    if (result != kIOReturnSuccess)
        *address = *length = 0;
    return result;
}

IOReturn mapper_unmap(IOMapperRef mapper, IOMemoryDescriptorRef md, IODMACommandRef command, uint64_t address,
                      uint64_t length)
{
    if (!mapper->methods->iovmUnmapMemory)
        return kIOReturnUnsupported;
    return mapper->methods->iovmUnmapMemory(mapper, md, command, address, length);
}

ppnum_t IOMapperIOVMAlloc(unsigned pages)
{
    IOMapperRef mapper = IOMapperGetSystemMapper();
    uint64_t address, length = pages * PAGE;

    if (!mapper || pages == 0 || mapper_map(mapper, NULL, NULL, NULL, 0, &address, &length) != kIOReturnSuccess)
        return 0;
    if (address >= PAGE && address >> PAGE_SHIFT <= UINT32_MAX)
        return (ppnum_t)(address >> PAGE_SHIFT);
    mapper_unmap(mapper, NULL, NULL, address, length);
    return 0;
}

void IOMapperIOVMFree(ppnum_t address, unsigned pages)
{
    if (mapper_system.mapper && pages)
        mapper_unmap(mapper_system.mapper, NULL, NULL, address * PAGE, pages * PAGE);
}

ppnum_t IOMapperInsertPage(ppnum_t address, unsigned offset, ppnum_t page)
{
    IOMapperRef mapper = IOMapperGetSystemMapper();

    if (!mapper)
        return page;
    if (address == 0)
        port_panic("IOMapperInsertPage: address 0 is no allocation");
    if (mapper->methods->iovmInsert)
        mapper->methods->iovmInsert(mapper, kIODMAMapReadAccess | kIODMAMapWriteAccess, address * PAGE, offset * PAGE,
                                    page * PAGE, PAGE);
    return address + offset;
}
