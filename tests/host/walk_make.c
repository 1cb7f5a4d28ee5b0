/* The walk's steps that make things: memory, descriptors of it, maps, tasks. */
#include "iomem/address_space.h"
#include "iomem/map.h"
#include "tests/host/walk_inner.h"

enum { READ = 1, WRITE = 2 };
enum { LARGE = 0xf8, LARGE_PAGES = 515, DEVICE_PAGES = 64 };
#define RAM_PAGES ((HOST_RAM2 + HOST_RAM2_SIZE - RAM) / PAGE)

/* Mostly a few pages, now and then more than a table's. */
static uint64_t size_of(const uint8_t *b)
{
    uint64_t pages = b[LENGTH] >= LARGE ? LARGE_PAGES : 1 + b[LENGTH] % 8;

    return pages * PAGE - (b[OPTIONS] & 1 ? 0x123 : 0);
}

static IODirection direction_of(const uint8_t *b)
{
    return b[OPTIONS] & 2 ? kIODirectionOut : kIODirectionInOut;
}

/* Mostly none. */
static IOOptionBits mode_of(uint8_t byte)
{
    return byte & 3 ? 0 : (IOOptionBits)(byte >> 2) % 10 << kIOMapCacheShift;
}

static void make_wired(const uint8_t *b)
{
    IOOptionBits options = direction_of(b) | (mode_of(b[OTHER]) & 0x700);

    if (b[OPTIONS] & 4)
        options |= kIOMemoryPhysicallyContiguous;
    if (b[OPTIONS] & 8)
        walk_keep(IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, direction_of(b), size_of(b)));
    else
        walk_keep(IOBufferMemoryDescriptorCreateWithOptions(options, size_of(b), 1));
}

/* The limit is one of the memory's own addresses, unless a mapper remaps it. */
static void make_low(const uint8_t *b)
{
    static const uint64_t masks[] = {0xfffff000, 0xffffffff, 0x7fffffff, 0xffffe000, 0xffffffffffff8000, 0x40ffffff};
    uint64_t mask = masks[b[OTHER] % 6], lowest = mask & -mask, aligned = lowest & ~(PAGE - 1), size = 0;
    IOOptionBits options = direction_of(b) | (b[OPTIONS] & 4 ? kIOMemoryPhysicallyContiguous : 0);
    void *buffer = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, options, size_of(b), mask);

    for (uint64_t at = 0; buffer && at < size_of(b); at += size) {
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(buffer, at, &size, kIOMemoryMapperNone);

        if (!size || (b[OPTIONS] & 4 && size < size_of(b) && !IOMapperGetSystemMapper()))
            walk_wrong("a buffer with a mask has no segment, or several");
        if ((at == 0 && aligned && pa % aligned) ||
            (pa + size - 1 > (mask | (lowest - 1)) && !IOMapperGetSystemMapper()))
            walk_wrong("a buffer of the mask %#jx lies at %#jx", (uintmax_t)mask, (uintmax_t)pa);
    }
    walk_keep(buffer);
}

static void make_pageable(const uint8_t *b)
{
    IOOptionBits options = direction_of(b) | kIOMemoryPageable | (mode_of(b[OTHER]) & 0x700);

    if (b[OPTIONS] & 4)
        options |= kIOMemoryPurgeable;
    if (b[OPTIONS] & 8)
        options |= kIOMapPrefault;
    walk_keep(IOBufferMemoryDescriptorCreateInTaskWithOptions(b[TASK] & 1 ? walk_task(b[TASK] >> 1) : NULL, options,
                                                              size_of(b), 1));
}

/* Some of the device, or of the RAM that is nobody's. */
static IOAddressRange physical(const uint8_t *b, uint8_t page)
{
    uint64_t start = b[OPTIONS] & 4 ? RAM : HOST_DEVICE, pages = b[OPTIONS] & 4 ? RAM_PAGES : DEVICE_PAGES;
    uint64_t first = page % (pages - 9);

    return (IOAddressRange){walk_bus_address(start + first * PAGE), PAGE * (1 + b[LENGTH] % 8)};
}

