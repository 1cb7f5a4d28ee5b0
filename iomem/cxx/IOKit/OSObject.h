/*
 * IOKit's memory classes as C++ spells them: each class is the C interface's object of the same name, and each member
 * an inline call of its C function, whose header says what it does. There is nothing to construct or
 * to override: objects come from the with... functions and go with release().
 * With iomem/cxx on the include path, <IOKit/...> names are IOKit's. Needs no exceptions, RTTI or C++ library.
 */
#ifndef IOKIT_OSOBJECT_H
#define IOKIT_OSOBJECT_H

#include "iomem/OSObject.h"

struct OSMetaClass {
    OSMetaClass() = delete;

    const char *getClassName() const
    {
        return OSMetaClassGetClassName(this);
    }
    const OSMetaClass *getSuperClass() const
    {
        return OSMetaClassGetSuperClass(this);
    }
    uint32_t getClassSize() const
    {
        return OSMetaClassGetClassSize(this);
    }
    uint32_t getInstanceCount() const
    {
        return OSMetaClassGetInstanceCount(this);
    }
    static const OSMetaClass *getMetaClassWithName(const char *name)
    {
        return OSMetaClassGetWithName(name);
    }
    static OSObjectRef allocClassWithName(const char *name)
    {
        return OSMetaClassAllocClassWithName(name);
    }
};

struct OSObject {
    OSObject() = delete;
    OSObject(const OSObject &) = delete;
    OSObject &operator=(const OSObject &) = delete;

    void retain()
    {
        OSObjectRetain(this);
    }
    void release()
    {
        OSObjectRelease(this);
    }
    void release(int freeWhen)
    {
        OSObjectReleaseWhen(this, freeWhen);
    }
    bool taggedTryRetain(const void *tag)
    {
        return OSObjectTaggedTryRetain(this, tag);
    }
    void taggedRetain(const void *tag = nullptr)
    {
        OSObjectTaggedRetain(this, tag);
    }
    void taggedRelease(const void *tag = nullptr)
    {
        OSObjectTaggedRelease(this, tag);
    }
    void taggedRelease(const void *tag, int freeWhen)
    {
        OSObjectTaggedReleaseWhen(this, tag, freeWhen);
    }
    int getRetainCount()
    {
        return OSObjectGetRetainCount(this);
    }
    const OSMetaClass *getMetaClass()
    {
        return OSObjectGetMetaClass(this);
    }
    bool isEqualTo(OSObject *other)
    {
        return OSObjectIsEqualTo(this, other);
    }
};

/* A class by its name; the class of an object; is `object` of the class of `other`, or of a subclass of it? */
#define OSTypeID(type)                 OSMetaClassGetWithName(#type)
#define OSTypeIDInst(object)           ((object)->getMetaClass())
#define OSCheckTypeInst(other, object) (OSDynamicCastTo(OSTypeIDInst(other), object) != nullptr)

/* The object as a pointer to this class, or NULL (OSRequiredCast: panics) when it is of another one. */
#define OSDynamicCast(type, object)                                                                                    \
    static_cast<type *>(OSDynamicCastTo(OSTypeID(type), reinterpret_cast<OSObjectRef>(object)))
#define OSRequiredCast(type, object)                                                                                   \
    static_cast<type *>(OSRequiredCastTo(OSTypeID(type), reinterpret_cast<OSObjectRef>(object)))

#define OSSafeRelease(object)                                                                                          \
    do {                                                                                                               \
        if (object)                                                                                                    \
            (object)->release();                                                                                       \
    } while (0)
#define OSSafeReleaseNULL(object)                                                                                      \
    do {                                                                                                               \
        if (object)                                                                                                    \
            (object)->release();                                                                                       \
        (object) = nullptr;                                                                                            \
    } while (0)

#endif
