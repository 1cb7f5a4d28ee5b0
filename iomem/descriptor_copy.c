/*
 * readBytes, writeBytes, performOperation: memory by its physical address. RAM is reached by the
 * linear map, whose cache mode is the memory's own, and the rest by the IOMapped accesses.
 */
#include <string.h>

#include "iomem/cache_mode.h"
#include "iomem/descriptor.h"
#include "iomem/map.h"
#include "iomem/mapper.h"
#include "iomem/port.h"
#include "iomem/translate.h"
#include "mmu/cache.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

struct copy {
    uint64_t pa, size;
    uint8_t *to;         /* read into; NULL when writing */
    const uint8_t *from; /* written; NULL writes zeroes */
};

/* Whole words where they are aligned: a register may refuse narrower accesses, and Device memory unaligned ones. */
static void copy_by_access(const struct copy *copy)
{
    uint64_t i = 0;

    while (i < copy->size) {
        bool word = (copy->pa + i) % sizeof(uint32_t) == 0 && copy->size - i >= sizeof(uint32_t);
        size_t width = word ? sizeof(uint32_t) : 1;
        uint32_t value = 0;

        if (copy->to) {
            value = (uint32_t)physical_read(copy->pa + i, word ? 4 : 1);
            memcpy(copy->to + i, &value, width);
        } else {
            if (copy->from)
                memcpy(&value, copy->from + i, width);
            physical_write(copy->pa + i, value, word ? 4 : 1);
        }
        i += width;
    }
}

static void copy_by_linear_map(const struct copy *copy)
{
    void *memory = port_linear(copy->pa);

    if (copy->to) {
        memcpy(copy->to, memory, copy->size);
        return;
    }
    if (copy->from)
        memcpy(memory, copy->from, copy->size);
    else
        memset(memory, 0, copy->size);
    cache_clean_invalidate(memory, copy->size);
}

static unsigned mode_of(uint64_t pa, uint64_t *size)
{
    unsigned mode;

    lock_acquire(&gIOMemoryLock);
    mode = cache_mode_of(pa, size);
    lock_release(&gIOMemoryLock);
    return mode;
}

static void copy_run(struct copy run)
{
    uint64_t left = run.size;

    while (left) {
        unsigned mode;

        run.size = left;
        mode = mode_of(run.pa, &run.size);
        if (port_is_ram(run.pa, run.size) && !translate_is_device(mode))
            copy_by_linear_map(&run);
        else
            copy_by_access(&run);
        left -= run.size;
        run.pa += run.size;
        run.to = run.to ? run.to + run.size : NULL;
        run.from = run.from ? run.from + run.size : NULL;
    }
}

void descriptor_copy_in(uint64_t pa, const void *bytes, uint64_t size)
{
    copy_run((struct copy){.pa = pa, .size = size, .from = bytes});
}

static bool holds(IOMemoryDescriptorRef md, IOByteCount offset, IOByteCount length)
{
    return md && !(md->flags & kIOMemoryRemote) && offset <= md->length && length <= md->length - offset;
}

static IOByteCount copy_all(IOMemoryDescriptorRef md, IOByteCount offset, const struct copy *copy)
{
    IOByteCount done = 0;

    while (done < copy->size) {
        struct copy run = {.to = copy->to ? copy->to + done : NULL, .from = copy->from ? copy->from + done : NULL};

        run.pa = IOMemoryDescriptorGetPhysicalSegment(md, offset + done, &run.size, kIOMemoryMapperNone);
        if (run.size == 0)
            break;
        if (run.size > copy->size - done)
            run.size = copy->size - done;
        copy_run(run);
        done += run.size;
    }
    return done;
}

static IOByteCount copy_locked(IOMemoryDescriptorRef md, IOByteCount offset, const struct copy *copy)
{
    bool lock = md->flags & kIOMemoryThreadSafe;
    IOByteCount done;

    if (lock)
        lock_acquire(&gIOMemoryLock);
    done = copy_all(md, offset, copy);
    if (lock)
        lock_release(&gIOMemoryLock);
    return done;
}

IOByteCount IOMemoryDescriptorReadBytes(IOMemoryDescriptorRef md, IOByteCount offset, void *bytes, IOByteCount length)
{
    struct copy copy = {.size = length, .to = bytes};

    return bytes && holds(md, offset, length) ? copy_locked(md, offset, &copy) : 0;
}

IOByteCount IOMemoryDescriptorWriteBytes(IOMemoryDescriptorRef md, IOByteCount offset, const void *bytes,
                                         IOByteCount length)
{
    struct copy copy = {.size = length, .from = bytes};

    if (!holds(md, offset, length) || (md->flags & kIOMemoryPreparedReadOnly))
        return 0;
    return copy_locked(md, offset, &copy);
}

/* What is not RAM is never cached; nor is Normal non-cacheable or Device RAM: there is nothing to store. */
static void maintain(IOOptionBits operation, uint64_t pa, uint64_t size)
{
    while (size) {
        uint64_t run = size;
        unsigned mode = mode_of(pa, &run);

        if (port_is_ram(pa, run)) {
            if (operation == kIOMemoryIncoherentIOFlush)
                cache_clean_invalidate(port_linear(pa), run);
            else if (translate_is_cacheable(mode))
                cache_clean(port_linear(pa), run);
        }
        pa += run;
        size -= run;
    }
}

static IOReturn perform(IOMemoryDescriptorRef md, IOOptionBits operation, IOByteCount offset, IOByteCount length)
{
    if (offset <= md->length && length > md->length - offset)
        length = md->length - offset;
    while (length) {
        IOByteCount size;
        addr64_t pa = IOMemoryDescriptorGetPhysicalSegment(md, offset, &size, kIOMemoryMapperNone);

        if (size == 0)
            return kIOReturnUnderrun;
        if (size > length)
            size = length;
        if (operation == kIOMemoryIncoherentIOFlush || operation == kIOMemoryIncoherentIOStore)
            maintain(operation, pa, size);
        offset += size;
        length -= size;
    }
    return kIOReturnSuccess;
}

IOReturn IOMemoryDescriptorPerformOperation(IOMemoryDescriptorRef md, IOOptionBits options, IOByteCount offset,
                                            IOByteCount length)
{
    bool known = options == kIOMemoryIncoherentIOFlush || options == kIOMemoryIncoherentIOStore ||
                 options == kIOMemoryClearEncrypted || options == kIOMemorySetEncrypted;
    IOReturn result;

    if (!md)
        return kIOReturnBadArgument;
    if (md->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if (!known)
        return kIOReturnUnsupported;
    if (md->flags & kIOMemoryThreadSafe)
        lock_acquire(&gIOMemoryLock);
    result = perform(md, options, offset, length);
    if (md->flags & kIOMemoryThreadSafe)
        lock_release(&gIOMemoryLock);
    return result;
}
