#include "iomem/source.h"

#include "iomem/address_space.h"
#include "iomem/mapper.h"
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
    *source = (struct source){.md = md, .left = length};
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

/* As far as one leaf of the tables goes. */
static IOReturn look_up(const struct source *source, struct piece *piece)
{
    task_t task = source->md->task;
    struct mmu_leaf leaf;

    if (task->dead || mmu_walk(address_space_tables(task), source->address, &leaf) != MMU_OK)
        return KERN_INVALID_ADDRESS;
    if (source->write && !(leaf.attr & MMU_WRITE))
        return KERN_PROTECTION_FAILURE;
    piece->pa = leaf.pa;
    piece->size = smaller(piece->size, leaf.size - (source->address & (leaf.size - 1)));
    return kIOReturnSuccess;
}

static IOReturn locate(const struct source *source, struct piece *piece)
{
    piece->pa = source->address;
    piece->size = smaller(source->size, source->left);
    if (piece->size == 0)
        return kIOReturnSuccess;
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
    source->size -= size;
    source->left -= size;
    step(source);
}

/* Leaves that follow one another physically become one piece. */
IOReturn source_next(struct source *source, struct piece *piece)
{
    uint32_t index = source->index;
    struct piece more;
    IOReturn result = locate(source, piece);

    if (result != kIOReturnSuccess || piece->size == 0)
        return result;
    advance(source, piece->size);
    while (source->left && source->index == index && (source->md->task || source->md->mapper)) {
        result = locate(source, &more);
        if (result != kIOReturnSuccess || more.pa != piece->pa + piece->size)
            return result;
        piece->size += more.size;
        advance(source, more.size);
    }
    return kIOReturnSuccess;
}
