/*
 * Parts of other descriptors one after the other, filled in one by one: segments, copies and cache maintenance, but no
 * maps. Offsets and lengths are in bytes.
 */
#ifndef IOMEM_IOINTERLEAVEDMEMORYDESCRIPTOR_H
#define IOMEM_IOINTERLEAVEDMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for `capacity` parts. NULL: capacity 0, or no memory. */
IOInterleavedMemoryDescriptorRef IOInterleavedMemoryDescriptorCreateWithCapacity(IOByteCount capacity,
                                                                                 IODirection direction);

/*
 * One more part, [offset, offset + length) of md, which is retained. false, nothing changed: prepared, full, or not
 * inside md.
 */
bool IOInterleavedMemoryDescriptorSetMemoryDescriptor(IOInterleavedMemoryDescriptorRef interleaved,
                                                      IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount length);

/* Completed if it was prepared, and empty again, with tag 0 and, unless it is None, a new direction. */
void IOInterleavedMemoryDescriptorClearMemoryDescriptors(IOInterleavedMemoryDescriptorRef interleaved,
                                                         IODirection direction);

#ifdef __cplusplus
}
#endif

#endif
