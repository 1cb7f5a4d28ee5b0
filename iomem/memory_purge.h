/*
 * Purgeable objects. Volatile ones wait in queues, and go whole, one after the other, when the page allocator runs
 * dry: first the obsolete, then group 0 to 7, in each the oldest (a LIFO one steps to the front). One that is pinned
 * anywhere stays. The caller holds the memory lock.
 */
#ifndef IOMEM_MEMORY_PURGE_H
#define IOMEM_MEMORY_PURGE_H

#include "iomem/memory_object.h"

/*
 * state: kIOMemoryPurgeableXxx and how it is to go; *old is the state before. kIOReturnBadArgument for a state that is
 * none, KERN_INVALID_ARGUMENT for an object that is not purgeable: nothing changed.
 */
IOReturn memory_purge_set(struct memory_object *object, IOOptionBits state, IOOptionBits *old);

/* Purge one. False: there is none to purge. */
bool memory_purge_one(void);

/* Between the two nothing is purged: what the tables said of a range is to be put back there, perhaps. */
void memory_purge_hold(void);
void memory_purge_let(void);

/* The object goes. */
void memory_purge_forget(struct memory_object *object);

#endif
