/*
 * Memory that comes page by page: what lies behind pageable buffers, IOAddressSpaceAllocate, copy-on-write maps and
 * IOMallocPageable. An object has pages, resident (a RAM frame) or absent (zero until somebody touches it), and views:
 * ranges of address spaces that show it. A page that comes, goes or is replaced does so in every view at once.
 *
 * Copy-on-write shares frames, not objects: port_frame.shares counts the objects that own a frame. While it is above
 * 1, every view shows the page read-only, and who writes gets a frame of his own for his object. A pinned frame is
 * never shared.
 *
 * The caller holds the memory lock. Pages are numbered from 0 in an object; sizes of objects are whole pages.
 */
#ifndef IOMEM_MEMORY_OBJECT_H
#define IOMEM_MEMORY_OBJECT_H

#include "iomem/IOReturn.h"
#include "iomem/IOTypes.h"
#include "iomem/cache_mode.h"
#include "iomem/port.h"

struct memory_view;

struct memory_object {
    uint32_t references;
    uint32_t id;    /* what the tags of its absent pages carry */
    uint64_t count; /* pages */
    uint64_t resident;
    uint64_t max_pa; /* every frame lies at or below */
    uint64_t *pages; /* physical addresses; 0: absent, as RAM at 0 is never handed out */
    uint8_t *modes;  /* kIOxxxCache of the pages that are still to come; NULL: none has one */
    struct memory_view *views;
    bool purgeable;
    bool has_shared; /* frames, at some time: some leaves may be read-only that need not be */
    uint8_t state;   /* kIOMemoryPurgeableNonVolatile, ...Volatile, ...Empty */
    uint8_t queue;   /* of the Volatile ones: which is purged when (memory_purge.c) */
    uint32_t busy;   /* calls in progress that have looked at its pages: nothing is purged */
    struct memory_object *older, *newer;
};

/* size bytes, all absent, one reference. NULL without memory for the record. */
struct memory_object *memory_object_create(uint64_t size);
void memory_object_retain(struct memory_object *object);
/* The last one frees the frames: nobody shows or pins them any more. NULL is ignored. */
void memory_object_release(struct memory_object *object);

/* The object that a tag's payload names, or NULL. */
struct memory_object *memory_object_of_tag(uint64_t payload);
static inline uint64_t memory_object_tag(const struct memory_object *object)
{
    return object->id * (uint64_t)PORT_PAGE_SIZE;
}

/* How pages are to be got. All zero: resident, whoever shares them. */
struct memory_want {
    uint64_t first, count;
    uint64_t max_pa; /* 0: no limit. A frame above it is replaced by a copy, if it is not pinned */
    bool own;        /* not shared with another object: to be written, or pinned */
    bool no_zero;    /* contents of a fresh page do not matter */
    bool no_fault;   /* kIOReturnNoResources rather than a fresh page */
};

/*
 * Make pages resident, and enter them in every view. kIOReturnNoMemory: some may have come; that does no harm.
 * kIOReturnCannotWire: a pinned frame above max_pa.
 */
IOReturn memory_object_get(struct memory_object *object, const struct memory_want *want);

/* The same of one page, which is absent: somebody has touched it. */
IOReturn memory_object_bring(struct memory_object *object, uint64_t page);

/*
 * Take pages out of every view and give their frames up; none is pinned. False: none has gone, as there is no memory
 * for a table. All of an object needs none, and neither do pages that nobody shows.
 */
bool memory_object_drop(struct memory_object *object, uint64_t first, uint64_t count);
bool memory_object_is_pinned(const struct memory_object *object);

/*
 * The resident pages of [first, first + count) as physical runs: returns how many there are, and fills runs when it is
 * not NULL.
 */
size_t memory_object_runs(const struct memory_object *object, uint64_t first, uint64_t count, struct cache_run *runs);

/* Pages that come from now on have this cache mode. First make room for such a note; false: no memory for it. */
bool memory_object_open_modes(struct memory_object *object);
void memory_object_set_mode(struct memory_object *object, uint64_t first, uint64_t count, unsigned mode);

/* Copy size bytes (NULL: zeroes) to the object's byte `offset`, whoever shows it. kIOReturnNoMemory: some may be in. */
IOReturn memory_object_write(struct memory_object *object, uint64_t offset, const void *bytes, uint64_t size);

/*
 * A new object that has the contents of these pages now, and keeps them whatever becomes of the old one: a reference,
 * or NULL without memory (nothing changed). Frames are shared but for pinned ones, which are copied.
 */
struct memory_object *memory_object_snapshot(struct memory_object *object, uint64_t first, uint64_t count);

/* New leaves' memory type in all views of these physical pages; an mmu error, and some changed. */
int memory_object_retype(uint64_t pa, uint64_t size, uint32_t type);

static inline bool memory_object_has(const struct memory_object *object, uint64_t page)
{
    return object->pages[page] != 0;
}

#endif
