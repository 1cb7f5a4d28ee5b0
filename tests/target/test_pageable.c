/* Memory that comes when it is touched: pageable buffers in the kernel, in tasks, in none. */
#include <string.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define LOW      UINT64_C(0x10000000)
#define HIGH     UINT64_C(0x20000000)
#define PAGEABLE (kIODirectionInOut | kIOMemoryPageable)

static IOBufferMemoryDescriptorRef buffer_in(task_t task, IOOptionBits options, uint64_t size)
{
    return IOBufferMemoryDescriptorCreateInTaskWithOptions(task, options, size, 1);
}

static struct IOPageInfo query(task_t task, uint64_t va)
{
    struct IOPageInfo info;

    CHECK_EQ(IOAddressSpaceQuery(task, va, &info), kIOReturnSuccess);
    return info;
}

static uint64_t resident(void *md)
{
    uint64_t pages = 99, dirty = 99;

    CHECK_EQ(IOMemoryDescriptorGetPageCounts(md, &pages, &dirty), kIOReturnSuccess);
    CHECK_EQ(dirty, pages);
    return pages;
}

static void buffer__takes_a_page_when_it_is_touched(void)
{
    struct machine_use before = machine_use();
    IOBufferMemoryDescriptorRef buffer = buffer_in(kernel_task, PAGEABLE, 64 * PAGE);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;
    volatile uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);

    if (!CHECK(bytes != NULL))
        return;
    CHECK_EQ(query(kernel_task, (uintptr_t)bytes).tag, 3);
    CHECK_EQ(resident(md), 0);
    CHECK_EQ(bytes[5 * PAGE + 7], 0);
    CHECK_EQ(query(kernel_task, (uintptr_t)bytes + 5 * PAGE).protection, 3);
    CHECK_EQ(query(kernel_task, (uintptr_t)bytes + 4 * PAGE).tag, 3);
    bytes[9 * PAGE] = 0x5a;
    CHECK_EQ(bytes[9 * PAGE], 0x5a);
    CHECK_EQ(resident(md), 2);
    CHECK(IOMemoryDescriptorGetFlags(md) & kIOMemoryBufferPageable);
    CHECK_EQ(IOMemoryDescriptorGetPreparationID(md), kIOPreparationIDUnprepared);
    release(buffer);
    CHECK_EQ(machine_use().free, before.free);
    CHECK_EQ(machine_use().tables, before.tables);
}

static void maps__see_a_page_that_comes_through_another(void)
{
    IOBufferMemoryDescriptorRef buffer = buffer_in(kernel_task, PAGEABLE, 8 * PAGE);
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOMemoryMapRef map, there;
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    uint64_t length = 1;

    bytes[0] = 1;
    map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, kIOMapUnique);
    there =
        IOMemoryDescriptorCreateMappingInTask((IOMemoryDescriptorRef)buffer, task, 0, kIOMapAnywhere, PAGE, 4 * PAGE);
    if (!CHECK(map && there && address(map) != (uintptr_t)bytes))
        return;
    CHECK_EQ(query(kernel_task, address(map)).protection, 3);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, PAGE, &length, 0), 0);
    CHECK_EQ(length, 0);
    *(volatile uint8_t *)(uintptr_t)(address(map) + PAGE) = 2;
    CHECK_EQ(bytes[PAGE], 2);
    CHECK_EQ(query(task, address(there)).pa, query(kernel_task, (uintptr_t)bytes + PAGE).pa);
    IOAddressSpaceActivate(task);
    CHECK_EQ(touch_read_el0(address(there)).value, 2);
    CHECK_EQ(touch_read_el0(address(there) + 3 * PAGE).value, 0);
    CHECK(touch_write_el0(address(there) + 2 * PAGE, 9).done);
    CHECK_REFUSED(touch_read_el0((uintptr_t)bytes + 6 * PAGE), FAULT_UNMAPPED);
    IOAddressSpaceActivate(NULL);
    CHECK_EQ(bytes[3 * PAGE], 9);
    CHECK_EQ(resident(buffer), 4);
    release(map);
    CHECK_EQ(bytes[PAGE], 2);
    release(buffer); /* the other map holds it */
    IOAddressSpaceActivate(task);
    CHECK_EQ(touch_read_el0(address(there)).value, 2);
    IOAddressSpaceDestroy(task);
    release(there);
}

