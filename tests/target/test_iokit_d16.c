/* Descriptors by IOKit's rules, D16 to D22: prepare, copies, cache operations, purging, descriptors made of others. */
#include <string.h>

#include "iomem/port.h"
#include "tests/target/classes.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static uint64_t preparation(IOMemoryDescriptorRef md)
{
    return IOMemoryDescriptorGetPreparationID(md);
}

static IOMemoryDescriptorRef describe(void *bytes, uint64_t size, IOOptionBits options)
{
    return IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes, size, options, kernel_task);
}

/* ---- D16 ---- */

static void nested_prepare(void)
{
    static uint8_t bytes[100];
    IOMemoryDescriptorRef md = describe(bytes, sizeof bytes, kIODirectionInOut);

    CHECK_EQ(preparation(md), kIOPreparationIDUnprepared);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionOut), kIOReturnSuccess);
    uint64_t first = preparation(md);
    CHECK(first >= UINT64_C(0x100000000));
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionIn), kIOReturnNotWritable);
    CHECK_EQ(preparation(md), first);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 0, "abc", 3), 0); /* prepared to be read only */
    CHECK_EQ(bytes[0], 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(preparation(md), kIOPreparationIDUnprepared); /* the refused one was not counted */
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    CHECK(preparation(md) > first);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 0, "abc", 3), 3);
    CHECK(memcmp(bytes, "abc", 3) == 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    release(md);
}

static void out_buffer(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithCapacity(PAGE, kIODirectionOut, false);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)buffer;

    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 0, "abc", 3), 0);
    IOBufferMemoryDescriptorSetLength(buffer, 0);
    CHECK(IOBufferMemoryDescriptorAppendBytes(buffer, "abc", 3));
    CHECK_EQ(IOMemoryDescriptorGetLength(md), 3);
    CHECK(memcmp(bytes_of(md), "abc", 3) == 0);
    release(buffer);
}

/* ---- D17, D18 ---- */

static void one_byte_too_many(void)
{
    IOMemoryDescriptorRef md = filled_buffer(2 * PAGE, 0x77);
    uint8_t copy[8];

    memset(copy, 0x11, sizeof copy);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2 * PAGE - 5, copy, 6), 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2 * PAGE, copy, 1), 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2 * PAGE + 1, copy, 0), 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 1, copy, UINT64_MAX), 0);
    CHECK_EQ(copy[0], 0x11);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2 * PAGE - 5, copy, 5), 5);
    CHECK(copy[0] == 0x77 && copy[4] == 0x77 && copy[5] == 0x11);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 2 * PAGE - 5, "abcdef", 6), 0);
    CHECK_EQ(bytes_of(md)[2 * PAGE - 5], 0x77);
    release(md);
}

static IOReturn operate(IOMemoryDescriptorRef md, IOOptionBits operation, uint64_t offset, uint64_t length)
{
    return IOMemoryDescriptorPerformOperation(md, operation, offset, length);
}

static void operations(void)
{
    IOMemoryDescriptorRef md = filled_buffer(3 * PAGE, 0x77);
    IOAddressRange elsewhere = {UINT64_C(0x123456789000), PAGE};
    IOMemoryDescriptorRef remote = IOMemoryDescriptorCreateWithAddressRanges(&elsewhere, 1, kIOMemoryRemote, NULL);
    static const IOOptionBits known[] = {kIOMemoryIncoherentIOFlush, kIOMemoryIncoherentIOStore,
                                         kIOMemoryClearEncrypted, kIOMemorySetEncrypted};
    static const IOOptionBits unknown[] = {0, 3, 49, 52, kIOMemoryIncoherentIOFlush | 0x100};

    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(operate(md, known[i], 5, 2 * PAGE), kIOReturnSuccess);
        CHECK_EQ(operate(md, known[i], 0, 3 * PAGE), kIOReturnSuccess);
        CHECK_EQ(operate(md, known[i], PAGE, UINT64_MAX), kIOReturnSuccess); /* clipped */
        CHECK_EQ(operate(md, known[i], 3 * PAGE, 10), kIOReturnSuccess);
        CHECK_EQ(operate(md, known[i], 3 * PAGE + 1, 10), kIOReturnUnderrun);
        CHECK_EQ(operate(md, known[i], 3 * PAGE + 1, 0), kIOReturnSuccess);
        CHECK_EQ(operate(remote, known[i], 0, 1), kIOReturnNotAttached);
    }
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(operate(md, unknown[i], 0, PAGE), kIOReturnUnsupported);
    CHECK(bytes_of(md)[0] == 0x77 && bytes_of(md)[3 * PAGE - 1] == 0x77);
    release(remote);
    release(md);
}

/* ---- D19 ---- */

