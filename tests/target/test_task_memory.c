/* A task's own memory: allocate, protect, deallocate; copy-on-write and purgeable memory over it. */
#include <string.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define LOW        UINT64_C(0x10000000)
#define HIGH       UINT64_C(0x20000000)
#define READ       1u
#define READ_WRITE 3u
#define PURGEABLE  (kIODirectionInOut | kIOMemoryPageable | kIOMemoryPurgeable)

static uint64_t allocate(task_t task, uint64_t size)
{
    uint64_t va = 0;

    CHECK_EQ(IOAddressSpaceAllocate(task, &va, size, kIOMapAnywhere, READ_WRITE), kIOReturnSuccess);
    return va;
}

static void protect_and_deallocate__go_page_by_page(void)
{
    struct machine_use before = machine_use();
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    uint64_t va = allocate(task, 8 * PAGE), fixed = va + 8 * PAGE, taken = va;

    CHECK_EQ(IOAddressSpaceAllocate(task, &taken, PAGE, 0, READ_WRITE), KERN_NO_SPACE);
    CHECK_EQ(IOAddressSpaceAllocate(task, &fixed, PAGE, 0, READ_WRITE), kIOReturnSuccess);
    CHECK_EQ(IOAddressSpaceAllocate(task, &taken, PAGE, kIOMapAnywhere, 7), kIOReturnBadArgument);
    IOAddressSpaceActivate(task);
    CHECK(touch_write_el0(va + 2 * PAGE, 5).done);
    CHECK_EQ(IOAddressSpaceProtect(task, va + 2 * PAGE, 2 * PAGE, READ), kIOReturnSuccess);
    CHECK_EQ(touch_read_el0(va + 2 * PAGE).value, 5);
    CHECK_REFUSED(touch_write_el0(va + 2 * PAGE, 6), FAULT_PERMISSION);
    CHECK_REFUSED(touch_write_el0(va + 3 * PAGE, 6), FAULT_PERMISSION);
    CHECK(touch_write_el0(va + 4 * PAGE, 6).done);
    CHECK_EQ(IOAddressSpaceDeallocate(task, va + 3 * PAGE, 2 * PAGE), kIOReturnSuccess);
    CHECK_REFUSED(touch_read_el0(va + 4 * PAGE), FAULT_UNMAPPED);
    CHECK_EQ(touch_read_el0(va + 2 * PAGE).value, 5);
    CHECK(touch_write_el0(va + 7 * PAGE, 7).done);
    CHECK_EQ(IOAddressSpaceDeallocate(task, va, 8 * PAGE), KERN_INVALID_ADDRESS);
    IOAddressSpaceDestroy(task);
    CHECK_EQ(machine_use().free, before.free);
}

static void copy_on_write__hides_the_maps_writes(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 2 * PAGE, 1);
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer), live = 0;
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;

    bytes[0] = 7;
    md = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes, 2 * PAGE,
                                                  kIODirectionInOut | kIOMemoryMapCopyOnWrite, kernel_task);
    map = IOMemoryDescriptorMap(md, kIOMapUnique);
    CHECK(touch_write(address(map), 8).done);
    CHECK(touch_write(address(map) + PAGE, 9).done);
    CHECK_EQ(bytes[0], 7);
    CHECK_EQ(bytes[PAGE], 0);
    bytes[0] = 6;
    CHECK_EQ(touch_read(address(map)).value, 8);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 0, &live, 1), 1);
    CHECK_EQ(live, 6);
    release(map);
    release(md);
    release(buffer);
}

/* A map over the memory that shares it with the copy, and fails then: what comes back is shared still. */
static void copy_on_write__survives_a_map_that_fails(void)
{
    const IOOptionBits copied = kIODirectionInOut | kIOMemoryPersistent | kIOMemoryMapCopyOnWrite;
    uint8_t *bytes = IOMallocPageable(PAGE, PAGE);
    IOMemoryDescriptorRef parts[] = {
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes, PAGE, copied, kernel_task),
        (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, 1),
    };
    IOMemoryDescriptorRef all =
        (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, kIODirectionInOut, false);
    IOMemoryMapRef map;

    bytes[0] = 1;
    CHECK_EQ(IOMemoryDescriptorRedirect(parts[1], NULL, true), kIOReturnSuccess);
    CHECK(IOMemoryDescriptorCreateMappingInTask(all, kernel_task, (uintptr_t)bytes, kIOMapOverwrite | kIOMapUnique, 0,
                                                0) == NULL);
    CHECK(touch_write((uintptr_t)bytes, 2).done);
    map = IOMemoryDescriptorMap(parts[0], kIOMapUnique);
    CHECK_EQ(touch_read(address(map)).value, 1);
    CHECK_EQ(bytes[0], 2);
    release(map);
    release(all);
    release(parts[0]);
    release(parts[1]);
    IOFreePageable(bytes, PAGE);
}

