/*
 * The mappers of a walk: arrays of pages, as an IOMMU's driver would keep them, and buses that add a constant. An array
 * is strict: what is unmapped has been mapped just so, and what it shows is the memory that was given to it. Addresses
 * out of its own range it lets through, so that a walk's physical descriptors are the same with it.
 */
#include "tests/host/walk_bus.h"

enum { BUSES = 3, SLOTS = 2048, EXTENTS = 48, LOOKED_AT = 24 };
#define ARRAY_BASE UINT64_C(0x10000000)
#define ARRAY_SIZE UINT64_C(0x1000000) /* of addresses from one array to the next */
#define BUS_ADDS   UINT64_C(0x80000000)
#define BUS_END    (HOST_RAM2 + HOST_RAM2_SIZE)

struct extent {
    uint64_t address, length;     /* length 0: none */
    IOMemoryDescriptorRef memory; /* whoever had it mapped has it unmapped before it goes */
    uint64_t offset;
    bool by_hand; /* for a driver: nobody else undoes it, */
    bool late;    /* not even when the memory has been completed meanwhile */
};

static struct bus {
    IOMapperRef mapper; /* a reference; NULL: none */
    bool only_adds;
    uint64_t base;
    uint64_t pages[SLOTS];
    struct extent extents[EXTENTS];
} buses[BUSES];
static const struct bus *system_bus;
static unsigned turn;

bool walk_bus_refused, walk_bus_by_hand, walk_bus_works;

/* ---- the arrays ----------------------------------------------------------------------------------------------------
 */

static uint64_t segment(IOMemoryDescriptorRef md, uint64_t offset, uint64_t *size)
{
    return IOMemoryDescriptorGetPhysicalSegment(md, offset, size, kIOMemoryMapperNone);
}

static bool init_hardware(IOMapperRef mapper, void *provider)
{
    if (provider != IOMapperGetContext(mapper))
        walk_wrong("a mapper is told of another provider");
    return walk_bus_works;
}

static uint64_t slots_of(uint64_t address, uint64_t length)
{
    return (address % PAGE + length + PAGE - 1) / PAGE;
}

static bool is_free(const struct bus *bus, uint64_t first, uint64_t count)
{
    uint64_t at = bus->base + first * PAGE;

    for (size_t i = 0; i < EXTENTS; i++) {
        const struct extent *extent = &bus->extents[i];

        if (extent->length && extent->address < at + count * PAGE && extent->address + extent->length > at)
            return false;
    }
    return true;
}

static IOReturn refuse(IOReturn why)
{
    walk_bus_refused = true;
    return why;
}

/* False: two runs meet within a page, which no array can show. */
static bool show_run(uint64_t *slots, uint64_t at, uint64_t pa, uint64_t size)
{
    for (uint64_t end = at + size; at < end; at += PAGE - at % PAGE, pa += PAGE - pa % PAGE) {
        uint64_t page = pa & ~(PAGE - 1);

        if (at % PAGE != pa % PAGE || (slots[at / PAGE] && slots[at / PAGE] != page))
            return false;
        slots[at / PAGE] = page;
    }
    return true;
}

static bool show(uint64_t *slots, const struct extent *extent)
{
    uint64_t lead = extent->address % PAGE, size;

    for (uint64_t done = 0; done < extent->length; done += size) {
        uint64_t pa = segment(extent->memory, extent->offset + done, &size);

        if (!size && !extent->by_hand)
            walk_wrong("a mapper is to show %#jx bytes of memory that has %#jx", (uintmax_t)extent->length,
                       (uintmax_t)done);
        size = size < extent->length - done ? size : extent->length - done;
        if (!size || !show_run(slots, lead + done, pa, size))
            return false;
    }
    return true;
}

static struct extent *free_extent(struct bus *bus)
{
    struct extent *extent = bus->extents;

    while (extent < bus->extents + EXTENTS && extent->length)
        extent++;
    return extent < bus->extents + EXTENTS ? extent : NULL;
}

static void forget_pages(struct bus *bus, const struct extent *extent)
{
    uint64_t first = (extent->address - bus->base) / PAGE;

    memset(bus->pages + first, 0, slots_of(extent->address, extent->length) * sizeof bus->pages[0]);
}

/* Nobody may write what is prepared to be read; memory that the classes map by themselves they map whole. */
static void check_wish(IOMemoryDescriptorRef memory, const struct extent *extent, uint32_t options)
{
    uint32_t access = options & (kIODMAMapReadAccess | kIODMAMapWriteAccess);
    uint64_t whole = IOMemoryDescriptorGetLength(memory);

    if (!access || (access & kIODMAMapWriteAccess && IOMemoryDescriptorGetFlags(memory) & kIOMemoryPreparedReadOnly))
        walk_wrong("a mapper is to allow the access %u", access);
    if (memory && !walk_bus_by_hand && (extent->offset || extent->length != whole))
        walk_wrong("%#jx bytes from %#jx are to be shown, of %#jx", (uintmax_t)extent->length,
                   (uintmax_t)extent->offset, (uintmax_t)whole);
}

