/*
 * Pages that nobody may touch: a fence between the buffers of an IOMultiMemoryDescriptor. Its maps are addresses
 * with nothing behind them, where every access faults. It has no segments and no bytes to copy; prepare and complete
 * succeed, and count. Direction InOut.
 */
#ifndef IOMEM_IOGUARDPAGEMEMORYDESCRIPTOR_H
#define IOMEM_IOGUARDPAGEMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* size bytes, rounded up to pages. NULL: size 0, more than there are addresses, or no memory. */
IOGuardPageMemoryDescriptorRef IOGuardPageMemoryDescriptorCreateWithSize(vm_size_t size);

#ifdef __cplusplus
}
#endif

#endif
