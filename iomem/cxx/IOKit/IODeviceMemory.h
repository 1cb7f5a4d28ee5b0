/* iomem/IODeviceMemory.h documents each call. What withRange gives is a general descriptor, so a cast to this is NULL.
 */
#ifndef IOKIT_IODEVICEMEMORY_H
#define IOKIT_IODEVICEMEMORY_H

#include "iomem/IODeviceMemory.h"
#include "iomem/cxx/IOKit/IOMemoryDescriptor.h"

struct IODeviceMemory : IOMemoryDescriptor {
    typedef IODeviceMemoryInitElement InitElement;

    /* IOKit makes an OSArray of them: here it is the caller's. */
    static IOItemCount arrayFromList(const InitElement *list, IOItemCount count, IOMemoryDescriptor **out)
    {
        return IODeviceMemoryCreateArrayFromList(list, count, out);
    }
    static IOMemoryDescriptor *withRange(IOPhysicalAddress start, IOPhysicalLength length)
    {
        return IODeviceMemoryCreateWithRange(start, length);
    }
    static IOMemoryDescriptor *withSubRange(IOMemoryDescriptor *of, IOPhysicalAddress offset, IOPhysicalLength length)
    {
        return IODeviceMemoryCreateWithSubRange(of, offset, length);
    }
};

#endif
