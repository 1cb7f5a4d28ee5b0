#include "iomem/saved.h"

#include "iomem/cache_mode.h"
#include "iomem/memory_purge.h"
#include "iomem/port.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static bool joins(const struct saved_run *before, const struct saved_run *run)
{
    return before->attr == run->attr && before->tag == run->tag && run->tag == MMU_TAG_NONE &&
           before->va + before->size == run->va && before->pa + before->size == run->pa;
}

static void add(struct saved *saved, const struct saved_run *run, struct saved_run *last)
{
    if (saved->count && joins(last, run)) {
        last->size += run->size;
    } else {
        *last = *run;
        saved->count++;
    }
    if (saved->runs)
        saved->runs[saved->count - 1] = *last;
}

/* Counts the runs, and fills those that there is room for: all of them or none. */
static void list(struct saved *saved)
{
    uint64_t va = saved->va, end = saved->va + saved->size;
    struct saved_run last = {0};

    saved->count = 0;
    while (va < end) {
        struct mmu_leaf leaf = {0};
        int error = mmu_walk(saved->space, va, &leaf);
        uint64_t left = error == MMU_RANGE ? end - va : leaf.size - (va & (leaf.size - 1));
        struct saved_run run = {va, leaf.pa, left < end - va ? left : end - va, leaf.attr, leaf.tag};

        if (error == MMU_OK || (error == MMU_NOT_MAPPED && leaf.tag != MMU_TAG_NONE))
            add(saved, &run, &last);
        va += run.size;
    }
}

IOReturn saved_take(struct saved *saved, struct mmu_space *space, uint64_t va, uint64_t size)
{
    *saved = (struct saved){.space = space, .va = va, .size = size};
    memory_purge_hold(); /* what is noted here has to stay true */
    list(saved);
    if (saved->count == 0)
        return kIOReturnSuccess;
    saved->runs = port_alloc(saved->count * sizeof *saved->runs);
    if (!saved->runs) {
        memory_purge_let();
        return kIOReturnNoMemory;
    }
    list(saved);
    return kIOReturnSuccess;
}

static bool is_shared(uint64_t pa)
{
    const struct port_frame *frame = port_frame(pa);

    return frame && frame->shares > 1;
}

/* What the page there and *size bytes from it on are to be mapped with now. */
static uint32_t attr_now(const struct saved_run *run, uint64_t offset, uint64_t *size)
{
    uint64_t pa = run->pa + offset;
    struct cache_piece piece = cache_piece_at(pa, port_is_ram(pa, 1) ? PAGE : run->size - offset);
    uint32_t attr = run->attr;

    *size = piece.size;
    if (piece.ram || piece.shown)
        attr = (attr & ~(uint32_t)MMU_TYPE_MASK) | translate_type(piece.mode, piece.ram);
    return is_shared(pa) ? attr & ~(uint32_t)MMU_WRITE : attr;
}

static int restore_pages(struct mmu_space *space, const struct saved_run *run)
{
    int error = MMU_OK;

    for (uint64_t done = 0, more; done < run->size && error == MMU_OK;) {
        struct mmu_range range = {.va = run->va + done, .pa = run->pa + done};

        range.attr = attr_now(run, done, &range.size);
        for (done += range.size; done < run->size && attr_now(run, done, &more) == range.attr; done += more)
            range.size += more;
        error = mmu_map(space, &range);
    }
    return error;
}

void saved_restore(const struct saved *saved)
{
    int error = mmu_tag(saved->space, saved->va, saved->size, MMU_TAG_NONE, 0);

    for (size_t i = 0; i < saved->count; i++) {
        const struct saved_run *run = &saved->runs[i];

        if (error == MMU_OK && run->tag == MMU_TAG_NONE)
            error = restore_pages(saved->space, run);
        else if (error == MMU_OK)
            error = mmu_tag(saved->space, run->va, run->size, run->tag, run->pa);
    }
    if (error != MMU_OK)
        port_log("iomem: pages were lost, as there was no memory for their tables");
}

void saved_drop(struct saved *saved)
{
    if (saved->runs)
        port_free(saved->runs);
    saved->runs = NULL;
    memory_purge_let();
}