/* Take every frame there is, and give all of them back. */
static void run_dry(void)
{
    uint64_t first = PORT_NO_FRAME, pa;

    for (uint64_t size = UINT64_C(1) << 26; size >= PAGE; size = size > PAGE ? PAGE : 0)
        while ((pa = port_frame_alloc(size, PAGE, UINT64_MAX)) != PORT_NO_FRAME) {
            uint64_t *frame = port_linear(pa);

            frame[0] = first; /* a list of what is taken */
            frame[1] = size;
            first = pa;
        }
    while (first != PORT_NO_FRAME) {
        uint64_t *frame = port_linear(first), next = frame[0];

        port_frame_free(first, frame[1]);
        first = next;
    }
}

static IOOptionBits set_purgeable(IOMemoryDescriptorRef md, IOOptionBits state)
{
    IOOptionBits old = 0;

    CHECK_EQ(IOMemoryDescriptorSetPurgeable(md, state, &old), kIOReturnSuccess);
    return old;
}

static void purge_cycle(void)
{
    IOOptionBits options = kIODirectionInOut | kIOMemoryPageable | kIOMemoryPurgeable, old = 99;
    IOMemoryDescriptorRef md = make_buffer(kernel_task, options, 4 * PAGE);
    IOMemoryDescriptorRef wired = filled_buffer(PAGE, 0x55);
    uint64_t resident = 99;

    memset(bytes_of(md), 0x41, 4 * PAGE);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableKeepCurrent), kIOMemoryPurgeableNonVolatile);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableVolatile), kIOMemoryPurgeableNonVolatile);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableKeepCurrent), kIOMemoryPurgeableVolatile);
    CHECK_EQ(bytes_of(md)[PAGE], 0x41);
    run_dry();
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableKeepCurrent), kIOMemoryPurgeableEmpty);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableVolatile), kIOMemoryPurgeableEmpty); /* stays empty */
    CHECK_EQ(IOMemoryDescriptorGetPageCounts(md, &resident, NULL), kIOReturnSuccess);
    CHECK_EQ(resident, 0);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableNonVolatile), kIOMemoryPurgeableEmpty);
    CHECK_EQ(set_purgeable(md, kIOMemoryPurgeableKeepCurrent), kIOMemoryPurgeableNonVolatile);
    for (uint64_t i = 0; i < 4; i++)
        CHECK_EQ(bytes_of(md)[i * PAGE], 0);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(md, 0, &old), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(md, 5, &old), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(md, 15, &old), kIOReturnBadArgument);
    CHECK_EQ(IOMemoryDescriptorSetPurgeable(wired, kIOMemoryPurgeableVolatile, &old), KERN_INVALID_ARGUMENT);
    CHECK_EQ(bytes_of(wired)[0], 0x55);
    release(wired);
    release(md);
}

/* ---- D20 ---- */

static void sub(void)
{
    static uint8_t memory[4 * 4096] __attribute__((aligned(4096)));
    IOMemoryDescriptorRef parent = describe(memory, sizeof memory, kIODirectionInOut);
    IOMemoryDescriptorRef part = IOMemoryDescriptorCreateWithSubRange(parent, PAGE, 2 * PAGE, kIODirectionInOut);
    IOMemoryMapRef whole = IOMemoryDescriptorMap(parent, kIOMapGuardedSmall);
    IOMemoryMapRef map = IOMemoryDescriptorMap(part, kIOMapGuardedSmall);
    uint8_t copy[4];

    CHECK(IOMemoryMapGetMemoryDescriptor(map) == parent);
    CHECK_EQ(IOMemoryMapGetOffset(map), PAGE);
    CHECK_EQ(IOMemoryMapGetLength(map), 2 * PAGE);
    CHECK_EQ(address(map), address(whole) + PAGE); /* shared: a window of the parent's */
    CHECK(IOMemoryDescriptorCreateWithSubRange(parent, PAGE, 3 * PAGE + 1, kIODirectionInOut) == NULL);
    CHECK(IOMemoryDescriptorCreateWithSubRange(parent, UINT64_MAX, 2, kIODirectionInOut) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(part, kernel_task, 0, kIOMapAnywhere, 0, 2 * PAGE + 1) == NULL);
    CHECK(IOMemoryDescriptorCreateMappingInTask(part, kernel_task, 0, kIOMapAnywhere, PAGE, 2 * PAGE) == NULL);
    CHECK_EQ(IOMemoryDescriptorPrepare(part, kIODirectionNone), kIOReturnSuccess);
    CHECK(preparation(parent) != 0 && preparation(part) != 0 && preparation(part) != preparation(parent));
    CHECK_EQ(IOMemoryDescriptorGetPhysicalSegment(part, 0, NULL, 0),
             IOMemoryDescriptorGetPhysicalSegment(parent, PAGE, NULL, 0));
    CHECK_EQ(IOMemoryDescriptorWriteBytes(parent, PAGE, "abcd", 4), 4);
    CHECK_EQ(IOMemoryDescriptorReadBytes(part, 0, copy, 4), 4);
    CHECK(memcmp(copy, "abcd", 4) == 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(part, 2 * PAGE - 3, copy, 4), 0); /* past the part, inside the parent */
    CHECK_EQ(IOMemoryDescriptorComplete(part, kIODirectionNone), kIOReturnSuccess);
    CHECK_EQ(preparation(parent), 0);
    CHECK_EQ(preparation(part), 0);
    release(map);
    release(whole);
    release(part);
    release(parent);
}

