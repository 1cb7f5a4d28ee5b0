/*
 * Reference-counted objects and their classes.
 *
 * One word counts: total references in its low half, those that collections hold in its high
 * half. An object starts with one reference of its creator and is freed by the release that
 * brings the total below a threshold: 1, or 2 for an IOMemoryMap, whose second reference is its
 * descriptor's. The count saturates at 65534; an object that got there is never freed.
 * Retain and release may be called on any core, but an IOMemoryMap must not be released from an interrupt.
 * Every call ignores a NULL object: it does nothing and returns 0, false or NULL.
 */
#ifndef IOMEM_OSOBJECT_H
#define IOMEM_OSOBJECT_H

#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Panics when the object is being freed. */
void OSObjectRetain(OSObjectRef object);
/* Panics when the total falls below what collections hold. */
void OSObjectRelease(OSObjectRef object);
/* Frees when fewer than freeWhen references are left. */
void OSObjectReleaseWhen(OSObjectRef object, int freeWhen);

/*
 * tag says on whose behalf: OSCollectionMetaClass() counts in both halves, anything else is a
 * comment. TryRetain is false, and changes nothing, when the object is being freed.
 */
bool OSObjectTaggedTryRetain(OSObjectRef object, const void *tag);
void OSObjectTaggedRetain(OSObjectRef object, const void *tag);
void OSObjectTaggedRelease(OSObjectRef object, const void *tag);
void OSObjectTaggedReleaseWhen(OSObjectRef object, const void *tag, int freeWhen);

/* The total; 0xFFFF while the object is being freed, 0 for a class. */
int OSObjectGetRetainCount(OSObjectRef object);
OSMetaClassRef OSObjectGetMetaClass(OSObjectRef object);
bool OSObjectIsEqualTo(OSObjectRef a, OSObjectRef b); /* the same object */

/* object itself when it is of toType or of a subclass, else NULL (Required: panics). */
OSObjectRef OSDynamicCastTo(OSMetaClassRef toType, OSObjectRef object);
OSObjectRef OSRequiredCastTo(OSMetaClassRef toType, OSObjectRef object);

/* Classes are constant and live for ever; as objects, they ignore retain and release. */
const char *OSMetaClassGetClassName(OSMetaClassRef metaClass);
OSMetaClassRef OSMetaClassGetSuperClass(OSMetaClassRef metaClass); /* NULL for OSObject's */
uint32_t OSMetaClassGetClassSize(OSMetaClassRef metaClass);        /* bytes of an instance */
/* Direct instances, plus one for each direct subclass whose own count is not 0. */
uint32_t OSMetaClassGetInstanceCount(OSMetaClassRef metaClass);
/* By the name IOKit gives the class; NULL when there is none. */
OSMetaClassRef OSMetaClassGetWithName(const char *name);
/* A new object, zero-filled and not initialised; NULL for an abstract class or without memory. */
OSObjectRef OSMetaClassAllocClassWithName(const char *name);

/* The tag with which a collection retains. */
OSMetaClassRef OSCollectionMetaClass(void);

#ifdef __cplusplus
}
#endif

#endif
