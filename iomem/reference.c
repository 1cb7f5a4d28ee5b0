#include "iomem/reference.h"

#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/port.h"
#include "iomem/source.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

void reference_make(struct reference *reference, struct memory_object *object, uint64_t length)
{
    memory_object_retain(object);
    reference->one = (struct memory_part){.object = object, .length = length, .writable = true};
    reference->parts = &reference->one;
    reference->count = 1;
}

static bool make_room(struct reference *reference, uint32_t count)
{
    reference->parts = &reference->one;
    if (count > 1)
        reference->parts = port_alloc(count * sizeof *reference->parts);
    return reference->parts != NULL;
}

/* Calls add for each piece of the memory; the pieces' number goes to *count. */
struct taking {
    struct reference *reference;
    IOReturn (*add)(struct memory_part *part, const struct piece *piece);
    uint32_t count;
    bool by_address; /* whatever reference there is */
};

static IOReturn walk(const struct IOGeneralMemoryDescriptor *md, struct taking *taking)
{
    struct source source;
    struct piece piece;
    uint64_t at = 0;
    IOReturn result;

    source_start(&source, md, 0, md->capacity);
    if (taking->by_address)
        source.reference = NULL;
    for (taking->count = 0;; taking->count++) {
        result = source_next(&source, &piece);
        if (result != kIOReturnSuccess || piece.size == 0)
            return result;
        if (taking->reference) {
            struct memory_part *part = &taking->reference->parts[taking->count];

            *part = (struct memory_part){.at = at, .length = piece.size, .writable = piece.writable};
            result = taking->add(part, &piece);
            if (result != kIOReturnSuccess)
                return result;
            taking->reference->count++;
        }
        at += piece.size;
    }
}

static IOReturn fill(const struct IOGeneralMemoryDescriptor *md, struct reference *reference, struct taking taking)
{
    IOReturn result = walk(md, &taking);

    if (result != kIOReturnSuccess || taking.count == 0)
        return result;
    if (!make_room(reference, taking.count))
        return kIOReturnNoMemory;
    taking.reference = reference;
    result = walk(md, &taking);
    if (result != kIOReturnSuccess)
        reference_drop(reference);
    return result;
}

/* Not an error of the caller's: this memory has no reference. */
#define NOT_AN_OBJECT kIOReturnUnsupported

static IOReturn refer(struct memory_part *part, const struct piece *piece)
{
    if (!piece->object)
        return NOT_AN_OBJECT;
    memory_object_retain(piece->object);
    part->object = piece->object;
    part->offset = piece->pa;
    return kIOReturnSuccess;
}

IOReturn reference_take(const struct IOGeneralMemoryDescriptor *md, struct reference *reference)
{
    IOReturn result = fill(md, reference, (struct taking){.add = refer, .by_address = true});

    return result == NOT_AN_OBJECT ? kIOReturnSuccess : result;
}

IOReturn reference_take_once(struct IOGeneralMemoryDescriptor *md)
{
    if (md->memory.count || !md->task || md->task->view_count == 0)
        return kIOReturnSuccess;
    return reference_take(md, &md->memory);
}

/* Memory that is no object's cannot be write-protected: the heap's and the linear map's. It is copied at once. */
static IOReturn copy(struct memory_part *part, const struct piece *piece)
{
    uint64_t size = (part->offset + piece->size + PAGE - 1) & ~(PAGE - 1);
    IOReturn result;

    if (!port_is_ram(piece->pa - part->offset, size))
        return kIOReturnNotPermitted;
    part->object = memory_object_create(size);
    if (!part->object)
        return kIOReturnNoMemory;
    result = memory_object_write(part->object, 0, port_linear(piece->pa - part->offset), size);
    if (result != kIOReturnSuccess)
        memory_object_release(part->object);
    return result;
}

static IOReturn snapshot(struct memory_part *part, const struct piece *piece)
{
    uint64_t first = piece->pa / PAGE, end = (piece->pa + piece->size + PAGE - 1) / PAGE;

    part->offset = piece->pa % PAGE;
    part->writable = true;
    if (!piece->object)
        return copy(part, piece);
    part->object = memory_object_snapshot(piece->object, first, end - first);
    return part->object ? kIOReturnSuccess : kIOReturnNoMemory;
}

IOReturn reference_snapshot_once(struct IOGeneralMemoryDescriptor *md)
{
    return md->snapshot.count ? kIOReturnSuccess : fill(md, &md->snapshot, (struct taking){.add = snapshot});
}

bool reference_is_same(const struct reference *a, const struct reference *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->parts[i].object != b->parts[i].object || a->parts[i].offset != b->parts[i].offset)
            return false;
    return true;
}

void reference_drop(struct reference *reference)
{
    while (reference->count)
        memory_object_release(reference->parts[--reference->count].object);
    if (reference->parts != &reference->one)
        port_free(reference->parts);
    reference->parts = NULL;
}
