/*
 * A description of memory: ranges of physical addresses, or of a task's virtual addresses, as one
 * run of bytes with a length. It can be mapped, read segment by segment, pinned for a device, and
 * copied from and to. Offsets and lengths are in bytes.
 *
 * Physical descriptors are always prepared. Virtual ones are when prepare says so: only then do
 * they have physical segments. prepare and complete on one descriptor are not to run at the same
 * time on two cores.
 */
#ifndef IOMEM_IOMEMORYDESCRIPTOR_H
#define IOMEM_IOMEMORYDESCRIPTOR_H

#include "iomem/IOAddressSpace.h"
#include "iomem/IOTypes.h"
#include "iomem/OSObject.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Options and flags of a descriptor. */
enum {
    kIOMemoryDirectionMask = 0x7,
    kIOMemoryAutoPrepare = 0x8, /* prepared at creation, completed at the end */
    kIOMemoryTypeVirtual = 0x10,
    kIOMemoryTypeVirtual64 = 0x10,
    kIOMemoryTypePhysical = 0x20,
    kIOMemoryTypePhysical64 = 0x20,
    kIOMemoryTypeUPL = 0x30,          /* refused */
    kIOMemoryTypePersistentMD = 0x40, /* refused */
    kIOMemoryTypeUIO = 0x50,          /* refused */
    kIOMemoryTypeMask = 0xF0,
    kIOMemoryAsReference = 0x100, /* the ranges array stays the caller's, who keeps it alive and unchanged */
    kIOMemoryBufferPageable = 0x400,
    kIOMemoryMapperNone = 0x800,      /* also a segment option: the CPU's physical addresses */
    kIOMemoryHostOnly = 0x1000,       /* never given to a device; implies MapperNone */
    _kIOMemorySourceSegment = 0x2000, /* a segment option only: IOMemoryDescriptorGetSourceSegment's */
    kIOMemoryRedirected = 0x4000,
    kIOMemoryPreparedReadOnly = 0x8000, /* an Out-only prepare is outstanding */
    kIOMemoryPersistent = 0x10000,      /* refused when a page is not mapped at creation */
    kIOMemoryMapCopyOnWrite = 0x20000,
    kIOMemoryRemote = 0x40000, /* addresses of another machine's: segments only, no map, no copy */
    kIOMemoryThreadSafe = 0x100000,
    kIOMemoryClearEncrypt = 0x200000, /* no meaning here */
    kIOMemoryBufferPurgeable = 0x400000,
    kIOMemoryUseReserve = 0x800000, /* no meaning here */
    kIOMemoryBufferCacheShift = 28, /* the memory's own cache mode, as far as three bits tell it */
    kIOMemoryBufferCacheMask = 0x70000000
};

/* performOperation */
enum {
    kIOMemoryIncoherentIOFlush = 1,
    kIOMemoryIncoherentIOStore = 2,
    kIOMemoryClearEncrypted = 50,
    kIOMemorySetEncrypted = 51
};

/* setMapperOptions */
enum { kIOMapperUncached = 1, kIOMapperTransient = 2 };

/* Purgeable states: one of the first four, and how volatile memory is to go. */
enum {
    kIOMemoryPurgeableKeepCurrent = 1,
    kIOMemoryPurgeableNonVolatile = 2,
    kIOMemoryPurgeableVolatile = 3,
    kIOMemoryPurgeableEmpty = 4,
    kIOMemoryPurgeableVolatileGroupShift = 8,
    kIOMemoryPurgeableVolatileGroupMask = 0x700,
    kIOMemoryPurgeableVolatileBehaviorLifo = 0x40,
    kIOMemoryPurgeableVolatileOrderingObsolete = 0x20,
    kIOMemoryPurgeableFaultOnAccess = 0x2000
};

enum {
    kIOPreparationIDUnprepared = 0,
    kIOPreparationIDUnsupported = 1,
    kIOPreparationIDAlwaysPrepared = 2,
    kIODescriptorIDInvalid = 0
};

/* Idempotent, and needed by nobody: kept for programs that call it. */
void IOMemoryDescriptorInitialize(void);

