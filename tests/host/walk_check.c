/*
 * What holds after every step:
 *
 *   I1  a registered map is in the list of its descriptor, which holds it once and as a collection
 *   I2  a map shows the pages of its descriptor, or they wait to be touched, or all of it is blocked
 *   I3  a map's first byte has the place in its page that the memory's has
 *   I4  a map ends where its descriptor does, at the latest
 *   I5  a map without an address has no space, and the other way round
 *   I6  pins are those of prepared descriptors and of wired pages of maps; a preparation ID says that there are some
 *   I7  a descriptor prepared only to be read is prepared
 *   I8  regions of a space do not overlap, and each map lies in its own
 *   I9  at the end nothing is held that was not at the beginning (host_close)
 *
 * and besides: frames of memory objects are counted right; walk_tables.c's.
 */
#include <string.h>

#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/map_place.h"
#include "iomem/memory_view.h"
#include "iomem/multi.h"
#include "mmu/mmu.h"
#include "tests/host/model.h"
#include "tests/host/walk_inner.h"

enum { SEEN_MAX = 256, LOOKED_AT = 24, OBJECTS = 256, PAGE_BITS = 12 };
enum { FRAMES1 = HOST_RAM_SIZE >> PAGE_BITS, FRAMES = FRAMES1 + (HOST_RAM2_SIZE >> PAGE_BITS) };

static IOMemoryDescriptorRef seen[SEEN_MAX];
static size_t seen_count;
static uint32_t pins[FRAMES], shares[FRAMES];

static size_t index_of(uint64_t pa)
{
    if (pa - HOST_RAM < HOST_RAM_SIZE)
        return (pa - HOST_RAM) >> PAGE_BITS;
    return FRAMES1 + ((pa - HOST_RAM2) >> PAGE_BITS);
}

static void count_pins(uint64_t pa, uint64_t size)
{
    for (uint64_t page = pa & ~(PAGE - 1); page < pa + size; page += PAGE)
        if (port_is_ram(page, 1))
            pins[index_of(page)]++;
}

static bool is_virtual(IOMemoryDescriptorRef md)
{
    return (md->flags & kIOMemoryTypeMask) == kIOMemoryTypeVirtual;
}

/* ---- descriptors ---------------------------------------------------------------------------------------------------
 */

static void check_general(const struct IOGeneralMemoryDescriptor *md)
{
    IOMemoryDescriptorRef self = (IOMemoryDescriptorRef)md;

    if (!is_virtual(self))
        return;
    if ((md->wire_count == 0) != (IOMemoryDescriptorGetPreparationID(self) == 0))
        walk_wrong("I6: %u prepares, preparation ID %ju", md->wire_count, (uintmax_t)self->preparation_id);
    if (self->flags & kIOMemoryPreparedReadOnly && md->wire_count == 0)
        walk_wrong("I7: prepared only to be read, and not prepared");
    if (md->wire_count == 0 && md->runs)
        walk_wrong("I6: not prepared, and holds runs");
    for (uint32_t i = 0; md->runs && i < md->run_count; i++) {
        uint64_t end = i + 1 < md->run_count ? md->runs[i + 1].offset : md->capacity;

        count_pins(md->runs[i].pa, end - md->runs[i].offset);
    }
}

static void check_listed(IOMemoryDescriptorRef md, IOMemoryMapRef map)
{
    if (!map->registered || map->memory != md)
        walk_wrong("I1: a map in the list of a descriptor that is not its own");
    if (OSObjectGetRetainCount((OSObjectRef)map) < 2 || map->object.references >> 16 != 1)
        walk_wrong("I1: a registered map has the reference word %#x", map->object.references);
    if (map->newer ? map->newer->older != map : md->newest != map)
        walk_wrong("I1: a list of maps that is no list");
    bool shared = !(map->options & kIOMapUnique), last = !map->newer || map->newer->options & kIOMapUnique;
    if (shared ? (md->newest_shared == map) != last : md->newest_shared == map || !last)
        walk_wrong("I1: a unique map before one that may be shared");
    for (uint64_t i = 0; map->wires && i < (map->address % PAGE + map->length + PAGE - 1) / PAGE; i++)
        if (map->wires[i].count)
            count_pins(map->wires[i].pa, 1);
}