static void buffer__lies_in_a_task_or_in_none(void)
{
    struct machine_use before = machine_use();
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    IOBufferMemoryDescriptorRef here = buffer_in(task, PAGEABLE | kIOMemoryKernelUserShared, 3 * PAGE);
    IOBufferMemoryDescriptorRef nowhere = buffer_in(NULL, PAGEABLE, 2 * PAGE);
    uint64_t va = (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(here);
    IOMemoryMapRef map;

    CHECK(va >= LOW && va < HIGH);
    CHECK(IOBufferMemoryDescriptorGetBytesNoCopy(nowhere) == NULL);
    CHECK(buffer_in(task, kIODirectionInOut, PAGE) == NULL);
    CHECK(buffer_in(NULL, kIODirectionInOut, PAGE) == NULL);
    map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)here, 0);
    IOAddressSpaceActivate(task);
    CHECK(touch_write_el0(va + PAGE, 0x77).done);
    IOAddressSpaceActivate(NULL);
    CHECK_EQ(touch_read(address(map) + PAGE).value, 0x77);
    release(map);
    map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)nowhere, 0);
    CHECK(touch_write(address(map) + PAGE, 3).done);
    CHECK_EQ(resident(nowhere), 1);
    release(map);
    IOAddressSpaceDestroy(task);
    CHECK(IOBufferMemoryDescriptorGetBytesNoCopy(here) == NULL);
    CHECK_EQ(resident(here), 1);
    release(here);
    release(nowhere);
    CHECK_EQ(machine_use().free, before.free);
}

static void prepare__makes_all_resident_and_shows_it(void)
{
    IOBufferMemoryDescriptorRef buffer = buffer_in(kernel_task, PAGEABLE, 6 * PAGE);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);
    uint64_t done = 0, length, offset;

    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 0, &done, 8), 0);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionIn | kIODirectionPrepareNoFault), kIOReturnNoResources);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionIn | kIODirectionPrepareToPhys32), kIOReturnSuccess);
    CHECK_EQ(resident(md), 6);
    CHECK_EQ(query(kernel_task, address(map) + 5 * PAGE).protection, 3);
    while (done < 6 * PAGE) {
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(md, done, &length, kIOMemoryMapperNone);

        CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, done, NULL, kIOMemoryMapperNone), pa);
        if (!CHECK(length != 0))
            break;
        done += length;
    }
    CHECK_EQ(done, 6 * PAGE);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(md, &offset), 6 * PAGE);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, PAGE - 2, "abcd", 4), 4);
    CHECK_EQ(touch_read(address(map) + PAGE).value, 'c');
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionIn), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionOut | kIODirectionPrepareNoFault), kIOReturnSuccess);
    release(map);
    release(buffer); /* still prepared */
}

static void append_and_copy__fill_without_a_prepare(void)
{
    IOBufferMemoryDescriptorRef buffer = buffer_in(kernel_task, PAGEABLE, 2 * PAGE), copy;
    uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);

    IOBufferMemoryDescriptorSetLength(buffer, PAGE - 2);
    CHECK(IOBufferMemoryDescriptorAppendBytes(buffer, "wxyz", 4));
    CHECK_EQ(IOMemoryDescriptorGetLength((IOMemoryDescriptorRef)buffer), PAGE + 2);
    CHECK(memcmp(bytes + PAGE - 2, "wxyz", 4) == 0);
    CHECK_EQ(resident(buffer), 2);
    copy = IOBufferMemoryDescriptorCreateWithCopy(kernel_task, PAGEABLE, kernel_task, (uintptr_t)bytes + PAGE - 2, 4);
    if (CHECK(copy != NULL)) {
        bytes[PAGE] = '!';
        CHECK(memcmp(IOBufferMemoryDescriptorGetBytesNoCopy(copy), "wxyz", 4) == 0);
    }
    CHECK(IOBufferMemoryDescriptorCreateWithCopy(kernel_task, PAGEABLE, kernel_task, 0x1000, 4) == NULL);
    release(copy);
    release(buffer);
}

int main(void)
{
    release(buffer_in(kernel_task, PAGEABLE, PAGE)); /* the heap has grown for the first records then */
    TAP_RUN(buffer__takes_a_page_when_it_is_touched);
    TAP_RUN(maps__see_a_page_that_comes_through_another);
    TAP_RUN(buffer__lies_in_a_task_or_in_none);
    TAP_RUN(prepare__makes_all_resident_and_shows_it);
    TAP_RUN(append_and_copy__fill_without_a_prepare);
    return tap_done();
}
