/* The walk's steps on devices' addresses: segments, pages of the system mapper, dmaMap with any mapper. */
#include "iomem/descriptor.h"
#include "tests/host/walk_bus.h"

enum { DMAS = 6, AREAS = 3, AREA_PAGES = 6 };
#define RAM_PAGES ((HOST_RAM2 + HOST_RAM2_SIZE - RAM) / PAGE)

/* Mapped by hand: the memory is prepared for as long, and held. */
static struct dma {
    IOMemoryDescriptorRef md; /* NULL: none */
    IOMapperRef mapper;
    uint64_t offset, address, length;
} dmas[DMAS];

/* Pages of the system mapper's. */
static struct area {
    ppnum_t page, inserted[AREA_PAGES]; /* 0: none */
    unsigned count;
} areas[AREAS];

static uint64_t segment(IOMemoryDescriptorRef md, uint64_t offset, uint64_t *size, IOOptionBits options)
{
    return IOMemoryDescriptorGetPhysicalSegment(md, offset, size, options);
}

/* ---- segments ------------------------------------------------------------------------------------------------------
 */

static void expect_same(uint64_t device, uint64_t pa, uint64_t size)
{
    uint64_t seen;

    for (uint64_t at = 0; at < size; at += PAGE)
        if (!walk_bus_to_cpu(device + at, &seen) || seen != pa + at)
            walk_wrong("%#jx is %#jx for devices, who find %#jx there", (uintmax_t)(pa + at), (uintmax_t)(device + at),
                       (uintmax_t)seen);
}

/* An access by a device's address is one to the memory. */
static void access(uint64_t device, uint64_t pa, uint8_t value)
{
    uint8_t *byte = port_is_ram(pa, 1) ? port_linear(pa) : NULL, was = byte ? *byte : 0;

    if (!byte)
        return;
    if (IOMappedRead8(device) != was)
        walk_wrong("%#jx reads %#x, %#jx holds %#x", (uintmax_t)device, IOMappedRead8(device), (uintmax_t)pa, was);
    IOMappedWrite8(device, value);
    if (*byte != value)
        walk_wrong("a write to %#jx does not come to %#jx", (uintmax_t)device, (uintmax_t)pa);
    IOMappedWrite8(device, was);
}

static IOMapperRef mapper_of(IOMemoryDescriptorRef md)
{
    return descriptor_methods(md)->collect ? ((struct IOGeneralMemoryDescriptor *)md)->mapper : NULL;
}

/* The same memory by the two kinds of addresses; bytes past the end of either are not asked for. */
static void look(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    uint64_t length = IOMemoryDescriptorGetLength(md), offset = length ? (b[OFFSET] * PAGE / 2 + 3) % length : 0;
    uint64_t size = 1, seen = 1, pa, device;

    if (!md)
        return;
    pa = segment(md, offset, &size, kIOMemoryMapperNone);
    device = segment(md, offset, &seen, 0);
    if (size > length - offset || seen > length - offset)
        walk_wrong("a segment of %#jx or %#jx bytes where %#jx are left", (uintmax_t)size, (uintmax_t)seen,
                   (uintmax_t)(length - offset));
    if (size && seen)
        expect_same(device, pa, size < seen ? size : seen);
    if (size && seen && mapper_of(md) && mapper_of(md) == IOMapperGetSystemMapper())
        access(device, pa, b[OTHER]);
    if (size && !seen && !walk_bus_refused && !walk_bus_only_adds(mapper_of(md)))
        walk_wrong("devices do not see %#jx, and no mapper has refused that", (uintmax_t)pa);
    segment(md, length, &seen, 0);
    if (seen)
        walk_wrong("devices see %#jx bytes behind the end", (uintmax_t)seen);
}

/* ---- by hand -------------------------------------------------------------------------------------------------------
 */

