/* wireRange: pages of a map pinned by count, each under the physical page that it showed at the time. */
#include "iomem/address_space.h"
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/pin.h"
#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* Pages of the map, [first, end), counted from the one that holds its first byte. */
struct pages {
    IOMemoryMapRef map;
    uint64_t first, end;
    bool write;
};

static uint64_t page_count(IOMemoryMapRef map)
{
    return (map->address % PAGE + map->length + PAGE - 1) / PAGE;
}

static void unwire_page(struct map_wire *wire)
{
    if (--wire->count == 0)
        unpin(wire->pa, PAGE);
}

/* A page that comes when it is touched comes now, and is no copy's any more. */
static IOReturn make_resident(const struct pages *pages, uint64_t va)
{
    struct memory_view *view = memory_view_find(pages->map->space, va);
    struct memory_want want = {.count = 1, .own = true};

    if (!view)
        return kIOReturnSuccess;
    if (pages->write && !(view->attr & MMU_WRITE))
        return KERN_PROTECTION_FAILURE;
    want.first = view->first + (va - view->va) / PAGE;
    return memory_object_get(view->object, &want);
}

static IOReturn wire_page(const struct pages *pages, uint64_t index)
{
    IOMemoryMapRef map = pages->map;
    struct map_wire *wire = &map->wires[index];
    uint64_t va = (map->address & ~(PAGE - 1)) + index * PAGE;
    struct mmu_leaf leaf;
    IOReturn result = make_resident(pages, va);

    if (result != kIOReturnSuccess)
        return result;
    if (mmu_walk(address_space_tables(map->space), va, &leaf) != MMU_OK)
        return KERN_INVALID_ADDRESS;
    if (pages->write && !(leaf.attr & MMU_WRITE))
        return KERN_PROTECTION_FAILURE;
    if (wire->count == UINT32_MAX)
        return kIOReturnCannotWire;
    if (wire->count == 0) {
        wire->pa = leaf.pa;
        result = pin(leaf.pa, PAGE);
    }
    if (result == kIOReturnSuccess)
        wire->count++;
    return result;
}

static IOReturn wire(const struct pages *pages)
{
    IOMemoryMapRef map = pages->map;

    if (!map->wires)
        map->wires = port_alloc(page_count(map) * sizeof *map->wires);
    if (!map->wires)
        return kIOReturnNoMemory;
    for (uint64_t i = pages->first; i < pages->end; i++) {
        IOReturn result = wire_page(pages, i);

        if (result != kIOReturnSuccess) {
            while (i-- > pages->first)
                unwire_page(&map->wires[i]);
            return result;
        }
    }
    return kIOReturnSuccess;
}

static IOReturn unwire(const struct pages *pages)
{
    struct map_wire *wires = pages->map->wires;

    for (uint64_t i = pages->first; i < pages->end; i++) {
        if (!wires || wires[i].count == 0)
            return kIOReturnBadArgument;
    }
    for (uint64_t i = pages->first; i < pages->end; i++)
        unwire_page(&wires[i]);
    return kIOReturnSuccess;
}

void map_unwire_all(IOMemoryMapRef map)
{
    if (!map->wires)
        return;
    for (uint64_t i = 0; i < page_count(map); i++) {
        if (map->wires[i].count)
            unpin(map->wires[i].pa, PAGE);
    }
    port_free(map->wires);
    map->wires = NULL;
}

static IOReturn wire_range(IOMemoryMapRef map, uint32_t options, uint64_t offset, uint64_t length)
{
    IOMemoryMapRef base =
        map->super_map ? map->super_map : map; /* a window's pages are its base's: so are their pins */
    struct pages pages = {.map = base, .write = options & kIODirectionOut};
    uint64_t lead = map->address - (base->address & ~(PAGE - 1));

    if (!map_is_mapped(map) || !map->address)
        return kIOReturnNotReady;
    if (offset > map->length || length > map->length - offset)
        return kIOReturnBadArgument;
    pages.first = (lead + offset) / PAGE;
    pages.end = (lead + offset + length + PAGE - 1) / PAGE;
    if (pages.first == pages.end)
        return kIOReturnSuccess;
    return options & kIODirectionInOut ? wire(&pages) : unwire(&pages);
}

IOReturn IOMemoryMapWireRange(IOMemoryMapRef map, uint32_t options, mach_vm_size_t offset, mach_vm_size_t length)
{
    IOReturn result;

    if (!map)
        return kIOReturnBadArgument;
    lock_acquire(&gIOMemoryLock);
    result = wire_range(map, options, offset, length);
    lock_release(&gIOMemoryLock);
    return result;
}