static void see(IOMemoryDescriptorRef md)
{
    uint64_t offset = 0;

    for (size_t i = 0; i < seen_count; i++)
        if (seen[i] == md)
            return;
    if (seen_count == SEEN_MAX)
        walk_wrong("too many descriptors to look at");
    seen[seen_count++] = md;
    for (IOMemoryMapRef map = md->oldest; map; map = map->newer)
        check_listed(md, map);
    if (descriptor_methods(md)->collect)
        check_general((struct IOGeneralMemoryDescriptor *)md);
    if (descriptor_methods(md)->resolve)
        see(descriptor_methods(md)->resolve(md, &offset));
    if (strcmp(md->object.class->name, "IOMultiMemoryDescriptor") == 0)
        for (uint32_t i = 0; i < ((IOMultiMemoryDescriptorRef)md)->count; i++)
            see(((IOMultiMemoryDescriptorRef)md)->children[i]);
}

/* ---- maps ----------------------------------------------------------------------------------------------------------
 */

static void check_object_page(const struct walk_source *source, const struct mmu_leaf *leaf)
{
    uint64_t pa = source->object->pages[source->page];

    if (leaf->size == 0 && (leaf->tag != MMU_TAG_DEMAND || leaf->pa != memory_object_tag(source->object)))
        walk_wrong("I2: a page of an object that is not to come: tag %u, %#jx", leaf->tag, (uintmax_t)leaf->pa);
    if (leaf->size && leaf->pa != pa)
        walk_wrong("I2: a page shows %#jx where its object has %#jx", (uintmax_t)leaf->pa, (uintmax_t)pa);
}

/* leaf->size 0: it is none. */
static void check_page(IOMemoryMapRef map, uint64_t va, uint64_t offset)
{
    struct walk_source source = walk_source_of(map->memory, offset);
    struct mmu_leaf leaf = {0};
    bool writable = !(map->options & kIOMapReadOnly);

    if (mmu_walk(address_space_tables(map->space), va, &leaf) != MMU_OK)
        leaf.size = 0;
    if (!leaf.size && !leaf.tag && walk_is_spoiled(map->space, va)) /* what lay over it has gone */
        return;
    if (map->blocked && (leaf.size || leaf.tag != MMU_TAG_BLOCKED))
        walk_wrong("I2: a page of a blocked map is not blocked");
    if (map->blocked || source.kind == SOURCE_UNKNOWN)
        return;
    if (leaf.size && leaf.attr & MMU_WRITE && !writable)
        walk_wrong("a page of a read-only map may be written");
    if (source.kind == SOURCE_NOTHING && leaf.size)
        walk_wrong("I2: a guard page that shows something");
    if (source.kind == SOURCE_OBJECT)
        check_object_page(&source, &leaf);
    if (source.kind == SOURCE_FRAME && (!leaf.size || leaf.pa != (source.pa & ~(PAGE - 1))))
        walk_wrong("I2: %#jx shows %#jx, tag %u, where byte %#jx of an %s is %#jx", (uintmax_t)va, (uintmax_t)leaf.pa,
                   leaf.tag, (uintmax_t)offset, map->memory->object.class->name, (uintmax_t)source.pa);
    if (source.kind == SOURCE_FRAME && writable && !(leaf.attr & MMU_WRITE))
        walk_wrong("a page of a writable map may not be written");
}

/* All pages, or of a large map some. */
static void check_pages(IOMemoryMapRef map)
{
    uint64_t first = map->address & ~(PAGE - 1), lead = map->address - first;
    uint64_t count = (lead + map->length + PAGE - 1) / PAGE, step = walk.thorough ? 1 : 1 + count / LOOKED_AT;

    for (uint64_t i = 0; i < count; i += i + step < count || i == count - 1 ? step : count - 1 - i)
        if (walk_is_on_top(map, first + i * PAGE))
            check_page(map, first + i * PAGE, map->offset + (i ? i * PAGE - lead : 0));
}

static void check_place(IOMemoryMapRef map)
{
    uint64_t length, source = IOMemoryDescriptorGetSourceSegment(map->memory, map->offset, &length);

    if (length && map->address % PAGE != source % PAGE)
        walk_wrong("I3: a map at %#jx of memory at %#jx", (uintmax_t)map->address, (uintmax_t)source);
    if (map->overwrites)
        return;
    if (map->address < map->region.va || map->address + map->length > map->region.va + map->region.size)
        walk_wrong("I8: a map outside of its region");
    if (region_find(&map->space->regions, map->address) != &map->region)
        walk_wrong("I8: a map whose region is not the space's");
}

