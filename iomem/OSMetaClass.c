/*
 * Classes as programs see them. The list is in this file alone: only who looks a class up by its
 * name links all of them.
 */
#include <string.h>

#include "iomem/object.h"

extern const struct OSMetaClass IOMemoryDescriptor_class, IOGeneralMemoryDescriptor_class,
    IOBufferMemoryDescriptor_class, IOSubMemoryDescriptor_class, IOMultiMemoryDescriptor_class,
    IOGuardPageMemoryDescriptor_class, IOInterleavedMemoryDescriptor_class, IODeviceMemory_class, IOService_class,
    IOMapper_class, IOMemoryMap_class;

static const OSMetaClassRef classes[] = {
    &OSObject_class,
    &OSCollection_class,
    &OSMetaClass_class,
    &IOMemoryDescriptor_class,
    &IOGeneralMemoryDescriptor_class,
    &IOBufferMemoryDescriptor_class,
    &IOGuardPageMemoryDescriptor_class,
    &IOSubMemoryDescriptor_class,
    &IOMultiMemoryDescriptor_class,
    &IOInterleavedMemoryDescriptor_class,
    &IODeviceMemory_class,
    &IOService_class,
    &IOMapper_class,
    &IOMemoryMap_class,
};

const char *OSMetaClassGetClassName(OSMetaClassRef metaClass)
{
    return metaClass ? metaClass->name : NULL;
}

OSMetaClassRef OSMetaClassGetSuperClass(OSMetaClassRef metaClass)
{
    return metaClass ? metaClass->super : NULL;
}

uint32_t OSMetaClassGetClassSize(OSMetaClassRef metaClass)
{
    return metaClass ? metaClass->size : 0;
}

uint32_t OSMetaClassGetInstanceCount(OSMetaClassRef metaClass)
{
    return metaClass ? __atomic_load_n(metaClass->instances, __ATOMIC_RELAXED) : 0;
}

OSMetaClassRef OSMetaClassGetWithName(const char *name)
{
    for (size_t i = 0; name && i < sizeof classes / sizeof classes[0]; i++) {
        if (strcmp(classes[i]->name, name) == 0)
            return classes[i];
    }
    return NULL;
}

OSObjectRef OSMetaClassAllocClassWithName(const char *name)
{
    OSMetaClassRef class = OSMetaClassGetWithName(name);

    return class && !class->abstract ? object_alloc(class) : NULL;
}
