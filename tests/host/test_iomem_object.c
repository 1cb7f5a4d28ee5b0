/* Objects and classes, and NULL receivers. */
#include "iomem/object.h"
#include "tests/host/classes.h"

static void null_objects__never_crash(void **state)
{
    (void)state;
    OSObjectRelease(NULL);
    OSObjectRetain(NULL);
    OSObjectReleaseWhen(NULL, 1);
    OSObjectTaggedRelease(NULL, NULL);
    assert_false(OSObjectTaggedTryRetain(NULL, NULL));
    assert_int_equal(OSObjectGetRetainCount(NULL), 0);
    assert_null(OSObjectGetMetaClass(NULL));
    assert_null(OSMetaClassGetClassName(NULL));
    assert_null(OSMetaClassGetSuperClass(NULL));
    assert_int_equal(OSMetaClassGetClassSize(NULL) + OSMetaClassGetInstanceCount(NULL), 0);
    assert_null(OSMetaClassGetWithName(NULL));
    assert_null(OSMetaClassAllocClassWithName(NULL));
}

static void null_maps__never_crash(void **state)
{
    IOByteCount length = 1;

    (void)state;
    assert_int_equal(IOMemoryMapGetAddress(NULL) + IOMemoryMapGetVirtualAddress(NULL) + IOMemoryMapGetLength(NULL), 0);
    assert_int_equal(IOMemoryMapGetSize(NULL) + IOMemoryMapGetOffset(NULL) + IOMemoryMapGetMapOptions(NULL), 0);
    assert_null(IOMemoryMapGetAddressTask(NULL));
    assert_null(IOMemoryMapGetMemoryDescriptor(NULL));
    assert_int_equal(IOMemoryMapGetPhysicalAddress(NULL), 0);
    assert_int_equal(IOMemoryMapGetPhysicalSegment(NULL, 0, &length, 0) + length, 0);
    assert_int_equal(IOMemoryMapUnmap(NULL), kIOReturnBadArgument);
    IOMemoryMapTaskDied(NULL);
    assert_int_equal(IOMemoryMapUserClientUnmap(NULL), kIOReturnBadArgument);
    assert_int_equal(IOMemoryMapWireRange(NULL, 1, 0, 1), kIOReturnBadArgument);
    assert_null(IOMemoryMapCopyCompatible(NULL, NULL));
    assert_false(IOMemoryMapInit(NULL, kernel_task, 0, 0, 0, 0));
    assert_false(IOMemoryMapSetMemoryDescriptor(NULL, NULL, 0));
    IOMemoryMapTaggedRelease(NULL, NULL);
    IOMemoryMapFree(NULL);
    assert_null(IOMemoryMapGetMetaClass(NULL));
    assert_int_equal(IOMemoryMapCopyState(NULL, NULL), kIOReturnBadArgument);
}

static void null_descriptors__never_crash(void **state)
{
    (void)state;
    assert_false(IOMemoryDescriptorInitWithOptions(NULL, NULL, 0, 0, NULL, 0, NULL));
    assert_int_equal(
        IOMemoryDescriptorGetLength(NULL) + IOMemoryDescriptorGetDirection(NULL) + IOMemoryDescriptorGetFlags(NULL), 0);
    assert_int_equal(IOMemoryDescriptorGetLengthDK(NULL, NULL), kIOReturnBadArgument);
    IOMemoryDescriptorSetTag(NULL, 1);
    assert_int_equal(IOMemoryDescriptorGetTag(NULL), 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalAddress(NULL) + IOMemoryDescriptorGetSourceSegment(NULL, 0, NULL), 0);
    assert_int_equal(IOMemoryDescriptorReadBytes(NULL, 0, NULL, 1) + IOMemoryDescriptorWriteBytes(NULL, 0, NULL, 1), 0);
    assert_int_equal(IOMemoryDescriptorPrepare(NULL, 0), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorComplete(NULL, 0), kIOReturnBadArgument);
    assert_null(IOMemoryDescriptorMap(NULL, 0));
    assert_null(IOMemoryDescriptorSetMapping(NULL, kernel_task, 1, 0));
    assert_null(IOMemoryDescriptorMakeMapping(NULL, NULL, NULL, NULL, 0, 0, 0));
    assert_int_equal(IOMemoryDescriptorPerformOperation(NULL, 1, 0, 0), kIOReturnBadArgument);
    assert_int_equal(IOMemoryDescriptorGetPreparationID(NULL) + IOMemoryDescriptorGetDescriptorID(NULL), 0);
    assert_int_equal(IOMemoryDescriptorGetDMAMapLength(NULL, NULL), 0);
    assert_null(IOMemoryDescriptorCopyContext(NULL));
    IOMemoryDescriptorSetContext(NULL, NULL);
    IOMemoryDescriptorSetMapperOptions(NULL, 1);
    assert_int_equal(IOMemoryDescriptorGetMapperOptions(NULL), 0);
}

