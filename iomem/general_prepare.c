/* Pinning virtual memory, and the physical segments that a descriptor knows of by itself. */
#include "iomem/general.h"
#include "iomem/map.h"
#include "iomem/mapper.h"
#include "iomem/pin.h"
#include "iomem/port.h"
#include "iomem/source.h"

#define PAGE                 ((uint64_t)PORT_PAGE_SIZE)
#define PHYS_32_END          0x100000000ull
#define FIRST_PREPARATION_ID 0x100000000ull

static bool is_virtual(const struct IOGeneralMemoryDescriptor *md)
{
    return (md->base.flags & kIOMemoryTypeMask) == kIOMemoryTypeVirtual;
}

/* Runs, of which only so many have room. */
struct run_list {
    struct wired_run *runs;
    uint32_t room, count;
    uint64_t offset, end; /* of the descriptor's next byte; physically of the last one's end, 0: a run begins */
};

static void add_run(struct run_list *list, uint64_t pa, uint64_t size)
{
    if (list->end != pa || list->end == 0) {
        if (list->count < list->room)
            list->runs[list->count] = (struct wired_run){list->offset, pa};
        list->count++;
    }
    list->offset += size;
    list->end = pa + size;
}

/* Pages of an object, all of them resident. */
static void add_pages(struct run_list *list, const struct piece *piece)
{
    uint64_t at = piece->pa, end = piece->pa + piece->size;

    while (at < end) {
        uint64_t size = PAGE - at % PAGE < end - at ? PAGE - at % PAGE : end - at;

        add_run(list, piece->object->pages[at / PAGE] + at % PAGE, size);
        at += size;
    }
}

/*
 * The physical runs of all of it, into runs, which has room for `room` of them; *count is how many
 * there are. A run ends where its range does.
 */
static IOReturn list_runs(struct source *source, struct wired_run *runs, uint32_t room, uint32_t *count)
{
    struct run_list list = {.runs = runs, .room = room};
    struct piece piece;
    IOReturn result;

    for (;;) {
        result = source_next(source, &piece);
        *count = list.count;
        if (result != kIOReturnSuccess || piece.size == 0)
            return result;
        list.end = 0;
        if (piece.object)
            add_pages(&list, &piece);
        else
            add_run(&list, piece.pa, piece.size);
    }
}

static uint64_t run_size(const struct IOGeneralMemoryDescriptor *md, uint32_t index)
{
    uint64_t end = index + 1 < md->run_count ? md->runs[index + 1].offset : md->capacity;

    return end - md->runs[index].offset;
}

static void unpin_runs(struct IOGeneralMemoryDescriptor *md, uint32_t count)
{
    while (count-- > 0)
        unpin(md->runs[count].pa, run_size(md, count));
}

/* By addresses of 32 bits: where the mapper remaps, any page is, as it is told so. */
static bool is_reached_by_32(const struct IOGeneralMemoryDescriptor *md, uint32_t index)
{
    uint64_t size = run_size(md, index), shown = size, at = md->runs[index].pa;

    if (md->mapper && !mapper_only_translates(md->mapper))
        return true;
    if (md->mapper)
        at = mapper_to_device(md->mapper, at, &shown);
    return shown == size && at <= PHYS_32_END && size <= PHYS_32_END - at;
}

static IOReturn pin_runs(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    for (uint32_t i = 0; i < md->run_count; i++) {
        IOReturn result = kIOReturnCannotWire;

        if (!(direction & kIODirectionPrepareToPhys32) || is_reached_by_32(md, i))
            result = pin(md->runs[i].pa, run_size(md, i));
        if (result != kIOReturnSuccess) {
            unpin_runs(md, i);
            return result;
        }
    }
    return kIOReturnSuccess;
}

static void forget_runs(struct IOGeneralMemoryDescriptor *md)
{
    if (md->runs && md->runs != &md->run)
        port_free(md->runs);
    md->runs = NULL;
    md->run_count = 0;
}

