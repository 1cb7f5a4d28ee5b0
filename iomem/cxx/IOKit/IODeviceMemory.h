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
    static IODeviceMemory *withRange(IOPhysicalAddress start, IOPhysicalLength length)
    {
        return static_cast<IODeviceMemory *>(IODeviceMemoryCreateWithRange(start, length));
    }
    static IODeviceMemory *withSubRange(IOMemoryDescriptor *of, IOPhysicalAddress offset, IOPhysicalLength length)
    {
        return static_cast<IODeviceMemory *>(IODeviceMemoryCreateWithSubRange(of, offset, length));
    }
};

#endif