static void release_too_often(void *object)
{
    OSObjectRelease(object);
}

static void objects__count_saturate_and_panic(void **state)
{
    OSObjectRef md = (OSObjectRef)device(PAGE);
    OSObjectRef held = (OSObjectRef)device(PAGE);
    OSMetaClassRef class = OSMetaClassGetWithName("IOGeneralMemoryDescriptor");
    uint32_t *word = &held->references;

    (void)state;
    assert_int_equal(OSMetaClassGetInstanceCount(class), 2);
    assert_int_equal(OSMetaClassGetInstanceCount(OSMetaClassGetSuperClass(class)), 1);
    OSObjectTaggedRetain(md, OSCollectionMetaClass());
    assert_int_equal(OSObjectGetRetainCount(md), 2);
    OSObjectRelease(md);
    assert_non_null(host_panic(release_too_often, md));
    assert_int_equal(OSObjectGetRetainCount(md), 1);
    OSObjectTaggedRelease(md, OSCollectionMetaClass());
    for (int i = 0; i < 65533; i++)
        OSObjectRetain(held);
    assert_int_equal(OSObjectGetRetainCount(held), 0xfffe);
    OSObjectRetain(held);
    OSObjectRelease(held);
    assert_int_equal(OSObjectGetRetainCount(held), 0xfffe);
    *word = 1;
    OSObjectRelease(held);
    assert_int_equal(OSMetaClassGetInstanceCount(class), 0);
    assert_int_equal(OSMetaClassGetInstanceCount(OSMetaClassGetWithName("OSObject")), 0);
}

static void classes__form_the_tree(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, 0);
    OSObjectRef raw;

    (void)state;
    assert_string_equal(OSMetaClassGetClassName(IOMemoryMapGetMetaClass(map)), "IOMemoryMap");
    assert_ptr_equal(OSDynamicCastTo(OSMetaClassGetWithName("IOMemoryDescriptor"), (OSObjectRef)md), md);
    assert_ptr_equal(OSDynamicCastTo(OSMetaClassGetWithName("OSObject"), (OSObjectRef)map), map);
    assert_null(OSDynamicCastTo(OSMetaClassGetWithName("IOMemoryDescriptor"), (OSObjectRef)map));
    assert_null(OSDynamicCastTo(OSMetaClassGetWithName("IODeviceMemory"), (OSObjectRef)md));
    assert_null(OSMetaClassAllocClassWithName("IOMemoryDescriptor"));
    assert_null(OSMetaClassAllocClassWithName("OSObject"));
    raw = OSMetaClassAllocClassWithName("IOGeneralMemoryDescriptor");
    OSObjectRelease(raw);
    raw = OSMetaClassAllocClassWithName("IOMemoryMap");
    OSObjectRelease(raw);
    raw = (OSObjectRef)(uintptr_t)IOMemoryMapGetMetaClass(map);
    OSObjectRetain(raw);
    OSObjectRelease(raw);
    OSObjectRelease(raw);
    assert_int_equal(OSObjectGetRetainCount(raw), 0);
    drop(map);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(null_objects__never_crash),         TEST(null_maps__never_crash), TEST(null_descriptors__never_crash),
        TEST(objects__count_saturate_and_panic), TEST(classes__form_the_tree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