static IOReturn map_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t offset, uint64_t length,
                           uint32_t options, const IODMAMapSpecification *specification, IODMACommandRef command,
                           const IODMAMapPageList *list, uint64_t *address, uint64_t *map_length)
{
    struct bus *bus = IOMapperGetContext(mapper);
    struct extent *extent = free_extent(bus), wanted = {0, length, memory, offset, walk_bus_by_hand, false};
    uint64_t size, lead = memory ? segment(memory, offset, &size) % PAGE : 0, first = 0;

    (void)specification;
    (void)command;
    (void)list;
    check_wish(memory, &wanted, options);
    if (walk.starved && turn++ % 2)
        return refuse(kIOReturnNoMemory);
    while (first + slots_of(lead, length) <= SLOTS && !is_free(bus, first, slots_of(lead, length)))
        first++;
    if (!extent || first + slots_of(lead, length) > SLOTS)
        return refuse(kIOReturnNoSpace);
    wanted.address = bus->base + first * PAGE + lead;
    if (memory && !show(bus->pages + first, &wanted)) {
        forget_pages(bus, &wanted);
        return refuse(kIOReturnNotAligned);
    }
    *extent = wanted;
    *address = wanted.address;
    *map_length = length;
    return kIOReturnSuccess;
}

static struct extent *extent_at(struct bus *bus, uint64_t address, uint64_t length)
{
    for (size_t i = 0; i < EXTENTS; i++)
        if (bus->extents[i].length == length && bus->extents[i].address == address)
            return &bus->extents[i];
    return NULL;
}

static IOReturn unmap_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command,
                             uint64_t address, uint64_t length)
{
    struct bus *bus = IOMapperGetContext(mapper);
    struct extent *extent = extent_at(bus, address, length);

    (void)command;
    if (!extent || extent->memory != memory)
        walk_wrong("%#jx bytes at %#jx are unmapped that are not mapped so", (uintmax_t)length, (uintmax_t)address);
    forget_pages(bus, extent);
    *extent = (struct extent){0};
    return kIOReturnSuccess;
}

static bool is_inside(const struct bus *bus, uint64_t address)
{
    return bus->mapper && !bus->only_adds && address - bus->base < SLOTS * PAGE;
}

static IOReturn insert(IOMapperRef mapper, uint32_t options, uint64_t address, uint64_t offset, uint64_t pa,
                       uint64_t length)
{
    struct bus *bus = IOMapperGetContext(mapper);

    (void)options;
    for (size_t i = 0; i < EXTENTS; i++) {
        const struct extent *extent = &bus->extents[i];

        if (extent->length && !extent->memory && address + offset - extent->address < extent->length && length == PAGE)
            bus->pages[(address + offset - bus->base) / PAGE] = pa;
    }
    return kIOReturnSuccess;
}

static uint64_t to_physical(IOMapperRef mapper, uint64_t address)
{
    const struct bus *bus = IOMapperGetContext(mapper);
    uint64_t page;

    if (!is_inside(bus, address))
        return address;
    page = bus->pages[(address - bus->base) / PAGE];
    return page ? page + address % PAGE : 0;
}

static const IOMapperClass array_class = {init_hardware, NULL, map_memory, unmap_memory, insert, to_physical};

/* ---- what the walk asks --------------------------------------------------------------------------------------------
 */

bool walk_bus_to_cpu(uint64_t device, uint64_t *pa)
{
    *pa = device;
    for (size_t i = 0; i < BUSES; i++)
        if (is_inside(&buses[i], device)) {
            uint64_t page = buses[i].pages[(device - buses[i].base) / PAGE];

            *pa = page + device % PAGE;
            return page != 0;
        }
    if (device - BUS_ADDS < BUS_END && !port_is_ram(device, 1))
        *pa = device - BUS_ADDS;
    return true;
}

uint64_t walk_bus_address(uint64_t pa)
{
    return system_bus && system_bus->only_adds ? pa + BUS_ADDS : pa;
}

IOMapperRef walk_bus_mapper(uint8_t byte)
{
    return buses[byte % BUSES].mapper;
}

bool walk_bus_only_adds(IOMapperRef mapper)
{
    for (size_t i = 0; mapper && i < BUSES; i++)
        if (buses[i].mapper == mapper)
            return buses[i].only_adds;
    return false;
}

