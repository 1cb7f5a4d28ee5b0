/* doMap: from a part of a descriptor to the runs, modes and place of its map. The caller holds the memory lock. */
#include "iomem/address_space.h"
#include "iomem/cache_mode.h"
#include "iomem/general.h"
#include "iomem/map_block.h"
#include "iomem/map_mode.h"
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"
#include "iomem/source.h"
#include "iomem/translate.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* One map's request on its way. */
struct request {
    struct IOGeneralMemoryDescriptor *md;
    IOMemoryMapRef map;
    unsigned mode; /* kIOxxxCache asked for */
    uint64_t lead; /* bytes of the first page before the map's first */
    bool retype;   /* the memory's own mode has to change */
};

static IOReturn check(const struct request *request)
{
    const struct IOGeneralMemoryDescriptor *md = request->md;
    IOMemoryMapRef map = request->map;

    if (map->offset >= md->base.length || map->length > md->base.length - map->offset)
        return kIOReturnBadArgument;
    if (md->base.flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if ((map->options & kIOMapGuardedMask) && !(map->options & kIOMapAnywhere))
        return kIOReturnBadArgument;
    if ((map->options & kIOMapPrefault) && md->wire_count == 0)
        return kIOReturnBadArgument;
    return kIOReturnSuccess;
}

/* Memory mapped into the space where it lies already needs no second mapping. */
static bool is_there_already(const struct request *request)
{
    const struct IOGeneralMemoryDescriptor *md = request->md;
    IOMemoryMapRef map = request->map;
    IOOptionBits own = kIOMapUnique | kIOMapGuardedMask;

    return md->task && md->task == map->task && (map->options & (kIOMapAnywhere | own)) == kIOMapAnywhere &&
           md->count == 1 && map->offset == 0 && md->ranges[0].address && map->length <= md->ranges[0].length;
}

static int stop(struct rmap_visit *visit, struct rmap_node *node)
{
    (void)visit;
    (void)node;
    return 1;
}

static bool is_mapped_by_others(uint64_t pa, uint64_t size)
{
    struct rmap_visit visit = {pa, size, stop};

    return rmap_each(&visit) != 0;
}

/*
 * The mode to enter a run with. Off RAM, pages that nobody shows have no mode yet, and the first map sets it:
 * the descriptor's own, from an earlier map of it, or what is asked for. Elsewhere a mode asked for changes what is
 * there.
 */
static IOReturn settle_mode(struct request *request, struct map_run *run)
{
    unsigned own = request->mode;

    if (!own && !run->ram && !translate_is_cacheable(request->md->base.cache_mode))
        own = request->md->base.cache_mode;
    if (request->mode && run->ram)
        request->retype = true; /* the same mode too: who may not give it one is told so */
    if (own == kIODefaultCache || own == run->mode)
        return kIOReturnSuccess;
    if (!run->ram && translate_is_cacheable(own))
        return kIOReturnUnsupported;
    if (!run->ram && !is_mapped_by_others(run->node.pa, run->node.size))
        run->mode = (uint8_t)own;
    else if (request->mode)
        request->retype = true;
    return kIOReturnSuccess;
}

/*
 * Off RAM, the run of this very map that shows the piece already, in a mode that is settled; the piece is cut to where
 * that is so or is not so.
 */
static const struct map_run *earlier_run(IOMemoryMapRef map, struct cache_piece *piece)
{
    for (uint32_t i = 0; i < map->run_count; i++) {
        const struct map_run *run = map_get_run(map, i);
        uint64_t skip = piece->pa - run->node.pa, until = run->node.pa - piece->pa;

        if (run->ram)
            continue;
        if (skip < run->node.size) {
            piece->size = piece->size < run->node.size - skip ? piece->size : run->node.size - skip;
            return run;
        }
        piece->size = piece->size < until ? piece->size : until;
    }
    return NULL;
}

/* Whole pages, cut where the mode changes or RAM ends. */
static IOReturn add_pages(struct request *request, uint64_t pa, uint64_t end)
{
    while (pa < end) {
        struct cache_piece piece = cache_piece_at(pa, end - pa);
        const struct map_run *earlier = piece.ram ? NULL : earlier_run(request->map, &piece);
        struct map_run *run;
        IOReturn result = kIOReturnNoMemory;

        if (earlier)
            piece.mode = earlier->mode;
        run = map_add_run(request->map, &piece);
        if (run)
            result = earlier ? kIOReturnSuccess : settle_mode(request, run);

        if (result != kIOReturnSuccess)
            return result;
        pa += piece.size;
    }
    return kIOReturnSuccess;
}

static uint64_t page_of(uint64_t address)
{
    return address & ~(PAGE - 1);
}

/* A mode asked for is given to pages that are there, once the map shows them, and those that come have it. */
static IOReturn add_view(struct request *request, const struct piece *piece)
{
    uint64_t first = piece->pa / PAGE, end = (piece->pa + piece->size + PAGE - 1) / PAGE;

    request->retype |= request->mode != kIODefaultCache;
    return map_add_view(request->map, piece->object, first, end - first);
}

static IOReturn add(struct request *request, const struct piece *piece)
{
    if (piece->object)
        return add_view(request, piece);
    return add_pages(request, page_of(piece->pa), page_of(piece->pa + piece->size + PAGE - 1));
}

/* Pieces that do not follow one another have to meet on page boundaries. */
static IOReturn add_pieces(struct request *request, struct source *source)
{
    struct piece all, next;
    IOReturn result = source_next(source, &all);

    request->lead = all.pa % PAGE;
    while (result == kIOReturnSuccess) {
        result = source_next(source, &next);
        if (result != kIOReturnSuccess)
            break;
        if (next.size && next.pa == all.pa + all.size && next.object == all.object) {
            all.size += next.size;
            continue;
        }
        if (next.size && ((all.pa + all.size) % PAGE || next.pa % PAGE))
            return kIOReturnNotAligned;
        result = add(request, &all);
        if (next.size == 0)
            break;
        all = next;
    }
    return result;
}

static bool is_virtual(const struct request *request)
{
    return (request->md->base.flags & kIOMemoryTypeMask) == kIOMemoryTypeVirtual;
}

/* IOKit's memory reference is readable, and writable but for a read-only map of memory that devices only read. */
static bool needs_write(const struct request *request)
{
    bool out_only = (request->md->base.flags & kIODirectionInOut) == kIODirectionOut;

    return is_virtual(request) && !(out_only && (request->map->options & kIOMapReadOnly));
}

static IOReturn collect(struct request *request)
{
    struct IOGeneralMemoryDescriptor *md = request->md;
    bool copied = is_virtual(request) && md->base.flags & kIOMemoryMapCopyOnWrite;
    IOReturn result = reference_take_once(md);
    struct source source;

    if (result == kIOReturnSuccess && copied)
        result = reference_snapshot_once(md);
    if (result != kIOReturnSuccess)
        return result;
    source_start(&source, md, request->map->offset, request->map->length);
    source.write = needs_write(request);
    if (copied)
        source.reference = &md->snapshot;
    return add_pieces(request, &source);
}

/* Does the descriptor go on, without a gap, over size bytes from offset? */
static bool covers(IOMemoryDescriptorRef md, uint64_t offset, uint64_t size)
{
    IOByteCount length;

    IOMemoryDescriptorGetSourceSegment(md, offset, &length);
    return length >= size;
}

/* The mode of a page of RAM is for those who own all of it. */
static bool covers_its_pages(const struct request *request)
{
    IOMemoryDescriptorRef md = &request->md->base;
    IOMemoryMapRef map = request->map;
    uint64_t end = map->offset + map->length;
    uint64_t tail = -(request->lead + map->length) % PAGE;

    if (request->md->owns_pages)
        return true;
    if (request->lead > map->offset || !covers(md, map->offset - request->lead, request->lead + 1))
        return false;
    return tail == 0 || (end < md->length && covers(md, end - 1, tail + 1));
}

/* At either end, where it may show a part of a page. */
static bool shows_ram(IOMemoryMapRef map)
{
    return map->run.ram || map_get_run(map, map->run_count - 1)->ram;
}

/* While the descriptor is redirected, new maps wait like the others. */
static IOReturn block_if_redirected(const struct request *request)
{
    IOMemoryDescriptorRef md = &request->md->base;

    if (!(md->flags & kIOMemoryRedirected) || (md->safe_task && md->safe_task == request->map->task))
        return kIOReturnSuccess;
    return map_block(request->map, MAP_BLOCKED_BY_TASK);
}

static IOReturn place_all(void *context)
{
    struct request *request = context;
    IOMemoryMapRef map = request->map;
    uint64_t wanted = map->address;
    IOReturn result = map_place(map, request->lead);

    if (result != kIOReturnSuccess)
        return result;
    if (request->retype)
        result = map_set_mode(request->map, request->mode);
    if (result == kIOReturnSuccess)
        result = block_if_redirected(request);
    if (result != kIOReturnSuccess) {
        map_leave(map);
        map->address = wanted;
    }
    return result;
}

static IOReturn place(struct request *request)
{
    if (request->retype && shows_ram(request->map) && !covers_its_pages(request))
        return kIOReturnNotAligned;
    if (!(request->map->options & kIOMapOverwrite))
        return place_all(request);
    return map_place_over(request->map, map_size(request->map), place_all, request);
}

/* The one mode of all runs; kIODefaultCache when they differ. */
static unsigned common_mode(const struct request *request)
{
    if (request->mode)
        return request->mode;
    for (uint32_t i = 1; i < request->map->run_count; i++)
        if (map_get_run(request->map, i)->mode != request->map->run.mode)
            return kIODefaultCache;
    return request->map->run.mode;
}

/* The mode that the memory got becomes the descriptor's, and the map's option. */
static void record_mode(struct IOGeneralMemoryDescriptor *md, IOMemoryMapRef map, unsigned mode)
{
    map->options &= ~(uint32_t)kIOMapCacheMask;
    map->options |= mode << kIOMapCacheShift;
    md->base.cache_mode = (uint8_t)mode;
    md->base.flags &= ~(uint32_t)kIOMemoryBufferCacheMask;
    md->base.flags |= mode << kIOMemoryBufferCacheShift & kIOMemoryBufferCacheMask;
}

/* Of physical memory. */
static void record_common_mode(const struct request *request)
{
    unsigned mode = common_mode(request);

    request->map->asked_mode = (uint8_t)request->mode;
    if (!is_virtual(request) && mode != kIODefaultCache)
        record_mode(request->md, request->map, mode);
}

IOReturn general_collect(IOMemoryDescriptorRef self, IOMemoryMapRef map, unsigned mode, uint64_t *lead)
{
    struct request request = {(struct IOGeneralMemoryDescriptor *)self, map, mode, 0, false};
    IOReturn result = check(&request);

    if (result == kIOReturnSuccess)
        result = collect(&request);
    *lead = request.lead;
    if (result != kIOReturnSuccess || !request.retype)
        return result;
    if (shows_ram(map) && !covers_its_pages(&request))
        return kIOReturnNotAligned;
    return map_set_mode(request.map, request.mode);
}

/*
 * The usual map, that of a device: one run, off RAM if it is plain, anywhere, uncached. Nothing needs to be looked up
 * where no map of what is not RAM has another mode.
 */
static inline bool is_plain(const struct IOGeneralMemoryDescriptor *md, IOMemoryMapRef map)
{
    const IOOptionBits flags = kIOMemoryTypeMask | kIOMemoryRemote | kIOMemoryMapCopyOnWrite | kIOMemoryRedirected;
    const IOOptionBits options = ~(uint32_t)(kIOMapReadOnly | kIOMapCacheMask);

    return !md->mapper && md->count == 1 && (map->options & options) == kIOMapAnywhere &&
           (map->options & kIOMapCacheMask) <= kIOMapInhibitCache &&
           (md->base.flags & flags) == kIOMemoryTypePhysical && md->base.cache_mode <= kIOInhibitCache &&
           map->offset < md->base.length && map->length <= md->base.length - map->offset;
}

static inline IOReturn map_plain(struct IOGeneralMemoryDescriptor *md, IOMemoryMapRef map, uint64_t address,
                                 uint64_t size)
{
    IOReturn result = map_place_device(map, address, size);

    if (result != kIOReturnSuccess)
        return result;
    map->asked_mode = (uint8_t)((map->options & kIOMapCacheMask) >> kIOMapCacheShift);
    record_mode(md, map, kIOInhibitCache);
    return kIOReturnSuccess;
}

static __attribute__((noinline)) IOReturn map_any(struct request *request)
{
    IOMemoryMapRef map = request->map;
    IOReturn result = check(request);

    if (result != kIOReturnSuccess)
        return result;
    if (is_there_already(request)) {
        map->address = request->md->ranges[0].address;
        map->options |= kIOMapStatic;
        return kIOReturnSuccess;
    }
    result = collect(request);
    if (result == kIOReturnSuccess)
        result = place(request);
    if (result == kIOReturnSuccess)
        record_common_mode(request);
    else
        map_drop_runs(map);
    return result;
}

IOReturn general_do_map(IOMemoryDescriptorRef self, IOMemoryMapRef map, IOOptionBits options)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;

    if (is_plain(md, map)) {
        uint64_t address = md->ranges[0].address + map->offset;
        uint64_t size = page_of(address % PAGE + map->length + PAGE - 1), off_ram = size;

        if (!port_ram_run(page_of(address), &off_ram) && off_ram == size && !rmap_has_special(page_of(address), size))
            return map_plain(md, map, address, size);
    }
    return map_any(&(struct request){md, map, translate_cache_option(options), 0, false});
}
