/* dmaMap and dmaUnmap: a part of a descriptor in the device addresses of whichever mapper. */
#include "iomem/IOMapper.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/mapper.h"

static IOReturn check(IOMemoryDescriptorRef md, uint64_t offset, uint64_t length)
{
    uint64_t size = IOMemoryDescriptorGetLength(md);

    if (IOMemoryDescriptorGetFlags(md) & kIOMemoryRemote)
        return kIOReturnNotAttached;
    return offset > size || length > size - offset ? kIOReturnBadArgument : kIOReturnSuccess;
}

IOReturn IOMemoryDescriptorDMAMap(IOMemoryDescriptorRef md, IOMapperRef mapper, IODMACommandRef command,
                                  const IODMAMapSpecification *spec, uint64_t offset, uint64_t length,
                                  uint64_t *mapAddress, uint64_t *mapLength)
{
    IOReturn result;

    if (!md || !mapper || !mapAddress || !mapLength)
        return kIOReturnBadArgument;
    *mapAddress = *mapLength = 0;
    if (IOMemoryDescriptorGetFlags(md) & kIOMemoryHostOnly)
        return kIOReturnSuccess;
    result = check(md, offset, length);
    if (result != kIOReturnSuccess)
        return result;
    *mapLength = length;
    return mapper_map(mapper, md, spec, command, offset, mapAddress, mapLength);
}

IOReturn IOMemoryDescriptorDMAUnmap(IOMemoryDescriptorRef md, IOMapperRef mapper, IODMACommandRef command,
                                    uint64_t offset, uint64_t mapAddress, uint64_t mapLength)
{
    (void)offset;
    if (!md || !mapper)
        return kIOReturnBadArgument;
    return mapLength ? mapper_unmap(mapper, md, command, mapAddress, mapLength) : kIOReturnSuccess;
}
