/* T3, T10, T11 and T14: copy-on-write, memory of another machine's, maps that must not fault, contexts. */
#include <string.h>

#include "mmu/lock.h"
#include "tests/target/classes.h"
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

/* ---- T3 ---- */

#define WORDS 4

/* The task writes, with its own rights. */
static void task_writes(uint64_t va, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        CHECK(touch_write_el0(va + i, (uint8_t)(word >> i * 8)).done);
}

static uint32_t kernel_reads(IOMemoryMapRef map, uint64_t offset)
{
    return *(volatile uint32_t *)(uintptr_t)(address(map) + offset);
}

static uint32_t word_of(uint64_t i)
{
    return 0x1a2b3c00 + (uint32_t)i;
}

static void check_copy_on_write(IOOptionBits option, uint32_t third)
{
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    uint64_t va = 0;
    uint32_t live = 0;
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;

    CHECK_EQ(IOAddressSpaceAllocate(task, &va, 0x4018 + 0x800, kIOMapAnywhere, 3), kIOReturnSuccess);
    va += 0x800;
    IOAddressSpaceActivate(task);
    md = IOMemoryDescriptorCreateWithAddressRange(va, 0x4018, kIODirectionOut | option, task);
    for (uint64_t i = 0; i < WORDS; i++)
        task_writes(va + i * PAGE, word_of(i));
    map = IOMemoryDescriptorMap(md, kIOMapReadOnly);
    CHECK_EQ(address(map) % PAGE, va % PAGE);
    for (uint64_t i = 0; i < WORDS; i++)
        CHECK_EQ(kernel_reads(map, i * PAGE), word_of(i));
    task_writes(va + 2 * PAGE, 0xdeadbeef);
    CHECK_EQ(touch_read_el0(va + 2 * PAGE).value, 0xef);
    for (uint64_t i = 0; i < WORDS; i++)
        CHECK_EQ(kernel_reads(map, i * PAGE), i == 2 ? third : word_of(i));
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2 * PAGE, &live, 4), 4);
    CHECK_EQ(live, 0xdeadbeef); /* what is pinned is the live memory */
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    release(map);
    release(md);
    IOAddressSpaceDestroy(task);
}

void iokit_copy_on_write(void)
{
    struct machine_use before = machine_use();

    check_copy_on_write(0, 0xdeadbeef);
    check_copy_on_write(kIOMemoryMapCopyOnWrite, word_of(2));
    CHECK_EQ(machine_use().free, before.free);
}

/* ---- T10 ---- */

/* Its DMA command, which would give the same two segments, waits for IODMACommand. */
void iokit_remote(void)
{
    IOAddressRange ranges[] = {{UINT64_C(0x1234567890123456), 0x1000}, {UINT64_C(0x5432109876543210), 0x2000}};
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionOutIn | kIOMemoryRemote, NULL);
    uint64_t offset = 0, length = 0;
    uint8_t byte;

    if (!CHECK(md != NULL))
        return;
    CHECK(IOMemoryDescriptorGetFlags(md) & kIOMemoryRemote);
    CHECK_EQ(IOMemoryDescriptorGetLength(md), 0x3000);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    for (unsigned i = 0; i < 2; i++, offset += length) {
        CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(md, offset, &length, 0), ranges[i].address);
        CHECK_EQ(length, ranges[i].length);
    }
    CHECK_EQ(offset, IOMemoryDescriptorGetLength(md));
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(md, offset, &length, 0), 0);
    CHECK_EQ(length, 0);
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(md, 0x1fff, &length, 0), ranges[1].address + 0xfff);
    CHECK_EQ(length, 0x1001);
    CHECK(IOMemoryDescriptorMap(md, 0) == NULL);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 0, &byte, 1), 0);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 0, &byte, 1), 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    release(md);
}

/* ---- T11 ---- */

static uint32_t read_under_lock(IOMemoryMapRef map, uint64_t offset)
{
    struct lock lock = LOCK_INIT;
    uintptr_t entered = lock_enter(&lock);
    uint32_t word = kernel_reads(map, offset);

    lock_leave(&lock, entered);
    return word;
}

void iokit_prefault(void)
{
    task_t task = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    IOMemoryDescriptorRef md = make_buffer(task, kIODirectionInOut | kIOMemoryPageable, 8 * PAGE);
    struct machine_use before;
    IOMemoryMapRef map;

    CHECK(IOMemoryDescriptorMap(md, kIOMapPrefault) == NULL); /* not prepared */
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionInOut), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 0, "\x78\x56\x34\x12", 4), 4);
    map = IOMemoryDescriptorMap(md, kIOMapPrefault);
    before = machine_use();
    for (uint64_t offset = 0; offset < 8 * PAGE; offset += PAGE) {
        CHECK_EQ(page_at(kernel_task, address(map) + offset).protection, 3); /* so no access faults */
        CHECK_EQ(read_under_lock(map, offset), offset ? 0 : 0x12345678);
    }
    CHECK_EQ(machine_use().free, before.free);
    release(map);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionInOut), kIOReturnSuccess);
    release(md);
    IOAddressSpaceDestroy(task);
}

/* ---- T14 ---- */

void iokit_context(void)
{
    IOMemoryDescriptorRef md = filled_buffer(PAGE, 0);
    OSObjectRef one = (OSObjectRef)filled_buffer(PAGE, 1), two = (OSObjectRef)filled_buffer(PAGE, 2);

    CHECK(IOMemoryDescriptorCopyContext(md) == NULL);
    IOMemoryDescriptorSetContext(md, NULL);
    CHECK(IOMemoryDescriptorCopyContext(md) == NULL);
    IOMemoryDescriptorSetContext(md, one);
    CHECK_EQ(references(one), 2);
    CHECK(IOMemoryDescriptorCopyContext(md) == one);
    CHECK_EQ(references(one), 3);
    release(one);
    IOMemoryDescriptorSetContext(md, NULL);
    CHECK(IOMemoryDescriptorCopyContext(md) == NULL);
    CHECK_EQ(references(one), 1);
    IOMemoryDescriptorSetContext(md, one);
    IOMemoryDescriptorSetContext(md, two);
    CHECK_EQ(references(one), 1);
    CHECK_EQ(references(two), 2);
    release(md);
    CHECK_EQ(references(one), 1);
    CHECK_EQ(references(two), 1);
    release(one);
    release(two);
}
