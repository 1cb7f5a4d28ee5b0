/* References, classes, prepare and complete: the bookkeeping that drivers lean on. */
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "startup/runtime.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define BUFFER_SIZE (3 * PAGE)

static IOMemoryDescriptorRef new_buffer(IODirection direction)
{
    return (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithCapacity(BUFFER_SIZE, direction, false);
}

static void *bytes_of(IOMemoryDescriptorRef buffer)
{
    return IOBufferMemoryDescriptorGetBytesNoCopy((IOBufferMemoryDescriptorRef)buffer);
}

static void release_unbalanced(void *object)
{
    OSObjectTaggedRetain(object, OSCollectionMetaClass());
    OSObjectRelease(object);
    OSObjectRelease(object);
}

static void references__are_counted_and_saturate(void)
{
    OSObjectRef object = (OSObjectRef)new_buffer(kIODirectionInOut);
    const char *message = NULL;

    CHECK_EQ(OSObjectGetRetainCount(object), 1);
    OSObjectRetain(object);
    CHECK_EQ(OSObjectGetRetainCount(object), 2);
    OSObjectRelease(object);
    CHECK(!panic_try(release_unbalanced, object, &message)); /* a collection still holds it */
    CHECK(message && message[0]);

    object = (OSObjectRef)IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    for (unsigned i = 0; i < 65533; i++)
        OSObjectRetain(object);
    CHECK_EQ(OSObjectGetRetainCount(object), 65534);
    for (unsigned i = 0; i < 70000; i++)
        OSObjectRelease(object);
    CHECK_EQ(OSObjectGetRetainCount(object), 65534); /* pegged for ever */
    CHECK_EQ(IOMemoryDescriptorGetLength((IOMemoryDescriptorRef)object), PAGE);
}

static void check_cast(OSObjectRef object, const char *class, bool is)
{
    if (!CHECK_EQ(OSDynamicCastTo(OSMetaClassGetWithName(class), object) == object, is))
        tap_note("  a %s to %s", OSMetaClassGetClassName(OSObjectGetMetaClass(object)), class);
}

static void casts__follow_the_class_tree(void)
{
    OSObjectRef buffer = (OSObjectRef)new_buffer(kIODirectionInOut);
    OSObjectRef device = (OSObjectRef)IODeviceMemoryCreateWithRange(CLOCK_PA, PAGE);
    OSObjectRef map = (OSObjectRef)IOMemoryDescriptorMap((IOMemoryDescriptorRef)device, 0);

    check_cast(buffer, "OSObject", true);
    check_cast(buffer, "IOMemoryDescriptor", true);
    check_cast(buffer, "IOGeneralMemoryDescriptor", true);
    check_cast(buffer, "IOBufferMemoryDescriptor", true);
    check_cast(buffer, "IOMemoryMap", false);
    check_cast(device, "IOGeneralMemoryDescriptor", true);
    check_cast(device, "IOBufferMemoryDescriptor", false);
    check_cast(device, "IODeviceMemory", false); /* as in IOKit: the object is a general descriptor */
    check_cast(map, "IOMemoryMap", true);
    check_cast(map, "IOMemoryDescriptor", false);
    CHECK(OSDynamicCastTo(OSMetaClassGetWithName("OSObject"), NULL) == NULL);
    CHECK(strcmp(OSMetaClassGetClassName(OSObjectGetMetaClass(map)), "IOMemoryMap") == 0);
    CHECK(OSMetaClassGetWithName("NoSuchClass") == NULL);
    CHECK(OSMetaClassAllocClassWithName("IOMemoryDescriptor") == NULL); /* abstract */
    OSObjectRelease(map);
    OSObjectRelease(device);
    OSObjectRelease(buffer);
}

static void cast_to_map(void *object)
{
    OSRequiredCastTo(OSMetaClassGetWithName("IOMemoryMap"), object);
}

static void required_cast__panics_on_another_class(void)
{
    OSObjectRef buffer = (OSObjectRef)new_buffer(kIODirectionInOut);

    CHECK(OSRequiredCastTo(OSMetaClassGetWithName("IOMemoryDescriptor"), buffer) == buffer);
    CHECK(!panic_try(cast_to_map, buffer, NULL));
    CHECK(panic_try(cast_to_map, NULL, NULL)); /* NULL stays NULL */
    OSObjectRelease(buffer);
}

static void nested_prepares__keep_the_first_ones_direction(void)
{
    static uint8_t bytes[100];
    IOMemoryDescriptorRef memory =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes, sizeof bytes, kIODirectionInOut, kernel_task);

    CHECK_EQ(IOMemoryDescriptorPrepare(memory, kIODirectionOut), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorPrepare(memory, kIODirectionIn), kIOReturnNotWritable);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(memory, 0, "abc", 3), 0); /* prepared to be read only */
    CHECK_EQ(IOMemoryDescriptorComplete(memory, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorPrepare(memory, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(memory, 0, "abc", 3), 3);
    CHECK(memcmp(bytes, "abc", 3) == 0);
    CHECK_EQ(IOMemoryDescriptorComplete(memory, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorComplete(memory, kIODirectionNone), kIOReturnSuccess); /* one too many is none */
    OSObjectRelease((OSObjectRef)memory);
}

static void prepare__refuses_what_is_not_there(void)
{
    static const char constant[] = "constant";
    IOMemoryDescriptorRef nothing =
        IOMemoryDescriptorCreateWithAddressRange(machine_corner(), PAGE, kIODirectionInOut, kernel_task);
    IOMemoryDescriptorRef fixed =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)constant, sizeof constant, kIODirectionIn, kernel_task);

    CHECK_EQ(IOMemoryDescriptorPrepare(nothing, kIODirectionNone), KERN_INVALID_ADDRESS);
    CHECK(IOMemoryDescriptorCreateWithAddress((void *)(uintptr_t)machine_corner(), PAGE, kIODirectionInOut) == NULL);
    CHECK_EQ(IOMemoryDescriptorPrepare(fixed, kIODirectionIn), KERN_PROTECTION_FAILURE);
    CHECK_EQ(IOMemoryDescriptorPrepare(fixed, kIODirectionOut), kIOReturnSuccess);
    OSObjectRelease((OSObjectRef)fixed); /* free completes */
    OSObjectRelease((OSObjectRef)nothing);
}

