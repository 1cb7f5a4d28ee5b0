/*
 * A part of another descriptor. Its maps are the parent's: IOMemoryMapGetMemoryDescriptor gives the parent, with the
 * offset in it, and a map of the same part made through either is shared. prepare and complete are the parent's
 * too, for all of it. Lengths and copies are bounded by the part; every IOMemoryDescriptor call works through a cast.
 */
#ifndef IOMEM_IOSUBMEMORYDESCRIPTOR_H
#define IOMEM_IOSUBMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * [offset, offset + length) of `of`, in bytes, which is retained; the tag is of's. options: a direction. The length
 * stays what it is here, whatever a buffer's becomes. NULL: of NULL, past its end, or no memory.
 */
IOSubMemoryDescriptorRef IOSubMemoryDescriptorCreateWithSubRange(IOMemoryDescriptorRef of, IOByteCount offset,
                                                                 IOByteCount length, IOOptionBits options);

/* For an object of OSMetaClassAllocClassWithName, and again for another part; false changes nothing. */
bool IOSubMemoryDescriptorInitSubRange(IOSubMemoryDescriptorRef sub, IOMemoryDescriptorRef parent, IOByteCount offset,
                                       IOByteCount length, IODirection direction);

#ifdef __cplusplus
}
#endif

#endif
