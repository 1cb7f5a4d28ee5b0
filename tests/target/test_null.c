/* No function of the classes is upset by a NULL receiver: it answers 0, NULL, false or kIOReturnBadArgument. */
#include "iomem/iomem.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static uint64_t length, number;
static IOMemoryMapRef map;
static IOMemoryDescriptorRef memory;

static void null__is_no_object(void)
{
    OSObjectRetain(NULL);
    OSObjectRelease(NULL);
    OSObjectReleaseWhen(NULL, 2);
    OSObjectTaggedRetain(NULL, NULL);
    OSObjectTaggedRelease(NULL, NULL);
    OSObjectTaggedReleaseWhen(NULL, OSCollectionMetaClass(), 2);
    CHECK(!OSObjectTaggedTryRetain(NULL, NULL));
    CHECK_EQ(OSObjectGetRetainCount(NULL), 0);
    CHECK(OSObjectGetMetaClass(NULL) == NULL);
    CHECK(!OSObjectIsEqualTo(NULL, (OSObjectRef)kernel_task));
    CHECK(OSDynamicCastTo(OSMetaClassGetWithName("OSObject"), NULL) == NULL);
    CHECK(OSRequiredCastTo(OSMetaClassGetWithName("OSObject"), NULL) == NULL);
    CHECK(OSMetaClassGetClassName(NULL) == NULL);
    CHECK(OSMetaClassGetSuperClass(NULL) == NULL);
    CHECK_EQ(OSMetaClassGetClassSize(NULL), 0);
    CHECK_EQ(OSMetaClassGetInstanceCount(NULL), 0);
    CHECK(OSMetaClassGetWithName(NULL) == NULL);
    CHECK(OSMetaClassAllocClassWithName(NULL) == NULL);
}

static void null__is_no_task(void)
{
    struct IOPageInfo info;
    uint64_t va = 0, min = 1, max = 1;

    IOAddressSpaceActivate(NULL);
    IOAddressSpaceDestroy(NULL);
    CHECK_EQ(IOAddressSpaceAllocate(NULL, &va, PAGE, kIOMapAnywhere, 3), kIOReturnBadArgument);
    CHECK_EQ(IOAddressSpaceAllocate(kernel_task, NULL, PAGE, kIOMapAnywhere, 3), kIOReturnBadArgument);
    CHECK_EQ(IOAddressSpaceDeallocate(NULL, PAGE, PAGE), kIOReturnBadArgument);
    CHECK_EQ(IOAddressSpaceProtect(NULL, PAGE, PAGE, 1), kIOReturnBadArgument);
    CHECK_EQ(IOAddressSpaceQuery(NULL, PAGE, &info), kIOReturnBadArgument);
    IOAddressSpaceGetBounds(NULL, &min, &max);
    CHECK(min == 0 && max == 0);
}