static IOReturn find_runs(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    struct source source;
    IOReturn result;

    source_start(&source, md, 0, md->capacity);
    source.write = direction & kIODirectionIn;
    md->runs = &md->run;
    result = list_runs(&source, md->runs, 1, &md->run_count);
    if (result != kIOReturnSuccess || md->run_count <= 1)
        return result;
    md->runs = port_alloc(md->run_count * sizeof *md->runs);
    if (!md->runs)
        return kIOReturnNoMemory;
    source_start(&source, md, 0, md->capacity);
    return list_runs(&source, md->runs, md->run_count, &md->run_count);
}

static void hold(const struct IOGeneralMemoryDescriptor *md, int by)
{
    for (uint32_t i = 0; i < md->memory.count; i++)
        md->memory.parts[i].object->busy += (uint32_t)by;
}

/* What comes when it is touched comes now, and what is shared with a copy is so no more: a device may write it. */
static IOReturn make_resident(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    struct memory_want want = {
        .own = true,
        .max_pa = direction & kIODirectionPrepareToPhys32 && !md->mapper ? PHYS_32_END - 1 : 0,
        .no_zero = direction & kIODirectionPrepareNoZeroFill,
        .no_fault = direction & kIODirectionPrepareNoFault,
    };
    struct source source;

    if (md->memory.count == 0)
        return kIOReturnSuccess;
    source_start(&source, md, 0, md->capacity);
    source.write = direction & kIODirectionIn;
    return source_get(&source, &want);
}

static IOReturn wire(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    IOReturn result = reference_take_once(md);

    if (result != kIOReturnSuccess)
        return result;
    hold(md, 1); /* resident pages stay so */
    result = make_resident(md, direction);
    if (result == kIOReturnSuccess)
        result = find_runs(md, direction);

    if (result == kIOReturnSuccess)
        result = pin_runs(md, direction);
    hold(md, -1);
    if (result != kIOReturnSuccess)
        forget_runs(md);
    return result;
}

/* What a mapper is to allow: to write for memory that comes in, to read for what goes out. */
static void note_access(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    md->dma_access = 0;
    if (direction & kIODirectionOut)
        md->dma_access |= kIODMAMapReadAccess;
    if (direction & kIODirectionIn)
        md->dma_access |= kIODMAMapWriteAccess;
    if (direction & kIODirectionPrepareToPhys32 && (md->dma_bits == 0 || md->dma_bits > 32))
        md->dma_bits = 32;
}

static IOReturn prepare_more(struct IOGeneralMemoryDescriptor *md, IODirection direction)
{
    bool out_only = (direction & kIODirectionInOut) == kIODirectionOut;
    IOReturn result = kIOReturnSuccess;

    if (md->wire_count == 0) {
        result = wire(md, direction);
        if (result == kIOReturnSuccess && out_only)
            md->base.flags |= kIOMemoryPreparedReadOnly;
    } else if ((md->base.flags & kIOMemoryPreparedReadOnly) && !out_only) {
        result = kIOReturnNotWritable;
    }
    if (result == kIOReturnSuccess) {
        md->wire_count++;
        note_access(md, direction);
    }
    return result;
}

IOReturn general_prepare(IOMemoryDescriptorRef self, IODirection direction)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;
    IOReturn result;

    if (!is_virtual(md))
        return kIOReturnSuccess;
    if (self->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if (!(direction & kIODirectionInOut))
        direction |= self->flags & kIODirectionInOut;
    if (!(direction & kIODirectionInOut))
        direction |= kIODirectionInOut;
    lock_acquire(&gIOMemoryLock);
    result = prepare_more(md, direction);
    lock_release(&gIOMemoryLock);
    return result;
}

IOReturn general_complete(IOMemoryDescriptorRef self, IODirection direction)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;

    (void)direction;
    if (!is_virtual(md))
        return kIOReturnSuccess;
    if (self->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    lock_acquire(&gIOMemoryLock);
    if (md->wire_count && --md->wire_count == 0) {
        general_drop_iova(md);
        unpin_runs(md, md->run_count);
        forget_runs(md);
        self->flags &= ~(uint32_t)kIOMemoryPreparedReadOnly;
        self->preparation_id = kIOPreparationIDUnprepared;
    }
    lock_release(&gIOMemoryLock);
    return kIOReturnSuccess;
}