/* What a mapper shows is the memory's page, but where a driver has completed the memory before it unmaps it. */
static void check_page(const struct bus *bus, struct extent *extent, uint64_t i)
{
    uint64_t lead = extent->address % PAGE, offset = extent->offset + (i ? i * PAGE - lead : 0), size;
    uint64_t pa = segment(extent->memory, offset, &size), shown = bus->pages[(extent->address - bus->base) / PAGE + i];

    extent->late |= !size && extent->by_hand;
    if (extent->late || (!size && offset >= IOMemoryDescriptorGetLength(extent->memory))) /* a buffer is shorter now */
        return;
    if (!size || shown != (pa & ~(PAGE - 1)))
        walk_wrong("a mapper shows %#jx where an %s has %#jx", (uintmax_t)shown,
                   OSMetaClassGetClassName(OSObjectGetMetaClass((OSObjectRef)extent->memory)),
                   (uintmax_t)(size ? pa : 0));
}

/* All pages, or of what is large and is undone by itself some. */
static void check_extents(struct bus *bus)
{
    for (size_t i = 0; i < EXTENTS; i++) {
        struct extent *extent = &bus->extents[i];
        uint64_t count = slots_of(extent->address, extent->length);
        uint64_t step = extent->by_hand ? 1 : 1 + count / LOOKED_AT;

        for (uint64_t page = 0; extent->memory && !extent->late && page < count; page += step)
            check_page(bus, extent, page);
    }
}

void walk_check_buses(void)
{
    IOMapperRef mapper = system_bus ? system_bus->mapper : NULL;

    walk_bus_refused = false;
    if (IOMapperGetSystemMapper() != mapper)
        walk_wrong("the system mapper is another");
    for (size_t i = 0; i < BUSES; i++) {
        if (!buses[i].mapper)
            continue;
        check_extents(&buses[i]);
        mapper = IOMapperCopyMapperForDevice(&buses[i]);
        if (mapper != buses[i].mapper)
            walk_wrong("a device has another mapper");
        drop(mapper);
    }
}

/* ---- their lives ---------------------------------------------------------------------------------------------------
 */

/* False: somebody has it still. */
static bool end(struct bus *bus)
{
    if (bus->mapper && count_of(bus->mapper) > 1)
        return false;
    for (size_t i = 0; i < EXTENTS; i++)
        if (bus->extents[i].length)
            walk_wrong("a mapper goes, and %#jx bytes are mapped", (uintmax_t)bus->extents[i].length);
    drop(bus->mapper);
    bus->mapper = NULL;
    return true;
}

static IOMapperRef create(struct bus *bus, const uint8_t *b)
{
    uint64_t some = HOST_RAM + HOST_RAM_SIZE / 2;

    *bus = (struct bus){.base = ARRAY_BASE + (uint64_t)(bus - buses) * ARRAY_SIZE, .only_adds = b[OPTIONS] & 2};
    if (bus->only_adds)
        return IOMapperCreateWithOffset(BUS_ADDS, PAGE, (b[OPTIONS] & 4 ? some : BUS_END) - PAGE);
    return IOMapperCreateWithClass(&array_class, bus);
}

static void start(const uint8_t *b)
{
    struct bus *bus = &buses[b[WHICH] % BUSES];
    bool is_system = b[OPTIONS] & 8;

    walk_bus_works = (b[OPTIONS] & 0x70) != 0;
    if (!end(bus) || !(bus->mapper = create(bus, b)))
        return;
    if (is_system)
        walk_dma_leave();
    if (IOMapperStart(bus->mapper, bus, is_system) != (walk_bus_works || bus->only_adds))
        walk_wrong("a mapper starts, or does not, against its hardware's word");
    if (!IOMapperGetPageSize(bus->mapper))
        end(bus);
    else if (IOMapperStart(bus->mapper, bus, true))
        walk_wrong("a mapper starts twice");
    else if (is_system)
        system_bus = bus;
}

static void change(const uint8_t *b)
{
    if (b[OPTIONS] & 1) {
        start(b);
        return;
    }
    if (b[OPTIONS] & 2) { /* one is announced and never comes */
        IOMapperSetMapperRequired(true);
        return;
    }
    walk_dma_leave();
    IOMapperSetMapperRequired(false);
    system_bus = NULL;
}

void walk_buses_end(void)
{
    walk_dma_end();
    turn = 0;
    IOMapperSetMapperRequired(false);
    system_bus = NULL;
    for (size_t i = 0; i < BUSES; i++)
        if (!end(&buses[i]))
            walk_wrong("a mapper has %d references at the end", count_of(buses[i].mapper));
}

const struct walk_kind walk_buses[] = {{"bus", 4, change}};
const size_t walk_buses_count = sizeof walk_buses / sizeof walk_buses[0];
