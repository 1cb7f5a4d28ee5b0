#include "iomem/memory_purge.h"

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/map.h"
#include "iomem/port.h"

#define STATE_MASK 0xfu
#define OBSOLETE   0u /* the first queue; group n has queue n + 1 */
#define QUEUES     9u

static struct {
    struct memory_object *oldest, *newest;
} queues[QUEUES];

static unsigned held; /* memory_purge_hold's */

void memory_purge_hold(void)
{
    held++;
}

void memory_purge_let(void)
{
    held--;
}

static void dequeue(struct memory_object *object)
{
    if (object->state != kIOMemoryPurgeableVolatile)
        return;
    if (object->older)
        object->older->newer = object->newer;
    else
        queues[object->queue].oldest = object->newer;
    if (object->newer)
        object->newer->older = object->older;
    else
        queues[object->queue].newest = object->older;
    object->older = object->newer = NULL;
}

static void enqueue(struct memory_object *object, IOOptionBits how)
{
    unsigned group = (how & kIOMemoryPurgeableVolatileGroupMask) >> kIOMemoryPurgeableVolatileGroupShift;
    bool first = how & kIOMemoryPurgeableVolatileBehaviorLifo;

    object->queue = (uint8_t)(how & kIOMemoryPurgeableVolatileOrderingObsolete ? OBSOLETE : group + 1);
    object->older = first ? NULL : queues[object->queue].newest;
    object->newer = first ? queues[object->queue].oldest : NULL;
    if (object->older)
        object->older->newer = object;
    else
        queues[object->queue].oldest = object;
    if (object->newer)
        object->newer->older = object;
    else
        queues[object->queue].newest = object;
}

/* Pinned pages stay, and with them all the others: whoever pinned some may be about to read any. */
static bool drop_pages(struct memory_object *object)
{
    if (object->busy || object->resident == 0 || memory_object_is_pinned(object))
        return false;
    return memory_object_drop(object, 0, object->count);
}

static void purge(struct memory_object *object)
{
    dequeue(object);
    object->state = kIOMemoryPurgeableEmpty;
}

bool memory_purge_one(void)
{
    if (held)
        return false;
    for (unsigned i = 0; i < QUEUES; i++) {
        for (struct memory_object *object = queues[i].oldest, *newer; object; object = newer) {
            newer = object->newer;
            if (!drop_pages(object))
                continue;
            purge(object);
            return true;
        }
    }
    return false;
}

/*
 * Called by the page allocator when it has nothing left; true: try again. Its caller may hold the heap's lock, for
 * which the holder of ours may be waiting: we must not wait for him.
 */
static bool reclaim(void)
{
    bool some;

    if (!lock_try_acquire(&gIOMemoryLock))
        return false;
    some = memory_purge_one();
    lock_release(&gIOMemoryLock);
    return some;
}

static void make_volatile(struct memory_object *object, IOOptionBits how)
{
    port_set_reclaim(reclaim);
    dequeue(object);
    object->state = kIOMemoryPurgeableVolatile;
    enqueue(object, how);
}

IOReturn memory_purge_set(struct memory_object *object, IOOptionBits state, IOOptionBits *old)
{
    IOOptionBits wanted = state & STATE_MASK;

    if (wanted < kIOMemoryPurgeableKeepCurrent || wanted > kIOMemoryPurgeableEmpty)
        return kIOReturnBadArgument;
    if (!object->purgeable)
        return KERN_INVALID_ARGUMENT;
    *old = object->state;
    if (wanted == kIOMemoryPurgeableVolatile && object->state != kIOMemoryPurgeableEmpty)
        make_volatile(object, state);
    if (wanted == kIOMemoryPurgeableEmpty) {
        purge(object);
        drop_pages(object);
    }
    if (wanted == kIOMemoryPurgeableNonVolatile) {
        dequeue(object);
        object->state = kIOMemoryPurgeableNonVolatile;
    }
    return kIOReturnSuccess;
}

void memory_purge_forget(struct memory_object *object)
{
    dequeue(object);
    object->state = kIOMemoryPurgeableNonVolatile;
}
