/* The walk's steps on what there is: they use it, change it and take it away. */
#include "iomem/address_space.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/memory_object.h"
#include "iomem/memory_purge.h"
#include "mmu/mmu.h"
#include "tests/host/walk_inner.h"

enum { TAG_BLOCKED = 2 };

/* One that was picked, or NULL. */
static void let_go(void **slots, void *object)
{
    if (!object)
        return;
    while (*slots != object)
        slots++;
    *slots = NULL;
    drop(object);
}

static void release_map(const uint8_t *b)
{
    let_go((void **)walk.maps, walk_map(b[WHICH]));
}

static void release_thing(const uint8_t *b)
{
    let_go((void **)walk.things, walk_thing(b[WHICH]));
}

static void unmap(const uint8_t *b)
{
    if (IOMemoryMapUnmap(walk_map(b[WHICH])) != kIOReturnSuccess && walk_map(0) && !walk.starved)
        walk_wrong("a map cannot be unmapped");
}

static void died(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);

    IOMemoryMapUserClientUnmap(map);
    IOMemoryMapTaskDied(map);
}

/* To nothing, back to what it was, or to something else. */
static void redirect(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    IOMemoryDescriptorRef md = walk_thing(b[OTHER]);

    if (b[OPTIONS] & 1)
        md = NULL;
    else if (b[OPTIONS] & 2)
        md = IOMemoryMapGetMemoryDescriptor(map);
    if (!walk_is_borrowed(md))
        IOMemoryMapRedirect(map, md, 0, b[OFFSET] % 4 * PAGE);
}

static void redirect_task(const uint8_t *b)
{
    task_t safe = b[OPTIONS] & 2 ? walk_task(b[TASK]) : NULL;

    if (b[OPTIONS] & 4)
        IOMemoryMapRedirectTask(walk_map(b[WHICH]), safe, b[OPTIONS] & 1);
    else
        IOMemoryDescriptorRedirect(walk_thing(b[WHICH]), safe, b[OPTIONS] & 1);
}

static void prepare(const uint8_t *b)
{
    IODirection direction = b[OPTIONS] & 3;

    if (b[OPTIONS] & 0x10)
        direction |= kIODirectionPrepareNoZeroFill;
    if ((b[OPTIONS] & 0x60) == 0x60)
        direction |= kIODirectionPrepareNoFault;
    if (b[OPTIONS] & 0x80)
        direction |= kIODirectionPrepareToPhys32;
    if (!walk_is_borrowed(walk_thing(b[WHICH])))
        IOMemoryDescriptorPrepare(walk_thing(b[WHICH]), direction);
}

static void complete(const uint8_t *b)
{
    IOMemoryDescriptorComplete(walk_thing(b[WHICH]), b[OPTIONS] & 3);
}

/* Not of pages that an overwriting map has put there: they may go while they are pinned. */
static void wire(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    uint64_t offset = b[OFFSET] % 8 * PAGE, end = offset + (2 + b[LENGTH] % 4) * PAGE;

    for (uint64_t at = offset; map && map->space && at < end; at += PAGE)
        if (walk_is_covered(map->space, map->address + at))
            return;
    if (map && !(map->options & kIOMapStatic)) /* whose pages may be anybody's by now */
        IOMemoryMapWireRange(map, b[OPTIONS] & 3, offset, end - offset - PAGE);
}

static void purge(const uint8_t *b)
{
    static const IOOptionBits states[] = {kIOMemoryPurgeableNonVolatile, kIOMemoryPurgeableVolatile,
                                          kIOMemoryPurgeableVolatile | kIOMemoryPurgeableVolatileBehaviorLifo,
                                          kIOMemoryPurgeableEmpty};
    IOOptionBits old;

    IOMemoryDescriptorSetPurgeable(walk_thing(b[WHICH]), states[b[OPTIONS] & 3], &old);
}

/* What the page allocator asks for when it runs dry. */
static void reclaim(const uint8_t *b)
{
    (void)b;
    lock_acquire(&gIOMemoryLock);
    memory_purge_one();
    lock_release(&gIOMemoryLock);
}

/* A program's access comes through, and reaches the memory that the tables say. */
static void access(task_t task, uint64_t va, uint8_t value, bool write)
{
    struct IOPageInfo info = shown(task, va);
    uint8_t seen = 0;

    if (info.tag == TAG_BLOCKED || (info.protection && !port_is_ram(info.pa, 1)))
        return;
    if (!(write ? touch_write(task, va, value) : touch_read(task, va, &seen)))
        return;
    info = shown(task, va);
    if (*(uint8_t *)port_linear(info.pa) != (write ? value : seen))
        walk_wrong("an access at %#jx is to other memory than the tables say", (uintmax_t)va);
}

static void touch(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    uint64_t length = IOMemoryMapGetLength(map), va = address(map);

    if (va)
        access(map->space, va + (b[OFFSET] * PAGE / 2) % length, b[OTHER], b[OPTIONS] & 1);
}

static void touch_owned(const uint8_t *b)
{
    const struct span *span = &walk.owned[b[WHICH] % OWNED];

    if (span->size)
        access(span->task, span->va + b[OFFSET] * PAGE % span->size, b[OTHER], b[OPTIONS] & 1);
}

