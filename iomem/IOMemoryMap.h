/*
 * A mapping of a memory descriptor in a task's address space.
 *
 * A map has two references: its creator's and its descriptor's. Releasing the creator's unmaps and
 * destroys it; so each Create, and each request that came to share it, wants one release.
 *
 * Sharing: a request for memory that one of the descriptor's maps already shows, in the same task
 * and with the same kIOMapReadOnly and guard bits, gets that map (oldest first) when it asks for
 * the default cache mode or the same one. A part of it gets a window: a map of its own that stands
 * on the other's pages. kIOMapUnique neither looks for a map nor lends its own (IOKit's may); kIOMapReference
 * only looks; both together: NULL. Mapping a task's memory, one range of it from its start, anywhere into that same
 * task maps nothing: the map has the memory's own address and kIOMapStatic in its options, and is neither read-only nor
 * of another mode when that was asked for (kIOMapUnique or guards force a mapping).
 *
 * Options: kIOMapReadOnly; a cache mode, which is a property of the memory: it changes in every
 * map of those pages, the last request wins; kIOMapGuarded*, with kIOMapAnywhere only: pages that
 * fault on both sides; kIOMapOverwrite, at a fixed address only: replaces what is mapped there, all of it or
 * nothing, and leaves its pages mapped at the end, when they are nobody's: a cache mode that the memory gets
 * later does not reach them, so map something else over them or release the map beneath first; kIOMapPrefault: wants a
 * prepared descriptor. Mapped pages are entered at once, whole pages, never executable. NULL instead of a map: also for
 * a cacheable mode on an address that is not RAM, when ranges do not join on page boundaries, for a mode (the present
 * one too) on RAM whose pages the descriptor does not cover whole, and on RAM that the runtime uses itself: static
 * arrays, stacks and malloc's memory, which the console is told of. The pages of a buffer and of IOMallocAligned take
 * any mode.
 */
#ifndef IOMEM_IOMEMORYMAP_H
#define IOMEM_IOMEMORYMAP_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The virtual address of the first byte; 0 once the map, or the one its window stands on, is unmapped. */
mach_vm_address_t IOMemoryMapGetAddress(IOMemoryMapRef map);
IOVirtualAddress IOMemoryMapGetVirtualAddress(IOMemoryMapRef map);

/* These stay as they were after unmap. Lengths in bytes, as asked for. */
IOByteCount IOMemoryMapGetLength(IOMemoryMapRef map);
mach_vm_size_t IOMemoryMapGetSize(IOMemoryMapRef map);
uint64_t IOMemoryMapGetOffset(IOMemoryMapRef map);         /* of the first byte, in IOMemoryMapGetMemoryDescriptor's */
task_t IOMemoryMapGetAddressTask(IOMemoryMapRef map);      /* NULL after taskDied */
IOOptionBits IOMemoryMapGetMapOptions(IOMemoryMapRef map); /* as given; of physical memory, with its cache mode */
/* The memory that is mapped, which for a unique map of physical memory is a private descriptor. Borrowed. */
IOMemoryDescriptorRef IOMemoryMapGetMemoryDescriptor(IOMemoryMapRef map);

/*
 * The physically contiguous run at offset, read from the live translation tables of the map's
 * space and clipped to the map. *length (NULL allowed) is its size; 0 means none: offset at or
 * past the map's length, the map unmapped, or a page there that is not mapped. 0 is a valid address.
 * kIOMemoryMapperNone asks for the CPU's address, otherwise it is the device's: the same without a system mapper.
 */
IOPhysicalAddress IOMemoryMapGetPhysicalSegment(IOMemoryMapRef map, IOByteCount offset, IOByteCount *length,
                                                IOOptionBits options);
IOPhysicalAddress IOMemoryMapGetPhysicalAddress(IOMemoryMapRef map);

/*
 * Takes the pages away from everybody who shares the map; the object and its references stay. Success too when
 * there is nothing to do: unmapped before, a window, a static or an overwriting map.
 */
IOReturn IOMemoryMapUnmap(IOMemoryMapRef map);

/* The task is going: the map forgets it. Pages are unmapped only when userClientUnmap asked for that before. */
void IOMemoryMapTaskDied(IOMemoryMapRef map);
IOReturn IOMemoryMapUserClientUnmap(IOMemoryMapRef map);

