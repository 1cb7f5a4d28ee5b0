/*
 * What IOKit's DMA commands hand to drivers. This release has these types only, for code that is shared with such
 * drivers: no DMA commands, so that every IODMACommandRef is NULL.
 */
#ifndef IOMEM_IODMACOMMAND_H
#define IOMEM_IODMACOMMAND_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A piece of memory as a device with 32-bit addresses sees it. */
typedef struct {
    UInt32 fIOVMAddr, fLength; /* the device's address of it; bytes */
} IODMACommandSegment32;

/* The same for 64-bit addresses. */
typedef struct {
    UInt64 fIOVMAddr, fLength; /* the device's address of it; bytes */
} IODMACommandSegment64;

#ifdef __cplusplus
}
#endif

#endif
