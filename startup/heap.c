/* newlib's heap: a range of the kernel space that grows and shrinks at its end, frame by frame. */
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "mmu/mmu.h"
#include "mmu/space.h"
#include "startup/frames.h"
#include "startup/layout.h"

void *_sbrk(ptrdiff_t increment);

static uint64_t heap_end = HEAP_VA;    /* what malloc has */
static uint64_t heap_mapped = HEAP_VA; /* whole pages */

static void unmap_to(uint64_t end)
{
    for (uint64_t va = end, size, pa = 0; va < heap_mapped; va += size) {
        size = mmu_segment(mmu_kernel_space(), va, heap_mapped - va, &pa);
        mmu_unmap(mmu_kernel_space(), va, size);
        frame_free(pa, size);
    }
    if (end < heap_mapped)
        heap_mapped = end;
}

/* Map up to size bytes at the end: as much as comes in one piece. 0 = no memory. */
static uint64_t map_some(uint64_t size)
{
    struct mmu_range range = {.va = heap_mapped, .pa = PORT_NO_FRAME, .attr = MMU_WRITEBACK | MMU_WRITE | MMU_PAGES};

    for (range.size = size; range.size && range.pa == PORT_NO_FRAME;) {
        range.pa = range.size > PORT_PAGE_SIZE
                       ? frame_alloc(range.size, 1, UINT64_MAX, PORT_OWNER_RUNTIME)
                       : frame_alloc_hard(range.size, 1, UINT64_MAX, PORT_OWNER_RUNTIME); /* the last try */
        if (range.pa == PORT_NO_FRAME)
            range.size = range.size / 2 & ~(uint64_t)(PORT_PAGE_SIZE - 1);
    }
    if (!range.size)
        return 0;
    if (mmu_map(mmu_kernel_space(), &range) == MMU_OK)
        return range.size;
    frame_free(range.pa, range.size);
    return 0;
}

static bool map_to(uint64_t end)
{
    uint64_t before = heap_mapped;

    while (heap_mapped < end) {
        uint64_t size = map_some(end - heap_mapped);

        if (!size) {
            unmap_to(before);
            return false;
        }
        heap_mapped += size;
    }
    return true;
}

/* Called with newlib's malloc lock held. */
void *_sbrk(ptrdiff_t increment)
{
    uint64_t before = heap_end, end = heap_end + (uint64_t)increment;
    uint64_t page_end = (end + PORT_PAGE_SIZE - 1) & ~(uint64_t)(PORT_PAGE_SIZE - 1);

    if (end < HEAP_VA || end > HEAP_END || !map_to(page_end)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    unmap_to(page_end);
    heap_end = end;
    return (void *)(uintptr_t)before;
}

/* newlib has aligned_alloc over this, and not this. */
int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *piece;

    if (alignment < sizeof(void *) || alignment & (alignment - 1))
        return EINVAL;
    piece = memalign(alignment, size);
    if (!piece)
        return ENOMEM;
    *memory = piece;
    return 0;
}
