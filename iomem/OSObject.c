#include "iomem/object.h"

#include "iomem/port.h"

#define COUNT_MASK OBJECT_COUNT_MASK
#define SATURATED  OBJECT_SATURATED

static uint32_t metaclass_instances, object_instances, collection_instances;

const struct OSMetaClass OSMetaClass_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "OSMetaClass",
    .size = sizeof(struct OSMetaClass),
    .abstract = true,
    .instances = &metaclass_instances,
};

const struct OSMetaClass OSObject_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "OSObject",
    .size = sizeof(struct OSObject),
    .abstract = true,
    .instances = &object_instances,
    .free = object_free,
};

const struct OSMetaClass OSCollection_class = {
    .object = {&OSMetaClass_class, 0},
    .name = "OSCollection",
    .super = &OSObject_class,
    .size = sizeof(struct OSObject),
    .abstract = true,
    .instances = &collection_instances,
    .free = object_free,
};

OSMetaClassRef OSCollectionMetaClass(void)
{
    return &OSCollection_class;
}

/* A class counts its own instances, and one for each subclass that has any. */
void object_count_first(OSMetaClassRef class)
{
    do
        class = class->super;
    while (class && __atomic_fetch_add(class->instances, 1, __ATOMIC_RELAXED) == 0);
}

void object_uncount_last(OSMetaClassRef class)
{
    do
        class = class->super;
    while (class && __atomic_sub_fetch(class->instances, 1, __ATOMIC_RELAXED) == 0);
}

OSObjectRef object_alloc(OSMetaClassRef class)
{
    OSObjectRef object = port_alloc(class->size);

    if (!object)
        return NULL;
    object_begin(object, class);
    return object;
}

void object_free(OSObjectRef object)
{
    object_end(object);
    port_free(object);
}

bool OSObjectTaggedTryRetain(OSObjectRef object, const void *tag)
{
    uint32_t old;

    if (!object)
        return false;
    old = __atomic_load_n(&object->references, __ATOMIC_RELAXED);
    do {
        if ((old & COUNT_MASK) == OBJECT_FREEING)
            return false;
        if ((old & COUNT_MASK) == SATURATED || old == 0)
            return true;
    } while (!__atomic_compare_exchange_n(&object->references, &old, old + object_step(tag), true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return true;
}

void OSObjectTaggedRetain(OSObjectRef object, const void *tag)
{
    if (object && !OSObjectTaggedTryRetain(object, tag))
        port_panic("OSObject: retain of an object that is being freed");
}

void OSObjectRetain(OSObjectRef object)
{
    OSObjectTaggedRetain(object, NULL);
}

void object_over_released(void)
{
    port_panic("OSObject: released more often than retained: a collection holds it still");
}

void OSObjectTaggedReleaseWhen(OSObjectRef object, const void *tag, int freeWhen)
{
    if (object && object_drop(object, object_step(tag), freeWhen))
        object->class->free(object);
}

void OSObjectReleaseWhen(OSObjectRef object, int freeWhen)
{
    OSObjectTaggedReleaseWhen(object, NULL, freeWhen);
}

void OSObjectTaggedRelease(OSObjectRef object, const void *tag)
{
    if (!object)
        return;
    if (object->class->tagged_release)
        object->class->tagged_release(object, tag);
    else
        OSObjectTaggedReleaseWhen(object, tag, 1);
}

void OSObjectRelease(OSObjectRef object)
{
    OSObjectTaggedRelease(object, NULL);
}

int OSObjectGetRetainCount(OSObjectRef object)
{
    return object ? (int)(__atomic_load_n(&object->references, __ATOMIC_RELAXED) & COUNT_MASK) : 0;
}

OSMetaClassRef OSObjectGetMetaClass(OSObjectRef object)
{
    return object ? object->class : NULL;
}

bool OSObjectIsEqualTo(OSObjectRef a, OSObjectRef b)
{
    return a && a == b;
}

OSObjectRef OSDynamicCastTo(OSMetaClassRef toType, OSObjectRef object)
{
    OSMetaClassRef class = toType && object ? object->class : NULL;

    while (class && class != toType)
        class = class->super;
    return class ? object : NULL;
}

OSObjectRef OSRequiredCastTo(OSMetaClassRef toType, OSObjectRef object)
{
    OSObjectRef cast = OSDynamicCastTo(toType, object);

    if (object && !cast)
        port_panic("OSRequiredCast: the object is not of the class");
    return cast;
}