static void end_dma(struct dma *dma)
{
    if (IOMemoryDescriptorDMAUnmap(dma->md, dma->mapper, NULL, dma->offset, dma->address, dma->length))
        walk_wrong("what is mapped for a device cannot be unmapped");
    IOMemoryDescriptorComplete(dma->md, 0);
    drop(dma->md);
    drop(dma->mapper);
    *dma = (struct dma){0};
}

/* What came of it. True: it is mapped. */
static bool check_mapped(const struct dma *dma, uint64_t length, IOReturn result)
{
    uint64_t all = IOMemoryDescriptorGetLength(dma->md), size = 0;
    bool inside = dma->offset <= all && length <= all - dma->offset;

    if ((!inside) != (result == kIOReturnBadArgument))
        walk_wrong("%#jx bytes at %#jx of %#jx: %#x", (uintmax_t)length, (uintmax_t)dma->offset, (uintmax_t)all,
                   result);
    if (result && (dma->address || dma->length))
        walk_wrong("not mapped, and %#jx bytes at %#jx", (uintmax_t)dma->length, (uintmax_t)dma->address);
    for (uint64_t done = 0; !result && done < length; done += size) {
        uint64_t pa = segment(dma->md, dma->offset + done, &size, kIOMemoryMapperNone);

        size = size < length - done ? size : length - done;
        if (!size)
            walk_wrong("mapped for a device, and not prepared");
        expect_same(dma->address + done, pa, size);
    }
    return !result;
}

static void map(const uint8_t *b)
{
    IODMAMapSpecification specification = {.numAddressBits = 32};
    struct dma *dma = &dmas[b[OTHER] % DMAS], wanted = {walk_thing(b[WHICH]), NULL, 1, 1, 1};
    uint64_t length = PAGE * (1 + b[LENGTH] % 4);
    IOReturn result;

    wanted.mapper = walk_bus_mapper(b[TASK]);
    wanted.offset = b[OFFSET] % 8 * PAGE + (b[OPTIONS] & 1 ? 0x40 : 0);
    if (b[OPTIONS] & 2) {
        wanted.offset = 0;
        length = IOMemoryDescriptorGetLength(wanted.md);
    }
    if (dma->md || !wanted.md || !wanted.mapper || !length || walk_is_borrowed(wanted.md) ||
        IOMemoryDescriptorPrepare(wanted.md, b[OPTIONS] >> 3 & 3))
        return;
    walk_bus_by_hand = true;
    result = IOMemoryDescriptorDMAMap(wanted.md, wanted.mapper, NULL, b[OPTIONS] & 4 ? &specification : NULL,
                                      wanted.offset, length, &wanted.address, &wanted.length);
    walk_bus_by_hand = false;
    if (!check_mapped(&wanted, length, result)) {
        IOMemoryDescriptorComplete(wanted.md, 0);
        if (result != kIOReturnBadArgument && !walk_bus_only_adds(wanted.mapper) && !walk_bus_refused)
            walk_wrong("a mapper that has not refused maps nothing: %#x", result);
        return;
    }
    OSObjectRetain((OSObjectRef)wanted.md);
    OSObjectRetain((OSObjectRef)wanted.mapper);
    *dma = wanted;
}

static void unmap(const uint8_t *b)
{
    if (dmas[b[OTHER] % DMAS].md)
        end_dma(&dmas[b[OTHER] % DMAS]);
}

void walk_dmas_each(void (*see)(IOMemoryDescriptorRef))
{
    for (size_t i = 0; i < DMAS; i++)
        if (dmas[i].md)
            see(dmas[i].md);
}

/* ---- pages ---------------------------------------------------------------------------------------------------------
 */

static void free_area(struct area *area)
{
    IOMapperIOVMFree(area->page, area->count);
    *area = (struct area){0};
}

