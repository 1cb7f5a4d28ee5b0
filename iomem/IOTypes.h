/*
 * IOKit's scalar types, references and option values. Numbers are IOKit's own; addresses and
 * lengths are 64 bits on every machine, in bytes.
 *
 * Names follow CoreFoundation: a function with Create or Copy in its name hands the caller a
 * reference to release; what a Get function returns is borrowed. Every ...Ref points to an object
 * that starts with an OSObject, so a cast to OSObjectRef, or to a superclass's Ref, is valid.
 * A NULL receiver is answered with 0, NULL, false or kIOReturnBadArgument.
 */
#ifndef IOMEM_IOTYPES_H
#define IOMEM_IOTYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iomem/IOReturn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fixed widths, as IOKit spells them. */
typedef uint8_t UInt8;
typedef uint16_t UInt16;
typedef uint32_t UInt32;
typedef uint64_t UInt64;

/* Option words, counts and modes: 32 bits on every board. */
typedef uint32_t IOOptionBits;
typedef uint32_t IOItemCount;
typedef uint32_t IOCacheMode;
typedef uint32_t IOVersion;
typedef IOOptionBits IODirection;

/* Addresses and lengths in bytes: 64 bits on every board, so that physical memory above 4 GiB can be named. */
typedef uint64_t IOByteCount;
typedef uint64_t IOPhysicalAddress;
typedef uint64_t IOPhysicalLength;
typedef uint64_t IOVirtualAddress;
typedef uint64_t addr64_t;
typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_size_t;
typedef uint64_t vm_size_t;
typedef uint64_t vm_offset_t;
typedef uint32_t IOPhysicalAddress32;
typedef uint32_t IOPhysicalLength32;
typedef uint32_t ppnum_t;         /* a page number, not an address */
typedef unsigned int IOAlignment; /* an exponent of two */

/* The bytes [address, address + length). */
typedef struct {
    uint64_t address, length; /* in bytes */
} IOAddressRange;
typedef IOAddressRange IOVirtualRange;
/* The same of physical memory. */
typedef struct {
    uint64_t address, length; /* in bytes */
} IOPhysicalRange;

/* References to objects. A subclass's converts to its superclass's by a cast. */
typedef struct OSObject *OSObjectRef;
typedef const struct OSMetaClass *OSMetaClassRef;
typedef struct IOAddressSpace *task_t;
typedef struct IOMemoryDescriptor *IOMemoryDescriptorRef;
typedef struct IOGeneralMemoryDescriptor *IOGeneralMemoryDescriptorRef;
typedef struct IOBufferMemoryDescriptor *IOBufferMemoryDescriptorRef;
typedef struct IOSubMemoryDescriptor *IOSubMemoryDescriptorRef;
typedef struct IOMultiMemoryDescriptor *IOMultiMemoryDescriptorRef;
typedef struct IOGuardPageMemoryDescriptor *IOGuardPageMemoryDescriptorRef;
typedef struct IOInterleavedMemoryDescriptor *IOInterleavedMemoryDescriptorRef;
typedef struct IOMemoryMap *IOMemoryMapRef;
typedef struct IOMapper *IOMapperRef;
typedef struct IODMACommand *IODMACommandRef; /* NULL everywhere so far: this release has no DMA commands */

/* Directions are the device's: In fills memory, Out reads it. */
enum {
    kIODirectionNone = 0,
    kIODirectionIn = 1,
    kIODirectionOut = 2,
    kIODirectionOutIn = 3,
    kIODirectionInOut = 3,
    kIODirectionPrepareToPhys32 = 0x4,
    kIODirectionPrepareNoFault = 0x8,
    kIODirectionPrepareReserved1 = 0x10,
    kIODirectionPrepareNoZeroFill = 0x10,
    kIODirectionPrepareNonCoherent = 0x20,
    kIODirectionCompleteWithError = 0x40,
    kIODirectionCompleteWithDataValid = 0x80,
    kIODirectionPrepareAvoidThrottling = 0x100
};

/* Cache modes. Default keeps what the memory has: write-back for RAM, Inhibit for all else. */
enum {
    kIODefaultCache = 0,
    kIOInhibitCache = 1,
    kIOWriteThruCache = 2,
    kIOCopybackCache = 3,
    kIOWriteCombineCache = 4,
    kIOCopybackInnerCache = 5,
    kIOPostedWrite = 6,
    kIORealTimeCache = 7,
    kIOPostedReordered = 8,
    kIOPostedCombinedReordered = 9
};

/* Mapping options. The two guard bits together mean small. */
enum {
    kIOMapAnywhere = 0x1,
    kIOMapCacheMask = 0xF00,
    kIOMapCacheShift = 8,
    kIOMapDefaultCache = kIODefaultCache << 8,
    kIOMapInhibitCache = kIOInhibitCache << 8,
    kIOMapWriteThruCache = kIOWriteThruCache << 8,
    kIOMapCopybackCache = kIOCopybackCache << 8,
    kIOMapWriteCombineCache = kIOWriteCombineCache << 8,
    kIOMapCopybackInnerCache = kIOCopybackInnerCache << 8,
    kIOMapPostedWrite = kIOPostedWrite << 8,
    kIOMapRealTimeCache = kIORealTimeCache << 8,
    kIOMapPostedReordered = kIOPostedReordered << 8,
    kIOMapPostedCombinedReordered = kIOPostedCombinedReordered << 8,
    kIOMapUserOptionsMask = 0xFFF,
    kIOMapReadOnly = 0x1000,
    kIOMapStatic = 0x01000000,
    kIOMapReference = 0x02000000,
    kIOMapUnique = 0x04000000,
    kIOMap64Bit = 0x08000000, /* set by the calls themselves, never kept */
    kIOMapPrefault = 0x10000000,
    kIOMapOverwrite = 0x20000000
};
/* Pages of no access on both sides of the map. */
#define kIOMapGuardedMask  0xC0000000u
#define kIOMapGuardedSmall 0x40000000u /* one page each side */
#define kIOMapGuardedLarge 0x80000000u /* 64 KiB each side */

#ifdef __cplusplus
}
#endif

#endif