/* The descriptor's own way to its memory, and the tables'. */
static void copy(const uint8_t *b)
{
    IOMemoryDescriptorRef md = walk_thing(b[WHICH]);
    uint64_t length = IOMemoryDescriptorGetLength(md), offset = length ? b[OFFSET] * PAGE / 2 % length : 0;
    uint8_t byte = b[OTHER];
    struct walk_source source;

    if (length == 0 || !OSDynamicCastTo(OSMetaClassGetWithName("IOGeneralMemoryDescriptor"), (OSObjectRef)md))
        return;
    source = walk_source_of(md, offset);
    if (source.kind == SOURCE_FRAME && !port_is_ram(source.pa, 1))
        return;
    if (b[OPTIONS] & 1)
        IOMemoryDescriptorWriteBytes(md, offset, &byte, 1);
    else
        IOMemoryDescriptorReadBytes(md, offset, &byte, 1);
}

/* Of a map that may be written, and no further: the call makes pages writable, as IOKit's does. */
static void set_mode(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);
    const IOOptionBits not_these = kIOMapReadOnly | kIOMapStatic; /* nor a part of them */
    uint64_t all, size = PAGE * (1 + b[LENGTH] % 4);

    if (!map || !map_is_mapped(map) || (map->options | (map->super_map ? map->super_map->options : 0)) & not_these)
        return;
    all = (map->address % PAGE + map->length + PAGE - 1) & ~(PAGE - 1);
    for (uint64_t at = 0; at < size; at += PAGE)
        if (walk_is_covered(map->space, map->address + at))
            return;
    IOSetProcessorCacheMode(map->space, map->address & ~(PAGE - 1), size < all ? size : all, b[OTHER] % 10);
}

static void set_length(const uint8_t *b)
{
    IOBufferMemoryDescriptorRef buffer = (IOBufferMemoryDescriptorRef)OSDynamicCastTo(
        OSMetaClassGetWithName("IOBufferMemoryDescriptor"), (OSObjectRef)walk_thing(b[WHICH]));

    if (buffer && count_of(buffer) == 1)
        IOBufferMemoryDescriptorSetLength(buffer, (1 + b[LENGTH] % 8) * PAGE);
}

static void forget_owned(const struct span *gone)
{
    for (size_t i = 0; i < OWNED; i++)
        if (walk.owned[i].task == gone->task && walk.owned[i].va >= gone->va &&
            walk.owned[i].va - gone->va < gone->size)
            walk.owned[i] = (struct span){0};
}

static void deallocate(const uint8_t *b)
{
    struct span *span = &walk.owned[b[WHICH] % OWNED], part = *span;

    if (!span->size)
        return;
    if (span->task == kernel_task) {
        IOFreePageable((void *)(uintptr_t)span->va, span->size);
        *span = (struct span){0};
        return;
    }
    if (b[OPTIONS] & 1 && span->size > PAGE) { /* the upper part of it */
        part.va += PAGE;
        part.size -= PAGE;
    }
    if (IOAddressSpaceDeallocate(part.task, part.va, part.size) != kIOReturnSuccess)
        return;
    span->size -= part.size;
    if (!span->size)
        *span = (struct span){0};
}

static void protect(const uint8_t *b)
{
    const struct span *span = &walk.owned[b[WHICH] % OWNED];
    uint64_t first = span->size ? b[OFFSET] * PAGE % span->size : 0;

    if (span->size)
        IOAddressSpaceProtect(span->task, span->va + first, b[OPTIONS] & 4 ? PAGE : span->size - first,
                              b[OPTIONS] & 1   ? 1
                              : b[OPTIONS] & 2 ? 5
                                               : 3);
}

static void activate(const uint8_t *b)
{
    IOAddressSpaceActivate(walk_task(b[TASK]));
}

static void kill(const uint8_t *b)
{
    size_t which = 1 + b[TASK] % (TASKS - 1);
    struct span all = {walk.tasks[which], 0, UINT64_MAX};

    if (!all.task)
        return;
    forget_owned(&all);
    for (size_t i = 0; i < walk.spoiled_count; i++)
        if (walk.spoiled[i].task == all.task)
            walk.spoiled[i].size = 0;
    IOAddressSpaceDestroy(all.task);
    walk.tasks[which] = NULL;
}

static void fold(const uint8_t *b)
{
    IOMemoryMapRef map = walk_map(b[WHICH]);

    if (map && map->space)
        mmu_fold(address_space_tables(map->space), map->address & ~(PAGE - 1), PAGE * (1 + b[LENGTH]));
}

const struct walk_kind walk_uses[] = {
    {"release", 14, release_map},
    {"drop", 10, release_thing},
    {"unmap", 8, unmap},
    {"died", 2, died},
    {"redirect", 20, redirect},
    {"redir.task", 6, redirect_task},
    {"prepare", 12, prepare},
    {"complete", 10, complete},
    {"wire", 8, wire},
    {"purge", 8, purge},
    {"reclaim", 6, reclaim},
    {"touch", 30, touch},
    {"touch own", 10, touch_owned},
    {"copy", 6, copy},
    {"mode", 6, set_mode},
    {"length", 2, set_length},
    {"deallocate", 4, deallocate},
    {"protect", 5, protect},
    {"activate", 2, activate},
    {"kill", 2, kill},
    {"fold", 3, fold},
};
const size_t walk_uses_count = sizeof walk_uses / sizeof walk_uses[0];
