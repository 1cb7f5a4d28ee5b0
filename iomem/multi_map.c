/*
 * doMap of several descriptors: one range of addresses, over which each child maps its part. The children's maps go
 * at once and leave their pages, whose runs become this map's: so they count as its own from then on.
 */
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/multi.h"
#include "iomem/port.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

struct request {
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;
    IOOptionBits options;
    uint64_t lead, size; /* of the first byte in its page; of all pages */
};

/* A child's part of the map. */
struct part {
    IOMemoryDescriptorRef md;
    uint64_t offset, length; /* length 0: there is no more */
};

static struct part part_at(const struct request *request, uint64_t done)
{
    struct part part = {.offset = request->map->offset + done, .length = request->map->length - done};

    part.md = multi_child_at(request->md, &part.offset);
    if (!part.md || part.length == 0)
        part.length = 0;
    else if (part.length > part.md->length - part.offset)
        part.length = part.md->length - part.offset;
    return part;
}

/* Where in its page a part begins. Memory without segments, guard pages say, begins where its offset does. */
static uint64_t lead_of(const struct part *part)
{
    IOByteCount length;
    uint64_t address = IOMemoryDescriptorGetSourceSegment(part->md, part->offset, &length);

    return (length ? address : part->offset) % PAGE;
}

static IOReturn measure(struct request *request)
{
    uint64_t done = 0;

    while (done < request->map->length) {
        struct part part = part_at(request, done);

        if (part.length == 0)
            return kIOReturnUnderrun;
        if (done == 0)
            request->lead = lead_of(&part);
        else if (lead_of(&part) || (request->lead + done) % PAGE)
            return kIOReturnNotAligned;
        done += part.length;
    }
    request->size = (request->lead + done + PAGE - 1) & ~(PAGE - 1);
    return kIOReturnSuccess;
}

/* Registered at once: the parts that follow may be of the same memory, which then has one mode. */
static IOReturn adopt_runs(IOMemoryMapRef map, IOMemoryMapRef from)
{
    for (uint32_t i = 0; i < from->run_count; i++) {
        struct map_run *old = map_get_run(from, i);
        struct cache_piece pages = {old->node.pa, old->node.size, old->mode, old->ram, false};
        struct map_run *run = map_add_run(map, &pages);

        if (!run)
            return kIOReturnNoMemory;
        run->node.va = old->node.va;
        run->node.space = old->node.space;
        run->node.special = old->node.special;
        run->node.ram = old->ram;
        if (!old->view) {
            rmap_add(&run->node);
            continue;
        }
        run->view = old->view;
        old->view = NULL;
        map->shows_objects = true;
    }
    return kIOReturnSuccess;
}

static IOReturn enter_part(const struct request *request, const struct part *part, uint64_t va)
{
    IOOptionBits not_theirs = kIOMapAnywhere | kIOMapGuardedMask | kIOMapUnique | kIOMapReference | kIOMapStatic;
    IOOptionBits options = (request->options & ~not_theirs) | kIOMapOverwrite;
    struct map_wish wanted = {request->map->task, va, part->offset, part->length, options};
    IOMemoryMapRef map = descriptor_map_part(part->md, &wanted);
    IOReturn result;

    if (!map)
        return kIOReturnVMError;
    result = map->blocked ? kIOReturnBusy : adopt_runs(request->map, map); /* redirected memory: nobody would end it */
    map_abandon(map); /* its pages stay, or go when what lay there comes back: that is not forgotten */
    OSObjectRelease((OSObjectRef)map);
    return result;
}

static IOReturn enter_parts(const struct request *request)
{
    IOReturn result = kIOReturnSuccess;
    uint64_t done = 0;

    while (done < request->map->length && result == kIOReturnSuccess) {
        struct part part = part_at(request, done);

        result = enter_part(request, &part, request->map->address + done);
        done += part.length;
    }
    return result;
}

static IOReturn place(void *context)
{
    struct request *request = context;
    IOMemoryMapRef map = request->map;
    uint64_t wanted = map->address;
    IOReturn result = map_reserve(map, request->size, request->lead);

    if (result != kIOReturnSuccess)
        return result;
    result = enter_parts(request);
    if (result == kIOReturnSuccess)
        result = translate_error(map_enter_guards(map));
    if (result == kIOReturnSuccess) {
        map_register_runs(map);
        return result;
    }
    map_forget_runs(map);
    map_unreserve(map);
    map->address = wanted;
    return result;
}

IOReturn multi_do_map(IOMemoryDescriptorRef md, IOMemoryMapRef map, IOOptionBits options)
{
    struct request request = {.md = md, .map = map, .options = options};
    IOReturn result;

    if (map->offset >= md->length || map->length > md->length - map->offset)
        return kIOReturnBadArgument;
    if ((map->options & kIOMapGuardedMask) && !(map->options & kIOMapAnywhere))
        return kIOReturnBadArgument;
    result = measure(&request);
    if (result == kIOReturnSuccess)
        result = map_place_over(map, request.size, place, &request);
    return result;
}
