#include "iomem/IOLib.h"

#include <string.h>

#include "iomem/IOMapper.h"
#include "iomem/address_space.h"
#include "iomem/buffer.h"
#include "iomem/cache_mode.h"
#include "iomem/device_pages.h"
#include "iomem/map.h"
#include "iomem/memory_view.h"
#include "iomem/pageable.h"
#include "iomem/port.h"
#include "iomem/translate.h"
#include "mmu/cache.h"

#define PAGE   ((uint64_t)PORT_PAGE_SIZE)
#define LOW_4G 0xffffffffull

static uint64_t whole_pages(uint64_t size)
{
    return (size + PAGE - 1u) & ~(PAGE - 1u);
}

/* 0 for what is too large to be one. */
static uint64_t power_of_two(uint64_t value)
{
    if (value <= 1)
        return 1;
    return value > LOW_4G ? 0 : 1ull << (64u - (unsigned)__builtin_clzll(value - 1u));
}

void *IOMallocZero(vm_size_t size)
{
    return size ? port_alloc(size) : NULL;
}

void *IOMalloc(vm_size_t size)
{
    return IOMallocZero(size);
}

void IOFree(void *memory, vm_size_t size)
{
    (void)size;
    port_free(memory);
}

/* A heap block moved up to the alignment; the word before it says where it begins. */
static void *heap_alloc(uint64_t size, uint64_t align)
{
    uint8_t *block, *memory;

    if (size > UINT64_MAX - align - sizeof(void *))
        return NULL;
    block = port_alloc(size + align + sizeof(void *));
    if (!block)
        return NULL;
    memory = block + sizeof(void *);
    memory += -(uintptr_t)memory & (align - 1u);
    memcpy(memory - sizeof(void *), &block, sizeof(void *));
    return memory;
}

static void heap_free(void *memory)
{
    void *block;

    memcpy(&block, (uint8_t *)memory - sizeof(void *), sizeof(void *));
    port_free(block);
}

static void *pages_alloc(uint64_t size, uint64_t align, uint64_t max_pa, uint64_t *pa)
{
    uint64_t frames;

    if (size > port_ram_last())
        return NULL;
    frames = buffer_alloc_frames(whole_pages(size), align < PAGE ? PAGE : align, max_pa);
    if (frames == PORT_NO_FRAME)
        return NULL;
    if (pa)
        *pa = frames;
    return port_linear(frames);
}

/* Whole pages are nobody else's, so that they may have any cache mode: the heap's may not. */
void *IOMallocAligned(vm_size_t size, vm_size_t alignment)
{
    uint64_t align = power_of_two(alignment);
    void *pages = NULL;

    if (size == 0 || align == 0)
        return NULL;
    if (align >= PAGE)
        pages = pages_alloc(size, align, UINT64_MAX, NULL);
    return pages ? pages : heap_alloc(size, align < sizeof(void *) ? sizeof(void *) : align);
}

/* Heap memory that its own size's alignment keeps inside one page is contiguous; anything else gets pages of its own.
 */
void *IOMallocContiguous(vm_size_t size, vm_size_t alignment, IOPhysicalAddress *pa)
{
    uint64_t align = power_of_two(alignment), own;

    if (size == 0 || align == 0)
        return NULL;
    if (pa && IOMapperGetSystemMapper())
        return device_pages_alloc(size, align, pa);
    if (pa || align > PAGE || size > PAGE / 2u)
        return pages_alloc(size, align, pa ? LOW_4G : UINT64_MAX, pa);
    own = power_of_two(size);
    own = own < sizeof(void *) ? sizeof(void *) : own;
    return heap_alloc(size, align < own ? own : align);
}

/* Memory of its own pages lies in frames that the port handed to iomem; the heap's frames are the runtime's. */
static bool has_own_frames(const void *memory, uint64_t *pa)
{
    struct port_frame *frame;

    if (mmu_translate(address_space_tables(kernel_task), (uintptr_t)memory, pa) != MMU_OK)
        return false;
    frame = port_frame(*pa);
    return frame && frame->owner == PORT_OWNER_IOMEM;
}

void IOFreeContiguous(void *memory, vm_size_t size)
{
    uint64_t pa;

    if (!memory || size == 0 || device_pages_free(memory))
        return;
    if ((uintptr_t)memory % PAGE == 0 && has_own_frames(memory, &pa))
        buffer_free_frames(pa, whole_pages(size));
    else
        heap_free(memory);
}

void IOFreeAligned(void *memory, vm_size_t size)
{
    IOFreeContiguous(memory, size);
}

void *IOMallocPageable(vm_size_t size, vm_size_t alignment)
{
    uint64_t align = power_of_two(alignment);

    if (align == 0 || align > PAGE || size > PAGEABLE_MAX)
        return NULL;
    return (void *)(uintptr_t)pageable_alloc(whole_pages(size ? size : 1), align);
}

void *IOMallocPageableZero(vm_size_t size, vm_size_t alignment)
{
    return IOMallocPageable(size, alignment);
}

void IOFreePageable(void *memory, vm_size_t size)
{
    (void)size;
    if (memory)
        pageable_free((uintptr_t)memory);
}

/* Bytes from va on that are mapped, at most size. */
static uint64_t mapped_bytes(struct mmu_space *space, uint64_t va, uint64_t size)
{
    uint64_t done = 0, pa;

    while (done < size) {
        uint64_t run = mmu_segment(space, va + done, size - done, &pa);

        if (run == 0)
            break;
        done += run;
    }
    return done;
}

IOReturn IOFlushProcessorCache(task_t task, IOVirtualAddress address, IOByteCount length)
{
    if (task != kernel_task)
        return kIOReturnUnsupported;
    if (length == 0)
        return kIOReturnSuccess;
    if (mapped_bytes(address_space_tables(task), address, length) < length)
        return kIOReturnVMError;
    cache_clean_invalidate((const void *)(uintptr_t)address, length);
    return kIOReturnSuccess;
}

/*
 * As much of the range as lies together in physical memory; *done is its size. In the end it may be written, but for
 * pages of memory objects: those keep their rights, or the writes to a shared page would show in its other owners.
 */
static IOReturn set_mode(struct mmu_space *space, const struct cache_run *range, unsigned mode, uint64_t *done)
{
    uint64_t most = kernel_task->view_count ? PAGE : range->size;
    struct cache_run run;
    IOReturn result;

    run.size = mmu_segment(space, range->pa, most, &run.pa);
    if (run.size == 0)
        return kIOReturnVMError;
    if (mode == kIODefaultCache || mode > kIOPostedCombinedReordered)
        mode = cache_mode_of(run.pa, &run.size);
    result = cache_mode_set(run.pa, run.size, mode);
    if (result != kIOReturnSuccess)
        return result;
    *done = run.size;
    if (memory_view_find(kernel_task, range->pa))
        return kIOReturnSuccess;
    return translate_error(
        mmu_protect(space, range->pa, run.size, translate_type(mode, port_is_ram(run.pa, PAGE)) | MMU_WRITE));
}

IOReturn IOSetProcessorCacheMode(task_t task, IOVirtualAddress address, IOByteCount length, IOOptionBits cacheMode)
{
    IOReturn result = kIOReturnSuccess;
    uint64_t done = 0;

    if (task != kernel_task || (address | length) % PAGE)
        return kIOReturnUnsupported;
    lock_acquire(&gIOMemoryLock);
    for (uint64_t at = 0; at < length && result == kIOReturnSuccess; at += done)
        result = set_mode(address_space_tables(task), &(struct cache_run){address + at, length - at}, cacheMode, &done);
    lock_release(&gIOMemoryLock);
    return result;
}
