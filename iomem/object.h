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

/* Zero-filled but for its head, one reference; NULL without memory. */
OSObjectRef object_alloc(OSMetaClassRef class);

/* The end of every class's free: uncounts the instance and gives its memory back. */
void object_free(OSObjectRef object);

/* Their parts, for a class that keeps memory of its own: the head of an instance, and its place in the counts. */
void object_begin(OSObjectRef object, OSMetaClassRef class);
void object_end(OSObjectRef object);

extern const struct OSMetaClass OSMetaClass_class, OSObject_class, OSCollection_class;

#endif
