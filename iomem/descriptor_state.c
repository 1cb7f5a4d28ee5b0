/* setPurgeable, getPageCounts, setOwnership: what becomes of memory while nobody looks. */
#include "iomem/address_space.h"
#include "iomem/general.h"
#include "iomem/map.h"
#include "iomem/memory_purge.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define STATE_MASK 0xfu

static bool is_state(IOOptionBits state)
{
    state &= STATE_MASK;
    return state >= kIOMemoryPurgeableKeepCurrent && state <= kIOMemoryPurgeableEmpty;
}

/* Empty before Volatile before NonVolatile: their numbers are in that order. */
static void combine(IOOptionBits *all, IOOptionBits one)
{
    if (one > *all)
        *all = one;
}

static IOReturn set_parts(const struct reference *reference, IOOptionBits state, IOOptionBits *old)
{
    IOReturn result = kIOReturnSuccess;

    *old = kIOMemoryPurgeableNonVolatile;
    for (uint32_t i = 0; i < reference->count && result == kIOReturnSuccess; i++) {
        IOOptionBits one = kIOMemoryPurgeableNonVolatile;

        result = memory_purge_set(reference->parts[i].object, state, &one);
        combine(old, one);
    }
    return result;
}

/* Without a reference: what lies at the first address. Only buffers are purgeable, and they have one. */
static IOReturn set_region(const struct IOGeneralMemoryDescriptor *md)
{
    struct mmu_leaf leaf;
    uint64_t va = md->ranges ? md->ranges[0].address : 0;

    if ((md->base.flags & kIOMemoryTypeMask) != kIOMemoryTypeVirtual)
        return kIOReturnUnsupported;
    if (md->task->dead)
        return KERN_INVALID_ADDRESS;
    if (!memory_view_find(md->task, va) && mmu_walk(address_space_tables(md->task), va, &leaf) != MMU_OK)
        return KERN_INVALID_ADDRESS;
    return KERN_INVALID_ARGUMENT;
}

IOReturn general_set_purgeable(IOMemoryDescriptorRef self, IOOptionBits state, IOOptionBits *old)
{
    const struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;

    if (self->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if (md->memory.count)
        return set_parts(&md->memory, state, old);
    return set_region(md);
}

IOReturn general_page_counts(IOMemoryDescriptorRef self, IOByteCount *resident)
{
    const struct IOGeneralMemoryDescriptor *md = (struct IOGeneralMemoryDescriptor *)self;

    if (self->flags & kIOMemoryRemote)
        return kIOReturnNotAttached;
    if (md->memory.count == 0)
        return kIOReturnNotReady;
    for (uint32_t i = 0; i < md->memory.count; i++) {
        const struct memory_part *part = &md->memory.parts[i];
        uint64_t end = (part->offset + part->length + PAGE - 1) / PAGE;

        for (uint64_t page = part->offset / PAGE; page < end; page++)
            *resident += memory_object_has(part->object, page);
    }
    return kIOReturnSuccess;
}

IOReturn IOMemoryDescriptorSetPurgeable(IOMemoryDescriptorRef md, IOOptionBits newState, IOOptionBits *oldState)
{
    IOReturn (*set)(IOMemoryDescriptorRef, IOOptionBits, IOOptionBits *);
    IOOptionBits old = 0;
    IOReturn result = kIOReturnNotReady;

    if (!md || !is_state(newState))
        return kIOReturnBadArgument;
    set = descriptor_methods(md)->set_purgeable;
    lock_acquire(&gIOMemoryLock);
    if (set)
        result = set(md, newState, &old);
    lock_release(&gIOMemoryLock);
    if (old && oldState)
        *oldState = old;
    return result;
}

IOReturn IOMemoryDescriptorGetPageCounts(IOMemoryDescriptorRef md, IOByteCount *residentPages, IOByteCount *dirtyPages)
{
    IOReturn (*count)(IOMemoryDescriptorRef, IOByteCount *);
    IOByteCount resident = 0;
    IOReturn result = kIOReturnNotReady;

    if (!md)
        return kIOReturnBadArgument;
    count = descriptor_methods(md)->page_counts;
    lock_acquire(&gIOMemoryLock);
    if (count)
        result = count(md, &resident);
    lock_release(&gIOMemoryLock);
    if (result == kIOReturnSuccess && residentPages)
        *residentPages = resident;
    if (result == kIOReturnSuccess && dirtyPages)
        *dirtyPages = resident;
    return result;
}

IOReturn IOMemoryDescriptorSetOwnership(IOMemoryDescriptorRef md, task_t newOwner, int ledgerTag,
                                        IOOptionBits ledgerOptions)
{
    IOOptionBits old;

    (void)newOwner;
    (void)ledgerTag;
    (void)ledgerOptions;
    if (!md)
        return kIOReturnBadArgument;
    if (IOMemoryDescriptorSetPurgeable(md, kIOMemoryPurgeableKeepCurrent, &old) != kIOReturnSuccess)
        return kIOReturnUnsupported;
    return kIOReturnSuccess;
}