static void make_physical(const uint8_t *b)
{
    IOAddressRange range = physical(b, b[OFFSET]);
    uint64_t lead = b[OPTIONS] & 1 ? 0x234 : 0;

    walk_keep(IOMemoryDescriptorCreateWithPhysicalAddress(range.address + lead, range.length - lead, direction_of(b)));
}

static void make_ranges(const uint8_t *b)
{
    IOAddressRange ranges[] = {physical(b, b[OFFSET]), physical(b, b[OTHER])};

    walk_keep(IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, direction_of(b), NULL));
}

static const struct span *owned(uint8_t byte)
{
    for (size_t i = 0; i < OWNED; i++)
        if (walk.owned[(byte + i) % OWNED].size)
            return &walk.owned[(byte + i) % OWNED];
    return NULL;
}

/* One range of a task's memory, or two in the other order. */
static void make_virtual(const uint8_t *b)
{
    const struct span *span = owned(b[WHICH]);
    IOOptionBits options = direction_of(b);
    IOAddressRange ranges[2];
    uint64_t half;

    if (!span)
        return;
    if (b[OPTIONS] & 4)
        options |= kIOMemoryPersistent;
    if (b[OPTIONS] & 8)
        options |= kIOMemoryMapCopyOnWrite;
    half = span->size / PAGE / 2 * PAGE;
    ranges[0] = (IOAddressRange){span->va + half, span->size - half};
    ranges[1] = (IOAddressRange){span->va, half};
    if (b[OPTIONS] & 0x10 && half)
        walk_keep(IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, options, span->task));
    else
        walk_keep(IOMemoryDescriptorCreateWithAddressRange(
            span->va + (b[OPTIONS] & 1 ? 0x321 : 0), span->size - (b[OPTIONS] & 1 ? 0x400 : 0), options, span->task));
}

static void make_part(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    uint64_t length = md ? IOMemoryDescriptorGetLength(md) : 0, offset = b[OFFSET] % 8 * PAGE + (b[OPTIONS] & 1) * 8;

    if (offset < length)
        walk_keep(IOMemoryDescriptorCreateWithSubRange(md, offset, length - offset, direction_of(b)));
}

static void make_several(const uint8_t *b)
{
    IOMemoryDescriptorRef parts[] = {walk_thing(b[WHICH]), walk_thing(b[OTHER]), walk_thing(b[TASK])};

    if (parts[0])
        walk_keep(IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2 + (b[OPTIONS] & 1), direction_of(b), false));
}

static void make_guard(const uint8_t *b)
{
    walk_keep(IOGuardPageMemoryDescriptorCreateWithSize((1 + b[LENGTH] % 3) * PAGE));
}

/* A fixed place among maps, or over one. */
static uint64_t place_of(const uint8_t *b, task_t task)
{
    IOMemoryMapRef map = walk_map(b[OTHER]);

    if (b[OPTIONS] & 0x20 && map && IOMemoryMapGetAddressTask(map) == task)
        return address(map);
    return (task == kernel_task ? HOST_WINDOW + HOST_WINDOW_SIZE / 2 : WALK_LOW) + (uint64_t)b[OTHER] * 4 * PAGE;
}

static IOOptionBits map_options(const uint8_t *b)
{
    static const IOOptionBits kinds[] = {
        0,
        kIOMapUnique,
        kIOMapUnique,
        kIOMapGuardedSmall,
        kIOMapGuardedLarge,
        kIOMapReference,
        kIOMapPrefault,
        kIOMapUnique,
    };
    IOOptionBits options = kIOMapAnywhere | kinds[b[OPTIONS] & 7] | mode_of(b[OTHER]);

    return b[OPTIONS] & 8 ? options | kIOMapReadOnly : options;
}

/* All of a descriptor, or a part of one. */
static void map(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    task_t task = walk_task(b[TASK]);
    uint64_t offset = b[OFFSET] & 1 ? b[OFFSET] / 2 % 8 * PAGE + (b[OFFSET] & 0x80 ? 0x40 : 0) : 0;
    uint64_t length = b[OFFSET] & 1 ? (1 + b[LENGTH] % 8) * PAGE / (b[LENGTH] & 0x80 ? 2 : 1) : 0;
    IOOptionBits options = map_options(b);

    if (b[OPTIONS] & 0x10)
        options &= ~(IOOptionBits)kIOMapAnywhere;
    if (!walk_is_borrowed(md))
        walk_keep_map(IOMemoryDescriptorCreateMappingInTask(md, task, place_of(b, task), options, offset, length));
}