static void take(struct area *area, const uint8_t *b)
{
    bool none = !IOMapperGetSystemMapper() || walk_bus_address(PAGE) != PAGE;

    *area = (struct area){.count = b[LENGTH] % (AREA_PAGES + 1)};
    area->page = IOMapperIOVMAlloc(area->count);
    if (area->page && (none || !area->count))
        walk_wrong("%u pages of device addresses, and %s", area->count, none ? "no mapper" : "none wanted");
    if (!area->page && !none && area->count && !walk_bus_refused)
        walk_wrong("no %u pages of device addresses", area->count);
}

static void insert(struct area *area, const uint8_t *b)
{
    unsigned which = b[OFFSET] % area->count;
    uint64_t device = (area->page + which) * PAGE + b[OTHER] * 4u, pa = RAM + b[LENGTH] % RAM_PAGES * PAGE;

    if (IOMapperInsertPage(area->page, which, (ppnum_t)(pa / PAGE)) != area->page + which)
        walk_wrong("a page is not inserted where it is to be");
    area->inserted[which] = (ppnum_t)(pa / PAGE);
    expect_same(device, pa + b[OTHER] * 4u, 1);
    IOMappedWrite32(device, b[OTHER] * 0x1010101u);
    if (*(uint32_t *)port_linear(pa + b[OTHER] * 4u) != b[OTHER] * 0x1010101u)
        walk_wrong("a write to an inserted page does not come to it");
    IOMappedWrite32(device, 0);
}

/* A descriptor of what devices know by these addresses; only the CPU's map needs what is there. */
static void describe(const struct area *area, const uint8_t *b)
{
    uint64_t lead = b[OPTIONS] & 0x10 ? 0x20 : 0, device = area->page * PAGE + lead, size, seen;
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithPhysicalAddress(device, area->count * PAGE - lead, kIODirectionInOut);
    bool there = true;
    IOMemoryMapRef at;

    if (!md)
        return;
    for (unsigned i = 0; i < area->count; i++)
        there &= area->inserted[i] != 0;
    if (segment(md, 0, &seen, 0) != device || seen != area->count * PAGE - lead)
        walk_wrong("memory described by device addresses has others");
    if (area->inserted[0] ? segment(md, 0, &size, kIOMemoryMapperNone) != area->inserted[0] * PAGE + lead || !size
                          : (segment(md, 0, &size, kIOMemoryMapperNone), size))
        walk_wrong("memory described by device addresses is not what is inserted");
    at = IOMemoryDescriptorMap(md, b[OPTIONS] & 0x20 ? kIOMapUnique : 0);
    if (at && (!there || query(address(at)).pa != area->inserted[0] * PAGE + lead))
        walk_wrong("a map of device addresses shows what is not there");
    if (!at && there && !walk.starved && !(b[OPTIONS] & 0x20)) /* whose pages lie anywhere */
        walk_wrong("no map of device addresses");
    drop(at);
    drop(md);
}

static void use_pages(const uint8_t *b)
{
    struct area *area = &areas[b[WHICH] % AREAS];

    if (!area->page)
        take(area, b);
    else if (b[OPTIONS] & 1)
        free_area(area);
    else if (b[OPTIONS] & 2)
        describe(area, b);
    else
        insert(area, b);
    if (!IOMapperGetSystemMapper() && IOMapperInsertPage(b[OTHER] + 1u, b[OFFSET], b[LENGTH]) != b[LENGTH])
        walk_wrong("without a mapper a page is another");
}

void walk_dma_leave(void)
{
    for (size_t i = 0; i < AREAS; i++)
        if (areas[i].page)
            free_area(&areas[i]);
}

void walk_dma_end(void)
{
    walk_dma_leave();
    for (size_t i = 0; i < DMAS; i++)
        if (dmas[i].md)
            end_dma(&dmas[i]);
}

const struct walk_kind walk_dma[] = {
    {"look", 10, look}, {"dma map", 8, map}, {"dma unmap", 6, unmap}, {"pages", 8, use_pages}};
const size_t walk_dma_count = sizeof walk_dma / sizeof walk_dma[0];
