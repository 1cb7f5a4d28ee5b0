/*
 * Several descriptors as one run of bytes. A map shows them one after the other at contiguous addresses, so they have
 * to join on page boundaries; guard page descriptors among them become fences. prepare and complete reach all of
 * them; a prepare that fails completes those that it had prepared. Maps of it cannot be redirected
 * (kIOReturnUnsupported). Every IOMemoryDescriptor call works through a cast.
 */
#ifndef IOMEM_IOMULTIMEMORYDESCRIPTOR_H
#define IOMEM_IOMULTIMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Retains each descriptor; the array is copied unless asReference, when the caller keeps it alive and unchanged. The
 * length is the sum of theirs now; the tag is the first of theirs that is not 0. NULL: no descriptors, a NULL among
 * them, lengths that overflow, no memory, or some pageable buffers and some other memory (guard pages and parts,
 * IOSubMemoryDescriptor, go with both: IOKit refuses those with pageable buffers).
 */
IOMultiMemoryDescriptorRef IOMultiMemoryDescriptorCreateWithDescriptors(IOMemoryDescriptorRef *descriptors,
                                                                        UInt32 count, IODirection direction,
                                                                        bool asReference);

/* For an object of OSMetaClassAllocClassWithName, and again for others; false leaves it to be released. */
bool IOMultiMemoryDescriptorInitWithDescriptors(IOMultiMemoryDescriptorRef multi, IOMemoryDescriptorRef *descriptors,
                                                UInt32 count, IODirection direction, bool asReference);

#ifdef __cplusplus
}
#endif

#endif