/* Over what a map has left, another fails: the pages go still when their memory does. */
static void pages_left__go_after_a_map_that_fails(void)
{
    IOMemoryDescriptorRef parts[] = {
        (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, 1),
        (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, 1),
    };
    IOMemoryDescriptorRef all =
        (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(&parts[1], 1, kIODirectionInOut, false);
    const IOOptionBits over = kIOMapOverwrite | kIOMapUnique;
    uintptr_t va = (uintptr_t)IOMallocPageable(PAGE, PAGE);

    CHECK_EQ(IOMemoryDescriptorWriteBytes(parts[0], 0, "x", 1), 1);
    release(IOMemoryDescriptorCreateMappingInTask(parts[0], kernel_task, va, over, 0, 0));
    CHECK_EQ(IOMemoryDescriptorRedirect(parts[1], NULL, true), kIOReturnSuccess);
    CHECK(IOMemoryDescriptorCreateMappingInTask(all, kernel_task, va, over, 0, 0) == NULL);
    CHECK_EQ(touch_read(va).value, 'x');
    release(parts[0]);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    release(all);
    release(parts[1]);
    IOFreePageable((void *)va, PAGE);
}

static void wire_and_block__know_pages_that_come(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 4 * PAGE, 1);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer, both[] = {md, md}, multi;
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    uint64_t length = 0;

    CHECK_EQ(IOMemoryMapWireRange(map, kIODirectionOut, PAGE, PAGE), kIOReturnSuccess);
    CHECK(IOMemoryMapGetPhysicalSegment(map, PAGE, &length, kIOMemoryMapperNone) && length == PAGE);
    bytes[0] = 1;
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    bytes[3 * PAGE] = 2;
    CHECK_EQ(IOMemoryMapRedirect(map, md, 0, 0), kIOReturnSuccess);
    CHECK_EQ(touch_read(address(map)).value, 1);
    CHECK_EQ(touch_read(address(map) + 3 * PAGE).value, 2);
    CHECK_EQ(touch_read(address(map) + 2 * PAGE).value, 0);
    CHECK_EQ(IOMemoryMapWireRange(map, 0, PAGE, PAGE), kIOReturnSuccess);
    release(map);
    multi = (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(both, 2, kIODirectionInOut, false);
    map = IOMemoryDescriptorMap(multi, 0);
    if (CHECK(map != NULL)) {
        CHECK_EQ(touch_read(address(map) + 7 * PAGE).value, 2);
        CHECK(touch_write(address(map) + 2 * PAGE, 4).done);
        CHECK_EQ(touch_read(address(map) + 6 * PAGE).value, 4);
    }
    release(map);
    release(multi);
    release(buffer);
}

static void pinned__is_not_purged(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(PURGEABLE, 4 * PAGE, 1);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    IOOptionBits old = 0;

    bytes[0] = 1;
    CHECK_EQ(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(md, kIOMemoryPurgeableEmpty, &old), kIOReturnSuccess);
    CHECK_EQ(old, kIOMemoryPurgeableNonVolatile);
    CHECK_EQ(bytes[0], 1);
    release(buffer);
}

int main(void)
{
    IOBufferMemoryDescriptorRef warm = IOBufferMemoryDescriptorCreateWithOptions(PURGEABLE, PAGE, 1);
    task_t task = IOAddressSpaceCreate(LOW, HIGH);

    allocate(task, 8 * PAGE);
    IOAddressSpaceDestroy(task);
    release(warm); /* the heap has grown for the first records then */
    TAP_RUN(protect_and_deallocate__go_page_by_page);
    TAP_RUN(copy_on_write__hides_the_maps_writes);
    TAP_RUN(copy_on_write__survives_a_map_that_fails);
    TAP_RUN(pages_left__go_after_a_map_that_fails);
    TAP_RUN(wire_and_block__know_pages_that_come);
    TAP_RUN(pinned__is_not_purged);
    return tap_done();
}
