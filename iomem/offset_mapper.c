/* The mapper of a bus whose addresses are the CPU's plus a constant. */
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/mapper.h"

uint64_t mapper_to_device(IOMapperRef mapper, uint64_t pa, uint64_t *size)
{
    uint64_t into = pa - mapper->start;

    if (into >= mapper->size)
        *size = 0;
    else if (*size > mapper->size - into)
        *size = mapper->size - into;
    return *size ? pa + mapper->offset : 0;
}

static uint64_t to_physical(IOMapperRef mapper, uint64_t mapped)
{
    uint64_t pa = mapped - mapper->offset;

    return pa - mapper->start < mapper->size ? pa : 0;
}

static IOReturn map_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t descriptorOffset, uint64_t length,
                           uint32_t mapOptions, const IODMAMapSpecification *specification, IODMACommandRef command,
                           const IODMAMapPageList *pageList, uint64_t *mapAddress, uint64_t *mapLength)
{
    uint64_t size = 0, pa = IOMemoryDescriptorGetPhysicalSegment(memory, descriptorOffset, &size, kIOMemoryMapperNone);

    (void)mapOptions;
    (void)specification;
    (void)command;
    (void)pageList;
    *mapAddress = mapper_to_device(mapper, pa, &size);
    if (size == 0 || size < length)
        return kIOReturnNoResources;
    *mapLength = length;
    return kIOReturnSuccess;
}

static IOReturn unmap_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command,
                             uint64_t mapAddress, uint64_t mapLength)
{
    (void)mapper;
    (void)memory;
    (void)command;
    (void)mapAddress;
    (void)mapLength;
    return kIOReturnSuccess;
}

static const IOMapperClass offset_class = {
    .iovmMapMemory = map_memory,
    .iovmUnmapMemory = unmap_memory,
    .mapToPhysicalAddress = to_physical,
};

IOMapperRef IOMapperCreateWithOffset(uint64_t offset, IOPhysicalAddress start, IOPhysicalLength size)
{
    IOMapperRef mapper = size ? IOMapperCreateWithClass(&offset_class, NULL) : NULL;

    if (mapper) {
        mapper->offset = offset;
        mapper->start = start;
        mapper->size = size;
    }
    return mapper;
}