/*
 * Creating. NULL: no memory, no ranges, a range that wraps or leaves the task's space, a physical
 * range past 16 TiB (unless kIOMemoryRemote), or a type of memory this release lacks. That a
 * virtual address is mapped is asked for by CreateWithAddress, which prepares at once, and by
 * kIOMemoryPersistent; otherwise not before it is needed. Ranges are copied unless kIOMemoryAsReference.
 * A task makes the ranges virtual, a NULL task physical.
 * A virtual descriptor holds a task's pageable memory from its first prepare or its first map with pages of its own on
 * (not a kIOMapStatic one), with kIOMemoryPersistent from its creation, if all of it is such. Any other memory is the
 * caller's, who keeps it until the descriptor and its maps have gone.
 */
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddress(void *address, IOByteCount length, IODirection direction);
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithPhysicalAddress(IOPhysicalAddress address, IOByteCount length,
                                                                  IODirection direction);
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddressRange(mach_vm_address_t address, mach_vm_size_t length,
                                                               IOOptionBits options, task_t task);
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithAddressRanges(const IOAddressRange *ranges, UInt32 rangeCount,
                                                                IOOptionBits options, task_t task);
/*
 * buffers: count IOAddressRanges. The type is among the options. offset is ignored, and so is the task of physical
 * memory; mapper NULL is the system's.
 */
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithOptions(void *buffers, UInt32 count, UInt32 offset, task_t task,
                                                          IOOptionBits options, IOMapperRef mapper);
/*
 * What original describes now: itself, with one more reference, while the same physical pages lie behind its range,
 * otherwise a new descriptor of the same range, task and options. NULL: original is not a general descriptor
 * of one range made with kIOMemoryPersistent, or a page of it is not mapped any more.
 */
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(IOMemoryDescriptorRef original);

/* A part of another: what IOSubMemoryDescriptorCreateWithSubRange makes (IOSubMemoryDescriptor.h). */
IOMemoryDescriptorRef IOMemoryDescriptorCreateWithSubRange(IOMemoryDescriptorRef of, IOByteCount offset,
                                                           IOByteCount length, IODirection direction);
/*
 * DriverKit's spelling of it. kIOReturnBadArgument: of or memory NULL, past the end, or options other than direction
 * bits; kIOReturnNoMemory. *memory is NULL then.
 */
kern_return_t IOMemoryDescriptorCreateSubMemoryDescriptor(uint64_t options, uint64_t offset, uint64_t length,
                                                          IOMemoryDescriptorRef of, IOMemoryDescriptorRef *memory);

/*
 * DriverKit's of an IOMultiMemoryDescriptor. kIOReturnBadArgument: no array, count 0, a NULL in it, or options other
 * than direction bits; kIOReturnNoMemory for the rest. *memory is NULL then.
 */
kern_return_t IOMemoryDescriptorCreateWithMemoryDescriptors(uint64_t options, uint32_t count,
                                                            IOMemoryDescriptorRef const *descriptors,
                                                            IOMemoryDescriptorRef *memory);

/*
 * For an object of OSMetaClassAllocClassWithName("IOGeneralMemoryDescriptor"), and once more on one
 * that lives: outstanding prepares are completed and every map of it is destroyed, also maps
 * somebody still holds. false leaves an object that can only be released.
 */
bool IOMemoryDescriptorInitWithOptions(IOMemoryDescriptorRef md, void *buffers, UInt32 count, UInt32 offset,
                                       task_t task, IOOptionBits options, IOMapperRef mapper);

/* What it was made with. DK: DriverKit's spelling; kIOReturnBadArgument for a NULL argument. */
IOByteCount IOMemoryDescriptorGetLength(IOMemoryDescriptorRef md);
kern_return_t IOMemoryDescriptorGetLengthDK(IOMemoryDescriptorRef md, uint64_t *returnLength);
IODirection IOMemoryDescriptorGetDirection(IOMemoryDescriptorRef md); /* flags & kIOMemoryDirectionMask */
uint64_t IOMemoryDescriptorGetFlags(IOMemoryDescriptorRef md);        /* options, type and state bits */
IOOptionBits IOMemoryDescriptorGetTag(IOMemoryDescriptorRef md);      /* 32 bits of the caller's, 0 at first */
void IOMemoryDescriptorSetTag(IOMemoryDescriptorRef md, IOOptionBits tag);

/*
 * The physically contiguous run at offset; *length (NULL allowed) is its size, and 0 means none:
 * offset at or past the end, or virtual memory that is not prepared. 0 is a valid address.
 * A run ends where a range ends, but for physical ranges that touch. The descriptor's own
 * bookkeeping answers; a map's answer comes from the translation tables.
 */
addr64_t IOMemoryDescriptorGetPhysicalSegment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length,
                                              IOOptionBits options);
/* The same over the addresses the descriptor was made with; needs no prepare. */
addr64_t IOMemoryDescriptorGetSourceSegment(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount *length);
IOPhysicalAddress IOMemoryDescriptorGetPhysicalAddress(IOMemoryDescriptorRef md);