static void null__is_no_map(void)
{
    IOMemoryMapPrivateState state;

    CHECK_EQ(IOMemoryMapGetAddress(NULL), 0);
    CHECK_EQ(IOMemoryMapGetVirtualAddress(NULL), 0);
    CHECK_EQ(IOMemoryMapGetLength(NULL), 0);
    CHECK_EQ(IOMemoryMapGetSize(NULL), 0);
    CHECK_EQ(IOMemoryMapGetOffset(NULL), 0);
    CHECK(IOMemoryMapGetAddressTask(NULL) == NULL);
    CHECK_EQ(IOMemoryMapGetMapOptions(NULL), 0);
    CHECK(IOMemoryMapGetMemoryDescriptor(NULL) == NULL);
    CHECK_EQ(IOMemoryMapGetPhysicalAddress(NULL), 0);
    length = 1;
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(NULL, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_EQ(IOMemoryMapUnmap(NULL), kIOReturnBadArgument);
    IOMemoryMapTaskDied(NULL);
    CHECK_EQ(IOMemoryMapUserClientUnmap(NULL), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapRedirect(NULL, NULL, 0, 0), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapRedirectTask(NULL, NULL, true), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapWireRange(NULL, 1, 0, PAGE), kIOReturnBadArgument);
    CHECK(IOMemoryMapCopyCompatible(NULL, NULL) == NULL);
    CHECK(!IOMemoryMapInit(NULL, kernel_task, 0, kIOMapAnywhere, 0, PAGE));
    CHECK(!IOMemoryMapSetMemoryDescriptor(NULL, NULL, 0));
    IOMemoryMapTaggedRelease(NULL, NULL);
    IOMemoryMapFree(NULL);
    CHECK(IOMemoryMapGetMetaClass(NULL) == NULL);
    CHECK_EQ(IOMemoryMapCopyState(NULL, &state), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryMapDispatch(NULL, 1, NULL, 0, &state, sizeof state), kIOReturnBadArgument);
}

static void null__is_no_descriptor(void)
{
    CHECK(!IOMemoryDescriptorInitWithOptions(NULL, &length, 1, 0, kernel_task, kIOMemoryTypeVirtual, NULL));
    CHECK_EQ(IOMemoryDescriptorGetLength(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorGetLengthDK(NULL, &number), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorGetDirection(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorGetFlags(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorGetTag(NULL), 0);
    IOMemoryDescriptorSetTag(NULL, 1);
    length = 1;
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(NULL, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    length = 1;
    CHECK_EQ(IOMemoryDescriptorGetSourceSegment(NULL, 0, &length), 0);
    CHECK_EQ(length, 0);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalAddress(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(NULL, 0, &number, 1), 0);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(NULL, 0, &number, 1), 0);
    CHECK_EQ(IOMemoryDescriptorPrepare(NULL, kIODirectionIn), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorComplete(NULL, kIODirectionIn), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorPerformOperation(NULL, kIOMemoryIncoherentIOFlush, 0, 1), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorGetPreparationID(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorGetDescriptorID(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(NULL, &number), 0);
    CHECK(IOMemoryDescriptorCopyContext(NULL) == NULL);
    IOMemoryDescriptorSetContext(NULL, NULL);
    IOMemoryDescriptorSetMapperOptions(NULL, 1);
    CHECK_EQ(IOMemoryDescriptorGetMapperOptions(NULL), 0);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(NULL, kIOMemoryPurgeableKeepCurrent, NULL), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorSetOwnership(NULL, NULL, 0, 0), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorGetPageCounts(NULL, &length, &number), kIOReturnBadArgument);
}

static void null__cannot_be_mapped(void)
{
    CHECK(IOMemoryDescriptorMap(NULL, 0) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(NULL, kernel_task, 0, kIOMapAnywhere, 0, 0) == NULL);
    CHECK(IOMemoryDescriptorSetMapping(NULL, kernel_task, PAGE, 0) == NULL);
    CHECK(IOMemoryDescriptorMakeMapping(NULL, NULL, kernel_task, NULL, 0, 0, 0) == NULL);
    CHECK_EQ(IOMemoryDescriptorRedirect(NULL, NULL, true), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorHandleFault(NULL, 0, 0), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorDMAMap(NULL, NULL, NULL, NULL, 0, 0, &length, &number), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorDMAUnmap(NULL, NULL, NULL, 0, 0, 0), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorCreateMappingDK(NULL, kernel_task, 0, 0, 0, 0, 0, &map), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorCreateSubMemoryDescriptor(0, 0, 0, NULL, &memory), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorCreateWithMemoryDescriptors(0, 1, NULL, &memory), kIOReturnBadArgument);
    CHECK(IOMemoryDescriptorCreateWithSubRange(NULL, 0, 0, 0) == NULL);
    CHECK(IOMemoryDescriptorCreateWithPersistentMemoryDescriptor(NULL) == NULL);
    CHECK(IOMemoryDescriptorCreateWithAddressRanges(NULL, 1, 0, NULL) == NULL);
    CHECK(IOMemoryDescriptorCreateWithOptions(NULL, 1, 0, NULL, kIOMemoryTypePhysical, NULL) == NULL);
}

static void null__is_no_buffer(void)
{
    CHECK(!IOBufferMemoryDescriptorInitWithPhysicalMask(NULL, kernel_task, 0, 1, 1, 0));
    CHECK(!IOBufferMemoryDescriptorInitWithOptions(NULL, 0, 1, 1, kernel_task));
    CHECK(!IOBufferMemoryDescriptorInitWithBytes(NULL, "a", 1, kIODirectionInOut, false));
    CHECK_EQ(IOBufferMemoryDescriptorCreateDK(3, PAGE, 0, NULL), kIOReturnBadArgument);
    CHECK_EQ(IOBufferMemoryDescriptorSetLengthDK(NULL, 1), kIOReturnBadArgument);
    CHECK_EQ(IOBufferMemoryDescriptorGetCapacity(NULL), 0);
    IOBufferMemoryDescriptorSetLength(NULL, 1);
    IOBufferMemoryDescriptorSetDirection(NULL, kIODirectionIn);
    CHECK(!IOBufferMemoryDescriptorAppendBytes(NULL, "a", 1));
    CHECK(IOBufferMemoryDescriptorGetBytesNoCopy(NULL) == NULL);
    CHECK(IOBufferMemoryDescriptorGetBytesNoCopyRange(NULL, 0, 1) == NULL);
}

static void null__is_no_part(void)
{
    IOMemoryDescriptorRef none[] = {NULL};
    IODeviceMemoryInitElement list[] = {{0, PAGE, 1}};

    CHECK(IOSubMemoryDescriptorCreateWithSubRange(NULL, 0, 0, 0) == NULL);
    CHECK(!IOSubMemoryDescriptorInitSubRange(NULL, NULL, 0, 0, 0));
    CHECK(IOMultiMemoryDescriptorCreateWithDescriptors(NULL, 1, 0, false) == NULL);
    CHECK(IOMultiMemoryDescriptorCreateWithDescriptors(none, 1, 0, false) == NULL);
    CHECK(!IOMultiMemoryDescriptorInitWithDescriptors(NULL, none, 1, 0, false));
    CHECK(IODeviceMemoryCreateWithSubRange(NULL, 0, 0) == NULL);
    CHECK_EQ(IODeviceMemoryCreateArrayFromList(NULL, 1, none), 0);
    CHECK_EQ(IODeviceMemoryCreateArrayFromList(list, 1, NULL), 0);
    CHECK(!IOInterleavedMemoryDescriptorSetMemoryDescriptor(NULL, NULL, 0, 0));
    IOInterleavedMemoryDescriptorClearMemoryDescriptors(NULL, 0);
}

static void null__is_no_mapper_and_no_memory(void)
{
    CHECK(!IOMapperStart(NULL, NULL, false));
    CHECK(IOMapperGetContext(NULL) == NULL);
    CHECK(IOMapperCreateWithClass(NULL, NULL) == NULL);
    CHECK(IOMapperCopyMapperForDevice(NULL) == NULL);
    CHECK(IOMapperCopyMapperForDeviceWithIndex(NULL, 0) == NULL);
    IOFree(NULL, 1);
    IOFreeAligned(NULL, 1);
    IOFreeContiguous(NULL, 1);
    IOFreePageable(NULL, 1);
    CHECK_EQ(IOFlushProcessorCache(NULL, 0, 0), kIOReturnUnsupported);
    CHECK_EQ(IOSetProcessorCacheMode(NULL, 0, 0, 0), kIOReturnUnsupported);
}

int main(void)
{
    IOMemoryDescriptorInitialize();
    TAP_RUN(null__is_no_object);
    TAP_RUN(null__is_no_task);
    TAP_RUN(null__is_no_map);
    TAP_RUN(null__is_no_descriptor);
    TAP_RUN(null__cannot_be_mapped);
    TAP_RUN(null__is_no_buffer);
    TAP_RUN(null__is_no_part);
    TAP_RUN(null__is_no_mapper_and_no_memory);
    return tap_done();
}