static void check_window(IOMemoryMapRef map)
{
    IOMemoryMapRef base = map->super_map;

    if (base->space && map->address != base->address + (map->offset - base->offset))
        walk_wrong("a window that is not where its base has the memory");
}

static bool changes_its_length(IOMemoryDescriptorRef md)
{
    return strcmp(md->object.class->name, "IOBufferMemoryDescriptor") == 0;
}

static void check_map(IOMemoryMapRef map)
{
    IOMemoryDescriptorRef md = map->memory;

    if ((map->address == 0) != (map->space == NULL))
        walk_wrong("I5: address %#jx, %s space", (uintmax_t)map->address, map->space ? "with a" : "no");
    if (map->there && !map->space)
        walk_wrong("I5: a map without a space that readers without the lock take for mapped");
    if (!map->registered != !(map->object.references >> 16))
        walk_wrong("I1: a map is registered, or held as if it were");
    if (!changes_its_length(md) && map->offset + map->length > md->length)
        walk_wrong("I4: a map ends behind its memory");
    if (!map->address || map->options & kIOMapStatic)
        return;
    if (map->super_map) {
        check_window(map);
        return;
    }
    check_place(map);
    check_pages(map);
}

/* ---- spaces and frames ---------------------------------------------------------------------------------------------
 */

static void check_regions(const struct region_space *space)
{
    uint64_t end = space->min;
    size_t count = 0;

    for (const struct region *region = space->edge.next; region; region = region->next) {
        if (region->va < end)
            walk_wrong("I8: regions overlap at %#jx", (uintmax_t)region->va);
        end = region->va + region->size;
        count++;
    }
    if (space->max && (end > space->max || count != space->count))
        walk_wrong("I8: regions are not those that were counted");
}

static void check_object(const struct memory_object *object)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < object->count; i++) {
        if (!object->pages[i])
            continue;
        count++;
        shares[index_of(object->pages[i])]++;
        if (port_frame(object->pages[i])->owner != PORT_OWNER_IOMEM)
            walk_wrong("an object has the frame %#jx that is not its own", (uintmax_t)object->pages[i]);
    }
    if (count != object->resident)
        walk_wrong("an object has %ju pages and says %ju", (uintmax_t)count, (uintmax_t)object->resident);
    if (object->busy)
        walk_wrong("an object is busy, and no call is in progress");
}

/* The records of a bank follow one another. All of them at each step: sanitizers, with nothing to find, take long. */
__attribute__((no_sanitize("address", "undefined"))) static void
check_bank(uint64_t pa, size_t count, const uint32_t *held, const uint32_t *owners)
{
    const struct port_frame *frames = port_frame(pa);

    for (size_t i = 0; i < count; i++) {
        if (frames[i].pins != held[i])
            walk_wrong("I6: the frame %#jx has %u pins of %u", (uintmax_t)(pa + i * PAGE), frames[i].pins, held[i]);
        if (frames[i].shares != owners[i])
            walk_wrong("the frame %#jx is %u objects', and %u have it", (uintmax_t)(pa + i * PAGE), frames[i].shares,
                       owners[i]);
    }
}

static void check_frames(void)
{
    check_bank(HOST_RAM, FRAMES1, pins, shares);
    check_bank(HOST_RAM2, FRAMES - FRAMES1, pins + FRAMES1, shares + FRAMES1);
}

void walk_check(void)
{
    seen_count = 0;
    memset(pins, 0, sizeof pins);
    memset(shares, 0, sizeof shares);
    for (size_t i = 0; i < THINGS; i++)
        if (walk.things[i])
            see(walk.things[i]);
    for (size_t i = 0; i < MAPS; i++)
        if (walk.maps[i]) {
            see(walk.maps[i]->memory);
            check_map(walk.maps[i]);
        }
    walk_weaves_each(see);
    walk_dmas_each(see);
    walk_mallocs_pinned(count_pins);
    for (uint64_t id = 1; id < OBJECTS; id++)
        if (memory_object_of_tag(id << PAGE_BITS))
            check_object(memory_object_of_tag(id << PAGE_BITS));
    check_frames();
    for (size_t i = 0; i < TASKS; i++)
        if (walk.tasks[i])
            check_regions(&walk.tasks[i]->regions);
    walk_check_buses();
    model_settle();
    if (model_breaches())
        walk_wrong("the model saw: %s", model_breach());
}