/*
 * Copies by physical address, whatever is mapped. Returns the bytes copied: 0 when offset and
 * length do not lie in the descriptor (nothing is clipped), short where memory is not prepared.
 * writeBytes: 0 too after an Out-only prepare; NULL bytes write zeroes; what was written is
 * cleaned to the point of coherency. Directions are not checked.
 */
IOByteCount IOMemoryDescriptorReadBytes(IOMemoryDescriptorRef md, IOByteCount offset, void *bytes, IOByteCount length);
IOByteCount IOMemoryDescriptorWriteBytes(IOMemoryDescriptorRef md, IOByteCount offset, const void *bytes,
                                         IOByteCount length);

/*
 * Pin the memory and learn its physical pages; counted, each prepare wants its complete. A
 * direction of 0 is the descriptor's own. A failure changes nothing: KERN_INVALID_ADDRESS for a
 * page that is not mapped, KERN_PROTECTION_FAILURE for In on a read-only one,
 * kIOReturnNotWritable for In after an Out-only prepare, kIOReturnNoMemory, kIOReturnNoResources
 * (kIODirectionPrepareNoFault and a page that has not come yet), kIOReturnCannotWire (kIODirectionPrepareToPhys32 and a
 * page above 4 GiB for the device, or a page pinned 65,535 times), kIOReturnNotAttached (kIOMemoryRemote with a task).
 * A mapper that remaps is asked for such addresses instead, wherever the page lies.
 * complete without a prepare succeeds and does nothing; freeing a descriptor completes it.
 */
IOReturn IOMemoryDescriptorPrepare(IOMemoryDescriptorRef md, IODirection forDirection);
IOReturn IOMemoryDescriptorComplete(IOMemoryDescriptorRef md, IODirection forDirection);

/*
 * Mapping. Returns a reference to the map, or NULL with nothing changed. length 0 is the whole
 * descriptor (not "the rest": with an offset it fails). Without kIOMapAnywhere atAddress is where
 * the first byte goes: inside IOAddressSpaceGetBounds, and at the same offset in its page as the
 * memory. IOMemoryMap.h says what the options do and when an existing map is shared.
 */
IOMemoryMapRef IOMemoryDescriptorCreateMappingInTask(IOMemoryDescriptorRef md, task_t intoTask,
                                                     mach_vm_address_t atAddress, IOOptionBits options,
                                                     mach_vm_size_t offset, mach_vm_size_t length);
/* All of it, anywhere in kernel_task. */
IOMemoryMapRef IOMemoryDescriptorMap(IOMemoryDescriptorRef md, IOOptionBits options);
/*
 * Records a mapping that somebody else made and owns: nothing is verified, nothing is unmapped at its end. So does
 * CreateMappingInTask with kIOMapStatic, from offset 0 whatever it says; NULL for a length past the descriptor's end.
 */
IOMemoryMapRef IOMemoryDescriptorSetMapping(IOMemoryDescriptorRef md, task_t task, IOVirtualAddress mapAddress,
                                            IOOptionBits options);
/*
 * DriverKit's, with its own option bits: 0x1 at `address`, otherwise anywhere and between guards (0x4 none, 0xC large,
 * else small); 0x2 read-only, as every map is of a descriptor of direction Out, but for the task that a buffer was made
 * in; cache modes 0x100 Inhibit, 0x200 Copyback, 0x400 WriteThru, 0x800 RealTime. alignment is ignored. *map is a
 * reference, or NULL: kIOReturnBadArgument for another cache mode, kIOReturnError when there is no map.
 */
kern_return_t IOMemoryDescriptorCreateMappingDK(IOMemoryDescriptorRef md, task_t current, uint64_t options,
                                                uint64_t address, uint64_t offset, uint64_t length, uint64_t alignment,
                                                IOMemoryMapRef *map);
/* For classes of descriptors: finish `mapping` (whose reference is taken over) or find one to share. */
IOMemoryMapRef IOMemoryDescriptorMakeMapping(IOMemoryDescriptorRef md, IOMemoryDescriptorRef owner, task_t intoTask,
                                             IOMemoryMapRef mapping, IOOptionBits options, IOByteCount offset,
                                             IOByteCount length);

/*
 * IOMemoryMapRedirectTask for each map there is, and while redirect stands for each that comes. The first error is
 * returned, the other maps are done all the same.
 */
IOReturn IOMemoryDescriptorRedirect(IOMemoryDescriptorRef md, task_t safeTask, bool redirect);
/* Waits until the descriptor is not redirected. offset and length are ignored. */
IOReturn IOMemoryDescriptorHandleFault(IOMemoryDescriptorRef md, mach_vm_size_t offset, mach_vm_size_t length);