/* Nothing lies behind the end of a region, or in a range that begins where none is. */
static bool is_one_place(task_t task, uint64_t va, uint64_t size)
{
    const struct region *first = region_find(&task->regions, va);

    for (uint64_t at = va & ~(PAGE - 1); at < va + size; at += PAGE) {
        const struct region *region = region_find(&task->regions, at);

        if (region && region != first)
            return false;
    }
    return true;
}

/* Over a map or a task's memory, partly or wholly, or over nothing; at the end of a walk all places go. */
static void overwrite(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    const struct span *span = owned(b[OTHER]);
    task_t task = b[OPTIONS] & 0x10 && span ? span->task : walk_task(b[TASK]);
    uint64_t va = b[OPTIONS] & 0x10 && span ? span->va : place_of(b, task), source, length = 0;
    IOOptionBits options = kIOMapOverwrite | mode_of(b[TASK]) | (b[OPTIONS] & 1 ? 0 : kIOMapUnique);

    if (!md || !va || walk_is_borrowed(md))
        return;
    source = IOMemoryDescriptorGetSourceSegment(md, 0, &length) % PAGE;
    va = (va & ~(PAGE - 1)) + b[OFFSET] % 4 * PAGE + source;
    if (b[OPTIONS] & 8)
        options |= kIOMapReadOnly;
    length = b[OPTIONS] & 4 ? IOMemoryDescriptorGetLength(md) : PAGE * (1 + b[LENGTH] % 4);
    if (!is_one_place(task, va, length) || walk.spoiled_count == SPOILED)
        return;
    walk.spoiled[walk.spoiled_count++] = (struct span){task, va & ~(PAGE - 1), length + PAGE};
    walk_keep_map(IOMemoryDescriptorCreateMappingInTask(md, task, va, options, 0, length));
}

static void record(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[OTHER]);

    if (map && map->address && !walk_is_covered(map->space, map->address) && map->offset == 0 &&
        map->length == IOMemoryDescriptorGetLength(map->memory))
        walk_keep_map(IOMemoryDescriptorSetMapping(map->memory, map->task, map->address, 0));
}

static void make_task(const uint8_t *b)
{
    size_t free = 1;

    (void)b;
    while (free < TASKS && walk.tasks[free])
        free++;
    if (free < TASKS)
        walk.tasks[free] = IOAddressSpaceCreate(WALK_LOW, WALK_HIGH);
}

static void allocate(const uint8_t *b)
{
    task_t task = walk_task(b[TASK]);
    struct span *span = walk.owned;
    uint64_t va = place_of(b, task), size = b[LENGTH] >= LARGE ? LARGE_PAGES * PAGE : PAGE * (1 + b[LENGTH] % 8);

    while (span < walk.owned + OWNED && span->size)
        span++;
    if (span == walk.owned + OWNED)
        return;
    if (task == kernel_task) {
        va = (uintptr_t)IOMallocPageable(size, PAGE);
        *span = (struct span){task, va, va ? size : 0};
    } else if (IOAddressSpaceAllocate(task, &va, size, b[OPTIONS] & 1 ? 0 : kIOMapAnywhere, READ | WRITE) == 0)
        *span = (struct span){task, va, size};
}

const struct walk_kind walk_makes[] = {
    {"wired", 8, make_wired},
    {"pageable", 12, make_pageable},
    {"physical", 8, make_physical},
    {"ranges", 3, make_ranges},
    {"virtual", 12, make_virtual},
    {"part", 5, make_part},
    {"several", 5, make_several},
    {"guard", 2, make_guard},
    {"map", 48, map},
    {"overwrite", 10, overwrite},
    {"record", 2, record},
    {"task", 4, make_task},
    {"allocate", 10, allocate},
    {"low", 3, make_low},
};
const size_t walk_makes_count = sizeof walk_makes / sizeof walk_makes[0];
