/* T2 and T5 to T9: buffers, and descriptors of nothing. */
#include <string.h>

#include "tests/target/classes.h"
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define PAGEABLE (kIODirectionInOut | kIOMemoryPageable)

void iokit_named_allocation(void)
{
    struct machine_use before = machine_use();
    IOMemoryDescriptorRef buffer = make_buffer(NULL, PAGEABLE, 8 * PAGE);

    CHECK_EQ(IOMemoryDescriptorPrepare(buffer, kIODirectionInOut), kIOReturnSuccess);
    CHECK(machine_use().free <= before.free - 8 * PAGE);
    release(buffer); /* still prepared */
    CHECK_EQ(machine_use().free, before.free);
}

void iokit_overflow(void)
{
    CHECK(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(NULL, PAGEABLE, UINT64_MAX, 0) == NULL);
    CHECK(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, PAGEABLE, UINT64_MAX, 0) == NULL);
    CHECK(IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, kIODirectionIn, UINT64_MAX, 0) == NULL);
}

void iokit_set_length_map(void)
{
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateInTaskWithOptions(
        kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, 0x4000, 0x4000);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;
    uint64_t length = 0;
    IOMemoryMapRef small, large;

    CHECK_EQ((uintptr_t)bytes_of(md) % 0x4000, 0);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, kIOMemoryMapperNone) % 0x4000, 0);
    CHECK_EQ(length, 0x4000);
    memset(bytes_of(md), 0x66, 0x200);
    IOBufferMemoryDescriptorSetLength(buffer, 0x100);
    small = IOMemoryDescriptorCreateMappingInTask(md, task, 0, kIOMapAnywhere, 0, 0);
    CHECK_EQ(IOMemoryMapGetLength(small), 0x100);
    IOBufferMemoryDescriptorSetLength(buffer, 0x200);
    large = IOMemoryDescriptorCreateMappingInTask(md, task, 0, kIOMapAnywhere, 0, 0);
    CHECK_EQ(IOMemoryMapGetLength(large), 0x200);
    IOAddressSpaceActivate(task);
    CHECK_EQ(touch_read_el0(address(small)).value, 0x66);
    CHECK_EQ(touch_read_el0(address(large) + 0x1ff).value, 0x66);
    release(small);
    CHECK_EQ(touch_read_el0(address(large) + 0x1ff).value, 0x66);
    release(large);
    IOAddressSpaceDestroy(task);
    release(buffer);
}

static void check_nothing(task_t task)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange(0, 0, kIODirectionNone, task);
    uint64_t length = 1;
    uint8_t byte = 0x77;

    if (!CHECK(md != NULL))
        return;
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    CHECK(IOMemoryDescriptorMap(md, 0) == NULL);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(md, 0, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 0, &byte, 1), 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 0, &byte, 0), 0);
    CHECK_EQ(byte, 0x77);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(md, &length), 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    release(md);
}

void iokit_zero_length(void)
{
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);

    check_nothing(task);
    check_nothing(kernel_task);
    IOAddressSpaceDestroy(task);
}

void iokit_no_zero_fill(void)
{
    IOMemoryDescriptorRef md = make_buffer(NULL, PAGEABLE, 24 * PAGE);
    uint8_t byte;

    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionIn | kIODirectionPrepareNoZeroFill), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 23 * PAGE, "x", 1), 1);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionIn), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionIn | kIODirectionCompleteWithDataValid), kIOReturnSuccess);
    CHECK(IOMemoryDescriptorGetPreparationID(md) != kIOPreparationIDUnprepared);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 23 * PAGE, &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionIn), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorGetPreparationID(md), kIOPreparationIDUnprepared);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 23 * PAGE, &byte, 1), 0);
    release(md);
}

void iokit_bad_fixed_alloc(void)
{
    IOMemoryDescriptorRef md = make_buffer(NULL, PAGEABLE, PAGE);
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    CHECK(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0x2000, 0, 0, 0) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0, 0, 0, 0) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, min - PAGE, 0, 0, 0) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(md, kernel_task, max, 0, 0, 0) == NULL);
    CHECK_EQ(references(md), 1);
    release(md);
}
