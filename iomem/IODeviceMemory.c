#include "iomem/IODeviceMemory.h"

#include "iomem/IOSubMemoryDescriptor.h"
#include "iomem/descriptor.h"

static uint32_t instances;

/* A name to cast to: IOKit's factories make general descriptors, and so do these. */
const struct OSMetaClass IODeviceMemory_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "IODeviceMemory",
    .super = &IOMemoryDescriptor_class,
    .size = sizeof(struct IOMemoryDescriptor),
    .abstract = true,
    .instances = &instances,
    .free = descriptor_free,
};

IOMemoryDescriptorRef IODeviceMemoryCreateWithRange(IOPhysicalAddress start, IOPhysicalLength length)
{
    return IOMemoryDescriptorCreateWithAddressRange(start, length, kIODirectionNone | kIOMemoryMapperNone, NULL);
}

IOMemoryDescriptorRef IODeviceMemoryCreateWithSubRange(IOMemoryDescriptorRef of, IOPhysicalAddress offset,
                                                       IOPhysicalLength length)
{
    return IOMemoryDescriptorCreateWithSubRange(of, offset, length, kIODirectionNone);
}

IOItemCount IODeviceMemoryCreateArrayFromList(const IODeviceMemoryInitElement *list, IOItemCount count,
                                              IOMemoryDescriptorRef *out)
{
    IOItemCount made;

    if (!list || !out)
        return 0;
    for (made = 0; made < count; made++) {
        out[made] = IODeviceMemoryCreateWithRange(list[made].start, list[made].length);
        if (!out[made])
            break;
        IOMemoryDescriptorSetTag(out[made], list[made].tag);
    }
    if (made == count)
        return count;
    while (made-- > 0) {
        OSObjectRelease((OSObjectRef)out[made]);
        out[made] = NULL;
    }
    return 0;
}
