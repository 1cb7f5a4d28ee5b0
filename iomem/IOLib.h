/* Memory for drivers, and the cache calls on kernel addresses. Sizes in bytes. */
#ifndef IOMEM_IOLIB_H
#define IOMEM_IOLIB_H

#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL when size is 0 or memory runs out. Free takes the size that was asked for; NULL is ignored. */
void *IOMalloc(vm_size_t size);
void *IOMallocZero(vm_size_t size);
void IOFree(void *memory, vm_size_t size);

/*
 * alignment in bytes, rounded up to a power of two (0 means 1); above 32 bits gives NULL. Not zeroed. Aligned to a page
 * or more it is whole pages, contiguous where there is such memory, that a cache mode may be asked for.
 */
void *IOMallocAligned(vm_size_t size, vm_size_t alignment);
void IOFreeAligned(void *memory, vm_size_t size);

/*
 * Physically contiguous memory. With pa: whole pages below 4 GiB, and *pa is the device's address
 * of the first byte (untouched on failure). Without: contiguous, wherever it is, zero-filled when it is whole pages.
 */
void *IOMallocContiguous(vm_size_t size, vm_size_t alignment, IOPhysicalAddress *pa);
void IOFreeContiguous(void *memory, vm_size_t size);

/*
 * Whole pages that take no memory before they are touched, zero then; at most 512 MiB, aligned to a page at
 * most, or NULL. A size of 0 counts as 1. Free wants the address only. Not for interrupt handlers' data: the first
 * touch of a page takes a frame.
 */
void *IOMallocPageable(vm_size_t size, vm_size_t alignment);
void *IOMallocPageableZero(vm_size_t size, vm_size_t alignment);
void IOFreePageable(void *memory, vm_size_t size);

/*
 * Write back and drop the lines of the range, to the point of coherency; ends in a barrier.
 * kIOReturnUnsupported for any task but kernel_task; kIOReturnVMError, nothing done, when a page is not mapped.
 */
IOReturn IOFlushProcessorCache(task_t task, IOVirtualAddress address, IOByteCount length);

/*
 * Give mapped pages a cache mode (kIOxxxCache, not shifted), writable. It is a property of the
 * memory: other mappings of it change too. kIODefaultCache leaves the mode as it is. Errors, after which earlier pages
 * stay changed: kIOReturnUnsupported, not kernel_task, or not page aligned, or a cacheable mode off RAM;
 * kIOReturnVMError, a page is not mapped; kIOReturnNotPermitted, one that the runtime uses itself (static arrays,
 * stacks and malloc's memory too: take a buffer or IOMallocAligned instead); kIOReturnNoMemory, for tables.
 */
IOReturn IOSetProcessorCacheMode(task_t task, IOVirtualAddress address, IOByteCount length, IOOptionBits cacheMode);

#ifdef __cplusplus
}
#endif

#endif