/* ---- D21, D22 ---- */

static void multi_that_does_not_join(void)
{
    IOMemoryDescriptorRef first = filled_buffer(PAGE, 1), memory = filled_buffer(2 * PAGE, 2);
    IOMemoryDescriptorRef askew = IOMemoryDescriptorCreateWithSubRange(memory, 0x100, PAGE, kIODirectionInOut);
    IOMemoryDescriptorRef children[] = {first, askew};
    IOMemoryDescriptorRef multi =
        (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(children, 2, kIODirectionInOut, false);
    uint64_t va = free_address();
    struct machine_use before = machine_use();
    uint32_t maps = instances("IOMemoryMap");

    for (int i = 0; i < 100; i++) {
        CHECK(IOMemoryDescriptorMap(multi, 0) == NULL);
        CHECK(IOMemoryDescriptorMap(multi, kIOMapGuardedLarge) == NULL);
        CHECK(IOMemoryDescriptorCreateMappingInTask(multi, kernel_task, va, 0, 0, 0) == NULL);
    }
    CHECK_EQ(instances("IOMemoryMap"), maps);
    CHECK_EQ(machine_use().free, before.free);
    CHECK_EQ(machine_use().tables, before.tables);
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(memory, kernel_task, va, kIOMapUnique, 0, 0);
    CHECK_EQ(address(map), va); /* the addresses are free */
    release(map);
    release(multi);
    release(askew);
    release(memory);
    release(first);
}

static void interleaved(void)
{
    IOMemoryDescriptorRef one = filled_buffer(PAGE, 1), two = filled_buffer(PAGE, 2);
    IOInterleavedMemoryDescriptorRef woven = IOInterleavedMemoryDescriptorCreateWithCapacity(3, kIODirectionInOut);
    IOMemoryDescriptorRef md = (IOMemoryDescriptorRef)woven;
    uint8_t copy[12] = {0};

    CHECK(!IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, PAGE - 3, 4));
    CHECK(!IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, UINT64_MAX, 2));
    CHECK_EQ(IOMemoryDescriptorGetLength(md), 0);
    CHECK(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, PAGE - 4, 4));
    CHECK(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, two, 100, 4));
    CHECK_EQ(references(two), 2);
    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    CHECK(!IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, 0, 4));
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    CHECK(IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, 0, 4));
    CHECK(!IOInterleavedMemoryDescriptorSetMemoryDescriptor(woven, one, 0, 4)); /* full */
    CHECK(IOMemoryDescriptorMap(md, 0) == NULL);
    CHECK_EQ(IOMemoryDescriptorGetLength(md), 12);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2, copy, 9), 9);
    CHECK(memcmp(copy, "\1\1\2\2\2\2\1\1\1\0", 10) == 0);
    CHECK_EQ(IOMemoryDescriptorReadBytes(md, 2, copy, 11), 0);
    IOInterleavedMemoryDescriptorClearMemoryDescriptors(woven, kIODirectionNone);
    CHECK_EQ(references(two), 1);
    CHECK_EQ(IOMemoryDescriptorGetLength(md), 0);
    release(woven);
    release(two);
    release(one);
}

int main(void)
{
    warm_up();
    tap_run("D16 nested prepares: In after Out is refused and not counted", nested_prepare);
    tap_run("D16 a buffer for output: writeBytes 0, appendBytes works", out_buffer);
    tap_run("D17 one byte too many copies nothing", one_byte_too_many);
    tap_run("D18 performOperation: codes and offsets", operations);
    tap_run("D19 volatile memory goes when frames run out, and says so", purge_cycle);
    tap_run("D20 a part: its maps and prepares are the parent's, its bounds its own", sub);
    tap_run("D21 parts that do not join on pages: no map, and nothing is lost", multi_that_does_not_join);
    tap_run("D22 interleaved: parts, prepare, no map, copies across parts", interleaved);
    return tap_done();
}
