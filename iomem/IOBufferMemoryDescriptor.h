/*
 * Memory that comes with its descriptor, zero-filled: kernel memory that is prepared from the start, or pageable
 * memory, in any task. It is freed with the object. Every IOMemoryDescriptor call works on it through a cast.
 */
#ifndef IOMEM_IOBUFFERMEMORYDESCRIPTOR_H
#define IOMEM_IOBUFFERMEMORYDESCRIPTOR_H

#include "iomem/IOMemoryDescriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Options of the creating calls. They reuse a descriptor's type bits, as in IOKit. */
enum {
    kIOMemoryPhysicallyContiguous = 0x10,
    kIOMemoryPageable = 0x20,
    kIOMemoryPurgeable = 0x40,
    kIOMemoryHostPhysicallyContiguous = 0x80,
    kIOMemorySharingTypeMask = 0xF0000,
    kIOMemoryUnshared = 0,
    kIOMemoryKernelUserShared = 0x10000
};

/*
 * capacity and alignment in bytes. options: a direction, bits of the above, kIOMemoryMapperNone,
 * and a cache mode kIOMapXxxCache of 0..7 (bit 0x800 is kIOMemoryMapperNone here). An alignment
 * above a page aligns both addresses and makes the memory physically contiguous. The memory is whole pages of its own
 * whatever the alignment, so that it takes any cache mode and shares no cache line.
 *
 * kIOMemoryPageable: memory that comes when it is touched, zero, at most 512 MiB; not prepared. It lies in inTask, or
 * with NULL nowhere until it is mapped; kIOMapPrefault among the options makes all of it come at once. Its alignment is
 * that of the address, and it is not contiguous. kIOMemoryPurgeable with it allows IOMemoryDescriptorSetPurgeable. When
 * inTask ends, its addresses end, and the memory stays. Without kIOMemoryPageable inTask is kernel_task.
 * NULL: capacity 0, no memory, or another task.
 */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithOptions(IOOptionBits options, vm_size_t capacity,
                                                                      vm_offset_t alignment);
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithOptions(task_t inTask, IOOptionBits options,
                                                                            vm_size_t capacity, vm_offset_t alignment);

/*
 * Every page lies at or below the highest address the mask allows, and the mask's low zero bits
 * are the alignment: 0xFFFFF000 asks for pages below 4 GiB. A mask of 0 asks for nothing.
 * Where a system mapper remaps, the limit is one of the device's addresses, and so is kIOMemoryPhysicallyContiguous;
 * kIOMemoryMapperNone and kIOMemoryHostPhysicallyContiguous ask for the memory's own.
 */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(task_t inTask, IOOptionBits options,
                                                                                 mach_vm_size_t capacity,
                                                                                 mach_vm_address_t physicalMask);

/* capacity rounded up to pages, and a page of no access on each side. NULL when it is to be contiguous too. */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateInTaskWithGuardPages(task_t inTask, IOOptionBits options,
                                                                               mach_vm_size_t capacity);

/* In kernel_task; contiguous also aligns to capacity, rounded up to a power of two. Otherwise as CreateWithOptions. */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithCapacity(vm_size_t capacity, IODirection direction,
                                                                       bool contiguous);
/* A copy of bytes[0..length). */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithBytes(const void *bytes, vm_size_t length,
                                                                    IODirection direction, bool contiguous);

/*
 * A pageable buffer (options has to say kIOMemoryPageable) with the contents that size bytes at source in sourceTask
 * have now (IOKit takes a vm_map_copy_t). NULL too when a byte there is not mapped.
 */
IOBufferMemoryDescriptorRef IOBufferMemoryDescriptorCreateWithCopy(task_t inTask, IOOptionBits options,
                                                                   task_t sourceTask, mach_vm_address_t source,
                                                                   mach_vm_size_t size);

/* For an object of OSMetaClassAllocClassWithName; false leaves it to be released. */
bool IOBufferMemoryDescriptorInitWithPhysicalMask(IOBufferMemoryDescriptorRef buffer, task_t inTask,
                                                  IOOptionBits options, mach_vm_size_t capacity,
                                                  mach_vm_address_t alignment, mach_vm_address_t physicalMask);
bool IOBufferMemoryDescriptorInitWithOptions(IOBufferMemoryDescriptorRef buffer, IOOptionBits options,
                                             vm_size_t capacity, vm_offset_t alignment, task_t inTask);
bool IOBufferMemoryDescriptorInitWithBytes(IOBufferMemoryDescriptorRef buffer, const void *bytes, vm_size_t length,
                                           IODirection direction, bool contiguous);

vm_size_t IOBufferMemoryDescriptorGetCapacity(IOBufferMemoryDescriptorRef buffer); /* as asked for */

/* The descriptor's length becomes this; maps that exist keep theirs. More than the capacity is ignored. */
void IOBufferMemoryDescriptorSetLength(IOBufferMemoryDescriptorRef buffer, vm_size_t length);
void IOBufferMemoryDescriptorSetDirection(IOBufferMemoryDescriptorRef buffer, IODirection direction);

/*
 * Copies what fits at the current end and grows the length by that; NULL bytes append zeroes.
 * Always true: the length says how much fitted.
 */
bool IOBufferMemoryDescriptorAppendBytes(IOBufferMemoryDescriptorRef buffer, const void *bytes, vm_size_t length);

/* The memory itself, valid while the object lives. Range: NULL unless start < length and the range ends within it. */
void *IOBufferMemoryDescriptorGetBytesNoCopy(IOBufferMemoryDescriptorRef buffer);
void *IOBufferMemoryDescriptorGetBytesNoCopyRange(IOBufferMemoryDescriptorRef buffer, vm_size_t start,
                                                  vm_size_t length);

/*
 * DriverKit's two. Only direction bits are allowed in options (else kIOReturnBadArgument);
 * kIOReturnNoMemory leaves *memory NULL.
 */
kern_return_t IOBufferMemoryDescriptorCreateDK(uint64_t options, uint64_t capacity, uint64_t alignment,
                                               IOBufferMemoryDescriptorRef *memory);
kern_return_t IOBufferMemoryDescriptorSetLengthDK(IOBufferMemoryDescriptorRef buffer, uint64_t length);

#ifdef __cplusplus
}
#endif

#endif
