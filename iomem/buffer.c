#include "iomem/buffer.h"

#include <string.h>

#include "iomem/address_space.h"
#include "iomem/cache_mode.h"
#include "iomem/descriptor.h"
#include "iomem/map_over.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

void buffer_free_frames(uint64_t pa, uint64_t size)
{
    bool clean;

    lock_acquire(&gIOMemoryLock);
    clean = map_over_frames_go(pa, size) && cache_mode_reset(pa, size);
    lock_release(&gIOMemoryLock);
    if (clean)
        port_frame_free(pa, size);
    else
        port_log("iomem: frames kept, as they cannot be taken away or made write-back again");
}

uint64_t buffer_alloc_frames(uint64_t size, uint64_t align, uint64_t max_pa)
{
    uint64_t pa = port_frame_alloc(size, align, max_pa);

    if (pa != PORT_NO_FRAME)
        memset(port_linear(pa), 0, size);
    return pa;
}

static struct buffer_run *alloc_run(const struct buffer_request *request, uint64_t size)
{
    struct buffer_run *run = port_alloc(sizeof *run);

    if (!run)
        return NULL;
    run->node.size = size;
    run->node.pa = buffer_alloc_frames(size, request->align, request->max_pa);
    if (run->node.pa != PORT_NO_FRAME)
        return run;
    port_free(run);
    return NULL;
}

static void free_runs(struct buffer *buffer)
{
    while (buffer->runs) {
        struct buffer_run *run = buffer->runs;

        buffer->runs = run->next;
        buffer_free_frames(run->node.pa, run->node.size);
        port_free(run);
    }
}

/* One run when there is one; otherwise, where that will do, the largest there are, halving down to a page. */
static bool alloc_runs(struct buffer *buffer, const struct buffer_request *request)
{
    uint64_t left = request->size, most = request->size;

    while (left > 0) {
        struct buffer_run *run = alloc_run(request, most < left ? most : left);

        if (!run && (request->contiguous || most <= PAGE))
            return false;
        if (!run) {
            most = (most / 2u + PAGE - 1u) & ~(PAGE - 1u);
            continue;
        }
        left -= run->node.size;
        run->next = buffer->runs;
        buffer->runs = run;
    }
    return true;
}

/* Whatever of it there is, and what lies over it. */
static void leave_window(struct buffer *buffer)
{
    const struct region *region = &buffer->region;

    if (region->size == 0)
        return;
    mmu_tag(address_space_tables(kernel_task), region->va, region->size, MMU_TAG_NONE, 0);
    map_over_drop(kernel_task, region->va, region->size, 0);
    for (struct buffer_run *run = buffer->runs; run; run = run->next)
        rmap_remove(&run->node);
    region_free(&kernel_task->regions, &buffer->region);
}

static int map_runs(struct buffer *buffer, struct mmu_space *space)
{
    uint64_t va = buffer->va;
    int error = MMU_OK;

    for (struct buffer_run *run = buffer->runs; run && error == MMU_OK; run = run->next) {
        struct mmu_range range = {va, run->node.pa, run->node.size, MMU_WRITEBACK | MMU_WRITE};

        error = mmu_map(space, &range);
        if (error != MMU_OK)
            break;
        run->node.va = va;
        run->node.space = space;
        run->node.ram = true;
        rmap_add(&run->node);
        va += run->node.size;
    }
    return error;
}

static int guard(struct mmu_space *space, const struct buffer *buffer)
{
    int error = MMU_OK;

    if (buffer->guard == 0)
        return MMU_OK;
    error = mmu_tag(space, buffer->region.va, buffer->guard, MMU_TAG_GUARD, 0);
    if (error == MMU_OK)
        error = mmu_tag(space, buffer->va + buffer->size, buffer->guard, MMU_TAG_GUARD, 0);
    return error;
}

static bool enter_window(struct buffer *buffer)
{
    struct mmu_space *space = address_space_tables(kernel_task);
    struct region_space *regions = &kernel_task->regions;

    if (!region_alloc(regions, &buffer->region, buffer->size + 2u * buffer->guard, PAGE, 0))
        return false;
    buffer->va = buffer->region.va + buffer->guard;
    if (map_over_clear(kernel_task, &buffer->region) && map_runs(buffer, space) == MMU_OK &&
        guard(space, buffer) == MMU_OK)
        return true;
    leave_window(buffer);
    return false;
}

static bool place(struct buffer *buffer)
{
    bool placed;

    if (!buffer->runs->next && buffer->guard == 0) {
        buffer->va = (uintptr_t)port_linear(buffer->runs->node.pa);
        return true;
    }
    lock_acquire(&gIOMemoryLock);
    placed = enter_window(buffer);
    lock_release(&gIOMemoryLock);
    return placed;
}

struct buffer *buffer_alloc(const struct buffer_request *request)
{
    struct buffer *buffer;

    if (request->size == 0 || request->size > port_ram_last() || !(buffer = port_alloc(sizeof *buffer)))
        return NULL;
    buffer->size = request->size;
    buffer->guard = request->guard;
    if (alloc_runs(buffer, request) && place(buffer))
        return buffer;
    free_runs(buffer);
    port_free(buffer);
    return NULL;
}

void buffer_free(struct buffer *buffer)
{
    if (!buffer)
        return;
    lock_acquire(&gIOMemoryLock);
    leave_window(buffer);
    lock_release(&gIOMemoryLock);
    free_runs(buffer);
    port_free(buffer);
}

void buffer_write(const struct buffer *buffer, uint64_t offset, const uint8_t *bytes, uint64_t size)
{
    for (const struct buffer_run *run = buffer->runs; size > 0; run = run->next) {
        uint64_t count = run->node.size - offset;

        if (offset >= run->node.size) {
            offset -= run->node.size;
            continue;
        }
        count = count < size ? count : size;
        descriptor_copy_in(run->node.pa + offset, bytes, count);
        bytes = bytes ? bytes + count : NULL;
        size -= count;
        offset = 0;
    }
}
