/* The walk's steps that ask, copy, wait and run out: they change what lies behind things, or nothing at all. */
#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "mmu/mmu.h"
#include "tests/host/walk_inner.h"

enum { WHOLE = 0, TAG_BLOCKED = 2 };

/* What a map says of a byte is what the tables show there. */
static void segment(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    uint64_t offset = b[OFFSET] * PAGE / 2, va = address(map), length = 1;
    uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &length, b[OPTIONS] & 1 ? kIOMemoryMapperNone : 0);
    struct IOPageInfo info;

    if (!va || offset >= map->length) {
        if (length)
            walk_wrong("a segment of %#jx bytes where no map is", (uintmax_t)length);
        return;
    }
    if (!(b[OPTIONS] & 1) && IOMapperGetSystemMapper()) { /* a device's, by the descriptor */
        if (length > map->length - offset)
            walk_wrong("a device's segment of %#jx bytes", (uintmax_t)length);
        return;
    }
    info = shown(map->space, va + offset);
    if (length > map->length - offset || !length != !info.protection)
        walk_wrong("a segment of %#jx bytes, protection %u", (uintmax_t)length, info.protection);
    if (length && pa != info.pa + (va + offset) % PAGE && pa != info.pa)
        walk_wrong("a segment at %#jx where the tables show %#jx", (uintmax_t)pa, (uintmax_t)info.pa);
}

static void count(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    uint64_t offset = 0, length, dirty = 0, resident = 0;

    if (IOMemoryDescriptorGetPageCounts(md, &resident, &dirty) == kIOReturnSuccess && dirty != resident)
        walk_wrong("%ju pages are there, and %ju are dirty", (uintmax_t)resident, (uintmax_t)dirty);
    IOMemoryDescriptorGetDMAMapLength(md, &offset);
    IOMemoryDescriptorGetPhysicalSegment(md, b[OFFSET] * PAGE, &length, b[OPTIONS] & 1 ? kIOMemoryMapperNone : 0);
    IOMemoryDescriptorGetPhysicalAddress(md);
}

static void maintain(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);

    IOMemoryDescriptorPerformOperation(md, b[OPTIONS] & 1 ? kIOMemoryIncoherentIOFlush : kIOMemoryIncoherentIOStore,
                                       b[OFFSET] * PAGE / 4, PAGE * (1 + b[LENGTH] % 8));
}

/* The same one while it lies where it lay. */
static void persist(const uint8_t *b)
{
    walk_keep(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(walk_thing(b[WHICH])));
}

static IOBufferMemoryDescriptorRef buffer_of(uint8_t byte)
{
    return (IOBufferMemoryDescriptorRef)OSDynamicCastTo(OSMetaClassGetWithName("IOBufferMemoryDescriptor"),
                                                        (OSObjectRef)walk_thing(byte));
}

/* With contents: from the kernel's bytes, or from a task's. */
static void make_filled(const uint8_t *b)
{
    static const uint8_t bytes[4 * 4096];
    const struct span *span = &walk.owned[b[OTHER] % OWNED];
    uint64_t first = b[OFFSET] % 4 * PAGE / 2;

    if (b[OPTIONS] & 1)
        walk_keep(IOBufferMemoryDescriptorCreateWithBytes(bytes, 1 + b[LENGTH] * UINT64_C(61), kIODirectionInOut,
                                                          b[OPTIONS] & 2));
    else if (span->size > first)
        walk_keep(IOBufferMemoryDescriptorCreateWithCopy(b[OPTIONS] & 4 ? walk_task(b[TASK]) : NULL,
                                                         kIODirectionInOut | kIOMemoryPageable, span->task,
                                                         span->va + first, span->size - first));
}

static void append(const uint8_t *b)
{
    static const uint8_t bytes[8192];
    IOBufferMemoryDescriptorRef buffer = buffer_of(b[WHICH]);

    if (buffer && count_of(buffer) == 1)
        IOBufferMemoryDescriptorAppendBytes(buffer, b[OPTIONS] & 1 ? bytes : NULL, b[LENGTH] * UINT64_C(32));
}

static void driverkit(const uint8_t *b)
{
    static const uint16_t modes[] = {0, 0, 0, 0, 0x100, 0x200, 0x400, 0x800};
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    uint64_t offset = b[OFFSET] & 1 ? b[OFFSET] / 2 % 4 * PAGE : WHOLE;
    IOMemoryMapRef map = NULL;

    if (walk_is_borrowed(md))
        return;
    IOMemoryDescriptorCreateMappingDK(md, walk_task(b[TASK]), (b[OPTIONS] & 0x1e) | modes[b[OTHER] & 7], 0, offset,
                                      offset ? PAGE * (1 + b[LENGTH] % 4) : WHOLE, 0, &map);
    walk_keep_map(map);
}

/* ---- waits
 * -----------------------------------------------------------------------------------------------------------
 */

static IOMemoryMapRef awaited;

static void end_wait(void)
{
    walk_feed();
    IOMemoryMapRedirectTask(awaited, NULL, false);
    IOMemoryMapRedirect(awaited, awaited->memory, 0, 0);
}

/* An access waits until somebody gives the pages back. */
static void wait_for_map(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    struct walk_source source;
    uint8_t value;

    if (!map || !map->address || !map->blocked || !walk_is_on_top(map, map->address) ||
        shown(map->space, map->address).tag != TAG_BLOCKED)
        return;
    source = walk_source_of(map->memory, map->offset);
    if (source.kind != SOURCE_OBJECT && !(source.kind == SOURCE_FRAME && port_is_ram(source.pa, 1)))
        return;
    awaited = map;
    host_wait = end_wait;
    if (!touch_read(map->space, map->address, &value) && !walk.short_of_frames)
        walk_wrong("a blocked page does not come back");
    host_wait = NULL;
}

static IOMemoryDescriptorRef awaited_memory;

static void end_redirection(void)
{
    walk_feed();
    IOMemoryDescriptorRedirect(awaited_memory, NULL, false);
}

static void wait_for_memory(const uint8_t *b)
{
    awaited_memory = walk_thing(b[WHICH]);
    if (!awaited_memory)
        return;
    host_wait = end_redirection;
    IOMemoryDescriptorHandleFault(awaited_memory, 0, 0);
    host_wait = NULL;
}

/* ---- shortage
 * --------------------------------------------------------------------------------------------------------
 */

/* No frame is free but those that a purge gives. */
static void squeeze(const uint8_t *b)
{
    walk.short_of_frames = b[OPTIONS] & 1;
    if (walk.short_of_frames)
        host_take_but(0);
    else
        host_defragment();
}

const struct walk_kind walk_asks[] = {
    {"segment", 6, segment},     {"count", 3, count},        {"maintain", 3, maintain},
    {"persist", 4, persist},     {"filled", 4, make_filled}, {"append", 3, append},
    {"driverkit", 6, driverkit}, {"wait", 10, wait_for_map}, {"wait memory", 3, wait_for_memory},
    {"squeeze", 6, squeeze},
};
const size_t walk_asks_count = sizeof walk_asks / sizeof walk_asks[0];
