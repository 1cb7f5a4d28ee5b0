#include "tests/target/classes.h"

#include <stdlib.h>
#include <string.h>

#include "tests/target/at.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

void release(void *object)
{
    OSObjectRelease(object);
}

int references(void *object)
{
    return OSObjectGetRetainCount(object);
}

uint32_t instances(const char *class_name)
{
    return OSMetaClassGetInstanceCount(OSMetaClassGetWithName(class_name));
}

uint64_t address(IOMemoryMapRef map)
{
    return IOMemoryMapGetVirtualAddress(map);
}

uint8_t shown(IOMemoryMapRef map, uint64_t offset)
{
    return *(volatile uint8_t *)(uintptr_t)(address(map) + offset);
}

IOMemoryDescriptorRef make_buffer(task_t task, IOOptionBits options, uint64_t size)
{
    return (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateInTaskWithOptions(task, options, size, 1);
}

IOMemoryDescriptorRef filled_buffer(uint64_t size, uint8_t byte)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, size, PAGE);

    memset(IOBufferMemoryDescriptorGetBytesNoCopy(buffer), byte, size);
    return (IOMemoryDescriptorRef)buffer;
}

uint8_t *bytes_of(IOMemoryDescriptorRef buffer)
{
    return IOBufferMemoryDescriptorGetBytesNoCopy((IOBufferMemoryDescriptorRef)buffer);
}

IOMemoryMapRef map_in_task(task_t task, IOMemoryDescriptorRef md, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(md, task, 0, options | kIOMapAnywhere, 0, 0);
}

struct IOPageInfo page_at(task_t task, uint64_t va)
{
    struct IOPageInfo info = {0};
    IOReturn result = IOAddressSpaceQuery(task, va, &info);

    CHECK(result == kIOReturnSuccess || result == KERN_INVALID_ADDRESS);
    return info;
}

bool translates(uint64_t va)
{
    return at_translate(va, AT_EL1_READ).result == AT_OK;
}

uint64_t free_address(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    return (min + (max - min) / 4 * 3) & ~(PAGE - 1);
}

void warm_up(void)
{
    IOMemoryDescriptorRef buffer = filled_buffer(PAGE, 0);
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);

    free(malloc(100000));
    release(IOMemoryDescriptorMap(buffer, kIOMapUnique));
    release(map_in_task(task, buffer, 0));
    IOAddressSpaceDestroy(task);
    release(buffer);
}