/*
 * Pin the pages that hold [offset, offset + length) for kIODirectionIn (they are read) or Out
 * (they are written); options 0 undoes one such call. A failure changes nothing:
 * kIOReturnNotReady unmapped; kIOReturnBadArgument outside the map, or undoing what is not wired throughout;
 * KERN_INVALID_ADDRESS for a page that is not mapped; KERN_PROTECTION_FAILURE for Out on a read-only one.
 */
IOReturn IOMemoryMapWireRange(IOMemoryMapRef map, uint32_t options, mach_vm_size_t offset, mach_vm_size_t length);

/* As of OSObject; TaggedRelease is what OSObjectTaggedRelease does to a map: it goes with its last reference but one.
 */
OSMetaClassRef IOMemoryMapGetMetaClass(IOMemoryMapRef map);
void IOMemoryMapTaggedRelease(IOMemoryMapRef map, const void *tag);

/*
 * Other memory behind the same addresses, in one step: an access sees all of the old or all of the new. Only for a
 * map made with kIOMapUnique (a window and a static map are never redirected): else kIOReturnBadArgument.
 * No other map of either memory changes (IOKit exchanges what all of them show).
 * newBackingMemory NULL blocks the map: whoever touches it waits until memory is given back, by another core or by
 * an interrupt; it panics where that could never happen: in a context that holds the lock of these classes or has
 * interrupts masked, or when every other core that runs a program waits already, no interrupt has a handler and no
 * timer is set. A program at EL0 faults instead. The same memory again ends the block. Success too, and nothing done,
 * once unmapped.
 * Address, length and options stay, and no page is wired any more; `options` is ignored. The map's descriptor becomes
 * newBackingMemory, or of physical memory a private descriptor of the run at offset, in bytes. The pages have the new
 * memory's cache mode, or the one that the map was made with. Errors: kIOReturnNotAttached, remote memory;
 * kIOReturnUnsupported, memory of several descriptors or without pages; kIOReturnError, offset + the map's length past
 * its end, or it is not mapped; kIOReturnNotAligned, another offset in the page, or ranges that do not join on page
 * boundaries; kIOReturnNoMemory. Then the map shows the old memory, and a block is over.
 */
IOReturn IOMemoryMapRedirect(IOMemoryMapRef map, IOMemoryDescriptorRef newBackingMemory, IOOptionBits options,
                             mach_vm_size_t offset);
/*
 * For a device that sleeps. redirect true blocks the map unless its task is safeTask (NULL: none is), whose
 * write-combining becomes Inhibit instead; false undoes that. Windows, static and unmapped maps: success, and
 * nothing done. Of physical memory with a safeTask, the descriptor is redirected too.
 */
IOReturn IOMemoryMapRedirectTask(IOMemoryMapRef map, task_t safeTask, bool redirect);

/* DriverKit's view of a map. */
typedef struct {
    uint64_t length, offset, options, address; /* what the four Get calls return */
} IOMemoryMapPrivateState;

/* All four at once; kIOReturnBadArgument for a NULL argument. */
kern_return_t IOMemoryMapCopyState(IOMemoryMapRef map, IOMemoryMapPrivateState *state);

/*
 * Selector 1 is CopyState into out. kIOReturnBadArgument: no map or no out; kIOReturnUnderrun:
 * outSize below 32; any other selector: kIOReturnUnsupported. in is ignored.
 */
kern_return_t IOMemoryMapDispatch(IOMemoryMapRef map, uint64_t selector, const void *in, size_t inSize, void *out,
                                  size_t outSize);

/* For classes of descriptors. */

/*
 * The sharing rule above: `existing` with a reference for the caller, or newMapping made a window of
 * it, or NULL.
 */
IOMemoryMapRef IOMemoryMapCopyCompatible(IOMemoryMapRef existing, IOMemoryMapRef newMapping);
/* For an object of OSMetaClassAllocClassWithName("IOMemoryMap"), once; false without a task. */
bool IOMemoryMapInit(IOMemoryMapRef map, task_t intoTask, mach_vm_address_t toAddress, IOOptionBits options,
                     mach_vm_size_t offset, mach_vm_size_t length);
/*
 * The map moves to md's list when it was in another's. false, nothing changed: md NULL, or offset +
 * the map's length past md's end.
 */
bool IOMemoryMapSetMemoryDescriptor(IOMemoryMapRef map, IOMemoryDescriptorRef md, mach_vm_size_t offset);
void IOMemoryMapFree(IOMemoryMapRef map); /* the class's hook; release instead of calling it */

#ifdef __cplusplus
}
#endif

#endif
