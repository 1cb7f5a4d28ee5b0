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

static void instances__return_to_what_they_were(void)
{
    static const char *const names[] = {"OSObject", "IOMemoryMap", "IOGeneralMemoryDescriptor",
                                        "IOBufferMemoryDescriptor"};
    enum { COUNT = sizeof names / sizeof *names };
    uint32_t before[COUNT];
    struct machine_use use = machine_use();

    for (unsigned i = 0; i < COUNT; i++)
        before[i] = OSMetaClassGetInstanceCount(OSMetaClassGetWithName(names[i]));
    prepare__refuses_what_is_not_there();
    for (unsigned i = 0; i < COUNT; i++)
        CHECK_EQ(OSMetaClassGetInstanceCount(OSMetaClassGetWithName(names[i])), before[i]);
    CHECK_EQ(machine_use().free, use.free);
}

int main(void)
{
    TAP_RUN(required_cast__panics_on_another_class);
    TAP_RUN(prepare__refuses_what_is_not_there);
    TAP_RUN(segments_of_a_buffer__are_the_cpus);
    TAP_RUN(instances__return_to_what_they_were);
    return tap_done();
}