/*
 * Cache maintenance of a part, clipped to the descriptor: Flush writes back and drops, Store
 * writes back. kIOReturnUnderrun when memory ran out before length did; kIOReturnNotAttached for
 * Remote; kIOReturnUnsupported for any other operation.
 */
IOReturn IOMemoryDescriptorPerformOperation(IOMemoryDescriptorRef md, IOOptionBits options, IOByteCount offset,
                                            IOByteCount length);

/*
 * Of buffers made pageable and kIOMemoryPurgeable: newState is kIOMemoryPurgeableXxx. Volatile memory goes, as a whole,
 * when the machine has no other left, and is Empty then; what is Empty reads as zero, and stays Empty until it is made
 * NonVolatile, when *oldState (NULL allowed) tells of it: Empty if any part was, else Volatile if any part was. Memory
 * that is prepared or wired anywhere keeps its contents. Volatile may say how: the group, of which 0 goes first, LIFO
 * (before those of the group that wait already) or obsolete (before all others); FaultOnAccess is ignored.
 * kIOReturnBadArgument: no such state. KERN_INVALID_ARGUMENT: memory that is not purgeable. kIOReturnUnsupported:
 * physical. kIOReturnNotReady: a class without memory of its own. A Sub's are its parent's, a Multi's its children's.
 */
IOReturn IOMemoryDescriptorSetPurgeable(IOMemoryDescriptorRef md, IOOptionBits newState, IOOptionBits *oldState);
/* There is no accounting: success for purgeable memory, nothing else happens; kIOReturnUnsupported for any other. */
IOReturn IOMemoryDescriptorSetOwnership(IOMemoryDescriptorRef md, task_t newOwner, int ledgerTag,
                                        IOOptionBits ledgerOptions);
/*
 * Pages (not bytes) that are resident, and as many that are dirty, as none is written anywhere. Pointers may be NULL.
 * kIOReturnNotReady: memory that does not come page by page, or of which no map or prepare has found that out yet.
 */
IOReturn IOMemoryDescriptorGetPageCounts(IOMemoryDescriptorRef md, IOByteCount *residentPages, IOByteCount *dirtyPages);

/* 0 while not prepared; virtual memory gets a new one with each first prepare. */
uint64_t IOMemoryDescriptorGetPreparationID(IOMemoryDescriptorRef md);
uint64_t IOMemoryDescriptorGetDescriptorID(IOMemoryDescriptorRef md); /* the object's for life, from 1 */

/* Bytes of device addresses that mapping it page by page takes; *offset (NULL allowed): where in its page it begins. */
uint64_t IOMemoryDescriptorGetDMAMapLength(IOMemoryDescriptorRef md, uint64_t *offset);

/* An object of the caller's, retained while it is set; Copy returns a reference or NULL. One setter at a time. */
OSObjectRef IOMemoryDescriptorCopyContext(IOMemoryDescriptorRef md);
void IOMemoryDescriptorSetContext(IOMemoryDescriptorRef md, OSObjectRef context);
void IOMemoryDescriptorSetMapperOptions(IOMemoryDescriptorRef md, uint16_t options);
uint16_t IOMemoryDescriptorGetMapperOptions(IOMemoryDescriptorRef md);

/* What a device asks of its addresses; 0 asks for nothing. */
typedef struct {
    uint64_t alignment;     /* of the first byte, in bytes: a power of two */
    void *device;           /* the provider that it is for, or NULL */
    uint32_t options;       /* 0 */
    uint8_t numAddressBits; /* no address reaches 2^numAddressBits */
    uint8_t resvA[3];       /* 0 */
    uint32_t resvB[4];      /* 0 */
} IODMAMapSpecification;

/*
 * A part of a descriptor, [offset, offset + length) in bytes, in a mapper's device addresses: *mapAddress is the
 * first byte's, *mapLength what Unmap takes. spec and command may be NULL. kIOMemoryHostOnly: success, 0 and 0.
 * kIOReturnBadArgument (no mapper, not inside md), kIOReturnNotAttached (remote), or the mapper's error: 0 and 0, and
 * nothing mapped. Unmap of length 0 is a success.
 */
IOReturn IOMemoryDescriptorDMAMap(IOMemoryDescriptorRef md, IOMapperRef mapper, IODMACommandRef command,
                                  const IODMAMapSpecification *spec, uint64_t offset, uint64_t length,
                                  uint64_t *mapAddress, uint64_t *mapLength);
IOReturn IOMemoryDescriptorDMAUnmap(IOMemoryDescriptorRef md, IOMapperRef mapper, IODMACommandRef command,
                                    uint64_t offset, uint64_t mapAddress, uint64_t mapLength);

#ifdef __cplusplus
}
#endif

#endif
