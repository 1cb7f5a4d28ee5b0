/*
 * Memory of devices, described by the CPU's physical addresses; direction None. Its maps are
 * Inhibit (Device-nGnRnE) unless the map asks for another mode.
 */
#ifndef IOMEM_IODEVICEMEMORY_H
#define IOMEM_IODEVICEMEMORY_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A device's registers, and the tag that their descriptor gets. */
typedef struct {
    IOPhysicalAddress start; /* in bytes */
    IOPhysicalLength length; /* in bytes */
    IOOptionBits tag;        /* IOMemoryDescriptorGetTag's */
} IODeviceMemoryInitElement;

/* NULL without memory or when the range wraps. The object is an IOGeneralMemoryDescriptor, as in IOKit. */
IOMemoryDescriptorRef IODeviceMemoryCreateWithRange(IOPhysicalAddress start, IOPhysicalLength length);

/* [offset, offset + length) of another one: an IOSubMemoryDescriptor of direction None. NULL past its end. */
IOMemoryDescriptorRef IODeviceMemoryCreateWithSubRange(IOMemoryDescriptorRef of, IOPhysicalAddress offset,
                                                       IOPhysicalLength length);

/* Fills out[count] with tagged descriptors, the caller's to release. Returns count, or 0 with nothing kept. */
IOItemCount IODeviceMemoryCreateArrayFromList(const IODeviceMemoryInitElement *list, IOItemCount count,
                                              IOMemoryDescriptorRef *out);

#ifdef __cplusplus
}
#endif

#endif
