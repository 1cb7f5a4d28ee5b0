/* Address spaces: what IOKit calls a task. kernel_task is the runtime's own and always there. */
#ifndef IOMEM_IOADDRESSSPACE_H
#define IOMEM_IOADDRESSSPACE_H

#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The runtime's own space: the high half. Never destroyed. */
extern task_t kernel_task;

/* What IOAddressSpaceQuery tells. */
struct IOPageInfo {
    uint64_t pa, size;                /* of the byte asked for; of the leaf, or of the invalid entry, that holds it */
    uint8_t attr_index, shareability; /* the index into MAIR, and the SH field */
    uint8_t protection;               /* 1 readable, 2 writable, 4 executable; 0: nothing is mapped */
    uint8_t tag;                      /* 0 none, 1 guard, 2 blocked, 3 demand, 4 reserved */
    uint8_t level;                    /* of the tables, Arm's number */
};

/*
 * A new, empty space that places mappings in [minAddress, maxAddress), bytes: whole pages, not empty, below the end of
 * the low half (512 GiB on AArch64, 2 GiB on AArch32). The page at 0 is never mapped: a space from 0 starts at the
 * first page after it. NULL: bad bounds, or no memory. The caller ends it with IOAddressSpaceDestroy.
 *
 * Maps made in it (IOMemoryDescriptorCreateMappingInTask) are for EL0 too and belong to this space alone.
 */
task_t IOAddressSpaceCreate(uint64_t minAddress, uint64_t maxAddress);

/*
 * End a space: nothing of it is mapped any more, every map into it gets IOMemoryMapTaskDied (the objects stay, as long
 * as somebody holds them; their address and task are 0), and its tables and its ASID go back. When this core has it
 * active, that ends first; a core that has it active at the moment finds nothing mapped from then on, but should not be
 * running in it. Descriptors of the space's memory may outlive it: nothing is mapped there for them either, but for the
 * memory that a map or a kIOMemoryPersistent has found there before, which they keep.
 * task is no longer valid. NULL and kernel_task are ignored. Not for interrupt handlers.
 */
void IOAddressSpaceDestroy(task_t task);

/*
 * This core translates the low half of the addresses by this space from now on, by the space's own ASID.
 * kernel_task or NULL: by none, so that every access there faults. Other cores are not affected; a space may be active
 * on several. Cheap when nothing changes.
 */
void IOAddressSpaceActivate(task_t task);

/*
 * Memory of the space's own, zero when it comes: a page takes a frame when it is first touched, written by a device
 * (prepare) or wired. size in bytes, rounded up to pages. anywhereOrFixed: kIOMapAnywhere, and *address is where it
 * went; or 0, at *address, a page's. protection: 1 readable, 2 writable, 4 executable; readable always, writable and
 * executable never together. In a task EL0 has these rights too. In kernel_task it lies inside of GetBounds.
 * kIOReturnBadArgument  a NULL pointer, size 0, or a protection that cannot be
 * kIOReturnNotAligned   an address in the middle of a page
 * KERN_INVALID_ADDRESS  0, or not all inside of GetBounds
 * KERN_NO_SPACE         taken, or no such room
 * kIOReturnNoMemory     more than the machine has, or no memory for the records. An error changes nothing.
 */
IOReturn IOAddressSpaceAllocate(task_t task, uint64_t *address, uint64_t size, IOOptionBits anywhereOrFixed,
                                uint32_t protection);

/*
 * Whole pages of IOAddressSpaceAllocate's, of one allocation or several that touch, or parts of them. Deallocate: who
 * mapped or described the memory keeps it. Protect: other rights, for pages that are still to come too; executable ones
 * are what has been written so far, for every core. KERN_INVALID_ADDRESS: a page in the range is not allocated so (a
 * map's or a buffer's pages are not); kIOReturnBadArgument, kIOReturnNoMemory. An error changes nothing.
 */
IOReturn IOAddressSpaceDeallocate(task_t task, uint64_t address, uint64_t size);
IOReturn IOAddressSpaceProtect(task_t task, uint64_t address, uint64_t size, uint32_t protection);

/*
 * The part of the space in which mappings are placed, [*min, *max) in bytes: a fixed address
 * outside of it is refused. Either pointer may be NULL; a NULL task gives 0 and 0.
 */
void IOAddressSpaceGetBounds(task_t task, uint64_t *min, uint64_t *max);

/*
 * What the live translation tables say of one address. A page that is in use but translates
 * nothing, a guard say, is told by its tag and has protection 0. KERN_INVALID_ADDRESS when nothing
 * is there: then only *out's size and level are not 0.
 * kIOReturnBadArgument, *out untouched: task or out NULL, or an address outside the space's half.
 */
IOReturn IOAddressSpaceQuery(task_t task, uint64_t address, struct IOPageInfo *out);

#ifdef __cplusplus
}
#endif

#endif
