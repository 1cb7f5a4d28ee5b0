#include "iomem/source.h"

#include "iomem/address_space.h"
#include "iomem/mapper.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next range that is not empty. */
static void step(struct source *source)
{
    const struct IOGeneralMemoryDescriptor *md = source->md;

    while (source->size == 0 && source->index < md->count) {
        source->address = md->ranges[source->index].address;
        source->size = md->ranges[source->index].length;
        source->index++;
    }
}

void source_start(struct source *source, const struct IOGeneralMemoryDescriptor *md, uint64_t offset, uint64_t length)
{
    *source = (struct source){.md = md, .left = length, .offset = offset};
    if (md->memory.count)
        source->reference = &md->memory;
    step(source);
    while (offset && offset >= source->size && source->size) {
        offset -= source->size;
        source->size = 0;
        step(source);
    }
    source->address += offset;
    source->size -= smaller(offset, source->size);
}

uint64_t source_segment(const struct source *source, uint64_t *address)
{
    const struct IOGeneralMemoryDescriptor *md = source->md;
    uint64_t size = source->size;

    for (uint32_t i = source->index; i < md->count && size < source->left; i++) {
        if (md->ranges[i].length && md->ranges[i].address != source->address + size)
            break;
        size += md->ranges[i].length;
    }
    *address = source->address;
    return smaller(size, source->left);
}

/* As the task may write it now, where it shows the part still. */
static bool is_writable(const struct source *source, const struct memory_part *part)
{
    task_t task = source->md->task;
    const struct memory_view *view = task && !task->dead ? memory_view_find(task, source->address) : NULL;

    return view && view->object == part->object ? (view->attr & MMU_WRITE) != 0 : part->writable;
}

/* As far as one part goes. */
static IOReturn look_in_parts(const struct source *source, struct piece *piece)
{
    const struct memory_part *part = source->reference->parts;
    uint64_t skip;

    while (source->offset - part->at >= part->length)
        part++;
    piece->writable = is_writable(source, part);
    if (source->write && !piece->writable)
        return KERN_PROTECTION_FAILURE;
    skip = source->offset - part->at;
    piece->object = part->object;
    piece->pa = part->offset + skip;
    piece->size = smaller(piece->size, part->length - skip);
    return kIOReturnSuccess;
}

/* As far as one view goes, and no other lies over it. */
static IOReturn look_in_view(const struct source *source, const struct memory_view *view, struct piece *piece)
{
    uint64_t skip = source->address - view->va;

    piece->writable = view->attr & MMU_WRITE;
    if (source->write && !piece->writable)
        return KERN_PROTECTION_FAILURE;
    piece->object = view->object;
    piece->pa = view->first * PAGE + skip;
    piece->size = smaller(piece->size, view->task->overwriters ? PAGE - skip % PAGE : view->count * PAGE - skip);
    return kIOReturnSuccess;
}

/* As far as one leaf of the tables goes. */
static IOReturn look_up(const struct source *source, struct piece *piece)
{
    task_t task = source->md->task;
    struct memory_view *view;
    struct mmu_leaf leaf;

    if (task->dead)
        return KERN_INVALID_ADDRESS;
    view = memory_view_find(task, source->address);
    if (view)
        return look_in_view(source, view, piece);
    if (mmu_walk(address_space_tables(task), source->address, &leaf) != MMU_OK)
        return KERN_INVALID_ADDRESS;
    if (source->write && !(leaf.attr & MMU_WRITE))
        return KERN_PROTECTION_FAILURE;
    piece->writable = leaf.attr & MMU_WRITE;
    piece->pa = leaf.pa;
    piece->size = smaller(piece->size, leaf.size - (source->address & (leaf.size - 1)));
    return kIOReturnSuccess;
}

static IOReturn locate(const struct source *source, struct piece *piece)
{
    *piece = (struct piece){.pa = source->address, .size = smaller(source->size, source->left), .writable = true};
    if (piece->size == 0)
        return kIOReturnSuccess;
    if (source->reference)
        return look_in_parts(source, piece);
    if (source->md->task)
        return look_up(source, piece);
    if (!source->md->mapper)
        return kIOReturnSuccess;
    piece->size = smaller(piece->size, PAGE - source->address % PAGE); /* the device's addresses, page by page */
    return mapper_to_physical(source->md->mapper, &piece->pa) ? kIOReturnSuccess : KERN_INVALID_ADDRESS;
}

static void advance(struct source *source, uint64_t size)
{
    source->address += size;
    source->offset += size;
    source->size -= size;
    source->left -= size;
    step(source);
}

static bool is_joined(const struct piece *piece, const struct piece *more)
{
    return more->pa == piece->pa + piece->size && more->object == piece->object && more->writable == piece->writable;
}

/* Leaves that follow one another physically become one piece, and so do pages of an object. */
IOReturn source_next(struct source *source, struct piece *piece)
{
    const struct IOGeneralMemoryDescriptor *md = source->md;
    uint32_t index = source->index;
    struct piece more;
    IOReturn result = locate(source, piece);

    if (result != kIOReturnSuccess || piece->size == 0)
        return result;
    advance(source, piece->size);
    while (source->left && source->index == index && (source->reference || md->task || md->mapper)) {
        result = locate(source, &more);
        if (result != kIOReturnSuccess || !is_joined(piece, &more))
            return result;
        piece->size += more.size;
        advance(source, more.size);
    }
    return kIOReturnSuccess;
}

IOReturn source_get(struct source *source, struct memory_want *want)
{
    struct piece piece = {0};
    IOReturn result;

    do {
        result = source_next(source, &piece);
        if (result == kIOReturnSuccess && piece.object) {
            want->first = piece.pa / PAGE;
            want->count = (piece.pa + piece.size + PAGE - 1) / PAGE - want->first;
            result = memory_object_get(piece.object, want);
        }
    } while (result == kIOReturnSuccess && piece.size);
    return result;
}