static void out_buffer__is_filled_by_its_owner_only(void)
{
    IOMemoryDescriptorRef buffer = new_buffer(kIODirectionOut);

    CHECK_EQ(IOMemoryDescriptorWriteBytes(buffer, 0, "abc", 3), 0);
    IOBufferMemoryDescriptorSetLength((IOBufferMemoryDescriptorRef)buffer, 0);
    CHECK(IOBufferMemoryDescriptorAppendBytes((IOBufferMemoryDescriptorRef)buffer, "abc", 3));
    CHECK_EQ(IOMemoryDescriptorGetLength(buffer), 3);
    CHECK(memcmp(bytes_of(buffer), "abc", 3) == 0);
    OSObjectRelease((OSObjectRef)buffer);
}

static void segments_of_a_buffer__are_the_cpus(void)
{
    IOMemoryDescriptorRef buffer = new_buffer(kIODirectionInOut);
    uint64_t va = (uintptr_t)bytes_of(buffer), offset = 0;

    while (offset < BUFFER_SIZE) {
        uint64_t length = 0;
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(buffer, offset, &length, kIOMemoryMapperNone);

        if (!CHECK(length > 0 && length <= BUFFER_SIZE - offset))
            break;
        CHECK_EQ(pa, at_translate(va + offset, AT_EL1_READ).pa);
        CHECK_EQ(pa + length - 1, at_translate(va + offset + length - 1, AT_EL1_READ).pa);
        offset += length;
    }
    OSObjectRelease((OSObjectRef)buffer);
}

static void zero_length__describes_nothing(void)
{
    uint64_t length = 1;
    IOMemoryDescriptorRef memory = IOMemoryDescriptorCreateWithAddressRange(0, 0, kIODirectionNone, kernel_task);

    CHECK(memory != NULL);
    CHECK_EQ(IOMemoryDescriptorPrepare(memory, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(memory, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK(IOMemoryDescriptorMap(memory, 0) == NULL);
    CHECK_EQ(IOMemoryDescriptorComplete(memory, kIODirectionNone), kIOReturnSuccess);
    OSObjectRelease((OSObjectRef)memory);
}

static void instances__return_to_what_they_were(void)
{
    static const char *const names[] = {"OSObject", "IOMemoryMap", "IOGeneralMemoryDescriptor",
                                        "IOBufferMemoryDescriptor"};
    enum { COUNT = sizeof names / sizeof *names };
    uint32_t before[COUNT];
    struct machine_use use = machine_use();

    for (unsigned i = 0; i < COUNT; i++)
        before[i] = OSMetaClassGetInstanceCount(OSMetaClassGetWithName(names[i]));
    casts__follow_the_class_tree();
    nested_prepares__keep_the_first_ones_direction();
    prepare__refuses_what_is_not_there();
    out_buffer__is_filled_by_its_owner_only();
    zero_length__describes_nothing();
    for (unsigned i = 0; i < COUNT; i++)
        CHECK_EQ(OSMetaClassGetInstanceCount(OSMetaClassGetWithName(names[i])), before[i]);
    CHECK_EQ(machine_use().free, use.free);
}

int main(void)
{
    TAP_RUN(casts__follow_the_class_tree);
    TAP_RUN(required_cast__panics_on_another_class);
    TAP_RUN(nested_prepares__keep_the_first_ones_direction);
    TAP_RUN(prepare__refuses_what_is_not_there);
    TAP_RUN(out_buffer__is_filled_by_its_owner_only);
    TAP_RUN(segments_of_a_buffer__are_the_cpus);
    TAP_RUN(zero_length__describes_nothing);
    TAP_RUN(instances__return_to_what_they_were);
    TAP_RUN(references__are_counted_and_saturate);
    return tap_done();
}
