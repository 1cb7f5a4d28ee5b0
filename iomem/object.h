/* What every class of iomem/ shares: the object's head, and what a class is. */
#ifndef IOMEM_OBJECT_H
#define IOMEM_OBJECT_H

#include "iomem/OSObject.h"

struct OSObject {
    OSMetaClassRef class;
    uint32_t references; /* total, and collections' << 16; 0 only in a class */
};

/* One constant a class. Its object head lets a class pass for an object that ignores retain and release. */
struct OSMetaClass {
    struct OSObject object;
    const char *name;
    OSMetaClassRef super;
    uint32_t size;
    bool abstract;
    uint32_t *instances;
    void (*free)(OSObjectRef);                            /* the class's own part, then its superclass's free */
    void (*tagged_release)(OSObjectRef, const void *tag); /* NULL: nothing special on the way */
    const struct descriptor_methods *descriptor;          /* of descriptors only */
};

extern const struct OSMetaClass OSMetaClass_class, OSObject_class, OSCollection_class;

enum { OBJECT_FOR_HOLDER = 1, OBJECT_FOR_COLLECTION = 0x10001 }; /* what a reference adds to the word */
#define OBJECT_COUNT_MASK 0xffffu
#define OBJECT_SATURATED  0xfffeu /* and above: the word does not change any more */
#define OBJECT_FREEING    0xffffu

/* OSObjectTaggedRetain, inline, of an object that somebody holds: it is not being freed. */
static inline void object_retain(OSObjectRef object, uint32_t step)
{
    uint32_t old = __atomic_load_n(&object->references, __ATOMIC_RELAXED);

    while (
        (old & OBJECT_COUNT_MASK) < OBJECT_SATURATED && old != 0 &&
        !__atomic_compare_exchange_n(&object->references, &old, old + step, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

static inline uint32_t object_step(const void *tag)
{
    return tag == &OSCollection_class ? OBJECT_FOR_COLLECTION : OBJECT_FOR_HOLDER;
}

void object_over_released(void) __attribute__((noreturn, cold)); /* panics */

/*
 * OSObjectTaggedReleaseWhen but for its end: true, and the caller frees the object. The exchange makes one caller alone
 * the one that frees, and the word it leaves makes releases that arrive during free, by the object's own
 * collection for one, do nothing.
 */
static inline bool object_drop(OSObjectRef object, uint32_t step, int free_when)
{
    uint32_t old = __atomic_load_n(&object->references, __ATOMIC_RELAXED), left, next;

    do {
        if ((old & OBJECT_COUNT_MASK) >= OBJECT_SATURATED || old == 0)
            return false;
        left = old - step;
        if ((left & OBJECT_COUNT_MASK) < left >> 16)
            object_over_released();
        next = (int)(left & OBJECT_COUNT_MASK) < free_when ? OBJECT_FREEING : left;
    } while (!__atomic_compare_exchange_n(&object->references, &old, next, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
    return next == OBJECT_FREEING;
}

/* OSObjectRelease, inline, of an object whose class has no tagged_release. */
static inline void object_release(OSObjectRef object)
{
    if (object_drop(object, OBJECT_FOR_HOLDER, 1))
        object->class->free(object);
}

/* Zero-filled but for its head, one reference; NULL without memory. */
OSObjectRef object_alloc(OSMetaClassRef class);

/* The end of every class's free: uncounts the instance and gives its memory back. */
void object_free(OSObjectRef object);

/* Their parts, for a class that keeps memory of its own: the head of an instance, and its place in the counts. */
void object_count_first(OSMetaClassRef class); /* in the superclasses: this one has instances now */
static inline void object_begin(OSObjectRef object, OSMetaClassRef class)
{
    object->class = class;
    object->references = 1;
    if (__atomic_fetch_add(class->instances, 1, __ATOMIC_RELAXED) == 0)
        object_count_first(class);
}
void object_uncount_last(OSMetaClassRef class); /* this one has none any more */
static inline void object_end(OSObjectRef object)
{
    if (__atomic_sub_fetch(object->class->instances, 1, __ATOMIC_RELAXED) == 0)
        object_uncount_last(object->class);
}

#endif