uint64_t descriptor_new_preparation_id(void)
{
    static uint64_t last = FIRST_PREPARATION_ID - 1;

    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

uint64_t general_preparation_id(IOMemoryDescriptorRef self)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;

    if (md->wire_count == 0)
        return kIOPreparationIDUnprepared;
    if (self->preparation_id == 0)
        self->preparation_id = descriptor_new_preparation_id();
    return self->preparation_id;
}

/* The run that holds offset: the last that does not begin after it. */
static uint32_t find_run(const struct IOGeneralMemoryDescriptor *md, uint64_t offset)
{
    uint32_t low = 0, high = md->run_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (md->runs[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static addr64_t wired_segment(const struct IOGeneralMemoryDescriptor *md, IOByteCount offset, IOByteCount *length)
{
    uint32_t index;
    uint64_t skip;

    if (offset >= md->capacity || md->run_count == 0)
        return 0;
    index = find_run(md, offset);
    skip = offset - md->runs[index].offset;
    *length = run_size(md, index) - skip;
    if (*length > md->base.length - offset)
        *length = md->base.length - offset; /* a buffer's may end before its memory does */
    return md->runs[index].pa + skip;
}

void general_drop_iova(struct IOGeneralMemoryDescriptor *md)
{
    if (md->iova_size)
        mapper_unmap(md->mapper, &md->base, NULL, md->iova, md->iova_size);
    md->iova_length = md->iova_size = 0;
}

/* All of it at once. A buffer that has become longer since gets new addresses. */
static IOReturn give_iova(struct IOGeneralMemoryDescriptor *md)
{
    uint64_t length = md->base.length, size = length;
    IOReturn result;

    if (md->wire_count == 0)
        return kIOReturnNotReady;
    if (md->iova_length >= length)
        return kIOReturnSuccess;
    general_drop_iova(md);
    result = mapper_map(md->mapper, &md->base, NULL, NULL, 0, &md->iova, &size);
    if (result != kIOReturnSuccess)
        return result;
    md->iova_length = length;
    md->iova_size = size;
    return kIOReturnSuccess;
}

/* Virtual memory through its mapper; a segment goes to the end of its range. */
static addr64_t device_segment(struct IOGeneralMemoryDescriptor *md, IOByteCount offset, IOByteCount *length)
{
    struct source source;
    uint64_t address = 0;

    *length = 0;
    lock_acquire(&gIOMemoryLock);
    if (give_iova(md) == kIOReturnSuccess && offset < md->iova_length) {
        source_start(&source, md, offset, md->base.length - offset);
        *length = source.size < source.left ? source.size : source.left;
        address = md->iova + offset;
    }
    lock_release(&gIOMemoryLock);
    return address;
}

/* Virtual memory through a mapper that leaves its runs as they are. */
static addr64_t translated_segment(const struct IOGeneralMemoryDescriptor *md, IOByteCount offset, IOByteCount *length)
{
    addr64_t pa = wired_segment(md, offset, length);

    return *length ? mapper_to_device(md->mapper, pa, length) : 0;
}

/* Physical memory that was described by device addresses, in the CPU's. */
static addr64_t cpu_segment(const struct IOGeneralMemoryDescriptor *md, IOByteCount offset, IOByteCount *length)
{
    struct source source;
    struct piece piece = {0};

    *length = 0;
    source_start(&source, md, offset, md->base.length - offset);
    source_next(&source, &piece);
    if (!piece.size || !piece.pa)
        return 0;
    *length = piece.size;
    return piece.pa;
}

addr64_t general_physical_segment(IOMemoryDescriptorRef self, IOByteCount offset, IOByteCount *length,
                                  IOOptionBits options)
{
    struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;
    struct source source;
    uint64_t address;

    *length = 0;
    if (offset >= self->length)
        return 0;
    if (!(options & _kIOMemorySourceSegment)) {
        if (is_virtual(md) && md->mapper && !(options & kIOMemoryMapperNone))
            return mapper_only_translates(md->mapper) ? translated_segment(md, offset, length)
                                                      : device_segment(md, offset, length);
        if (is_virtual(md))
            return wired_segment(md, offset, length);
        if (md->mapper && options & kIOMemoryMapperNone)
            return cpu_segment(md, offset, length);
    }
    source_start(&source, md, offset, self->length - offset);
    *length = source_segment(&source, &address);
    return address;
}
