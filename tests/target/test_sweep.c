/*
 * Scattered memory: 1 MiB whose pages lie in RAM in no order, described in one range, in three that
 * adjoin, and in three of which two are swapped; mapped at many offsets and lengths. Every byte is
 * checked through the map and through readBytes, every segment against AT.
 */
#include <stdlib.h>
#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define SIZE  ((uint64_t)1 << 20)
#define PAGES (SIZE / PAGE)

static uint64_t frames, source; /* physical, and where the shuffled pages are mapped */
static uint8_t *expected, *copy;

/* Page i of the source is frame 37 * i mod PAGES: no two neighbours adjoin. */
static uint64_t frame_of(uint64_t page)
{
    return frames + page * 37 % PAGES * PAGE;
}

static bool setup(void)
{
    bool good = true;

    source = machine_corner();
    frames = port_frame_alloc(SIZE, PAGE, UINT64_MAX);
    expected = malloc(SIZE);
    copy = malloc(SIZE + 1);
    for (uint64_t i = 0; i < PAGES; i++) {
        struct mmu_range range = {source + i * PAGE, frame_of(i), PAGE, MMU_WRITEBACK | MMU_WRITE};

        good = good && mmu_map(mmu_kernel_space(), &range) == MMU_OK;
    }
    for (uint64_t i = 0; good && i < SIZE / 4; i++)
        ((volatile uint32_t *)(uintptr_t)source)[i] = (uint32_t)i;
    return good && expected && copy;
}

static void teardown(void)
{
    mmu_unmap(mmu_kernel_space(), source, SIZE);
    port_frame_free(frames, SIZE);
    free(expected);
    free(copy);
}

/* ---- one map: its bytes, its segments ---- */

static bool check_bytes(IOMemoryDescriptorRef md, IOMemoryMapRef map, uint64_t offset, uint64_t length)
{
    const void *seen = (const void *)(uintptr_t)IOMemoryMapGetVirtualAddress(map);

    memset(copy, 0xcc, length + 1);
    return CHECK(memcmp(seen, expected + offset, length) == 0) &&
           CHECK_EQ(IOMemoryDescriptorReadBytes(md, offset, copy, length), length) &&
           CHECK(memcmp(copy, expected + offset, length) == 0) && CHECK_EQ(copy[length], 0xcc);
}

/* The runs cover the map without gap; each byte's address is the CPU's; runs are as long as they can be. */
static bool check_segments(IOMemoryMapRef map)
{
    uint64_t va = IOMemoryMapGetVirtualAddress(map), size = IOMemoryMapGetLength(map), offset = 0, end_pa = 0;
    bool good = true;

    while (offset < size && good) {
        uint64_t run = 0;
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &run, kIOMemoryMapperNone);

        good = CHECK(run > 0 && run <= size - offset) && CHECK(offset == 0 || pa != end_pa);
        for (uint64_t at = 0; good && at < run; at += PAGE - (va + offset + at) % PAGE)
            good = CHECK_EQ(at_translate(va + offset + at, AT_EL1_READ).pa, pa + at);
        offset += run;
        end_pa = pa + run;
    }
    return good;
}

static bool check_map(IOMemoryDescriptorRef md, uint64_t offset, uint64_t length)
{
    IOMemoryMapRef map =
        IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0, kIOMapAnywhere | kIOMapGuardedSmall, offset, length);

    if (!CHECK(map != NULL))
        return false;
    uint64_t va = IOMemoryMapGetVirtualAddress(map);
    bool good = CHECK_EQ(IOMemoryMapGetLength(map), length) && check_bytes(md, map, offset, length) &&
                check_segments(map) && CHECK_REFUSED(touch_read((va & ~(PAGE - 1)) - 1), FAULT_UNMAPPED) &&
                CHECK_REFUSED(touch_read(((va + length - 1) | (PAGE - 1)) + 1), FAULT_UNMAPPED);
    OSObjectRelease((OSObjectRef)map);
    return CHECK_EQ(at_translate(va, AT_EL1_READ).result, AT_TRANSLATION) && good;
}

/* ---- one descriptor: the loops over parts of it ---- */

static bool check_parts(IOMemoryDescriptorRef md, uint64_t size)
{
    bool good = CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);

    for (uint64_t offset = 0; good && offset < size; offset = offset * 2 + 0xf00)
        for (uint64_t length = size - offset; good && length; length = length > 0x200 ? (length - 0x200) / 4 : 0)
            good = check_map(md, offset, length);
    return CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess) && good;
}

static bool check_ranges(const IOAddressRange *ranges, unsigned count)
{
    uint64_t size = 0;
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, count, kIODirectionInOut, kernel_task);

    if (!CHECK(md != NULL))
        return false;
    for (unsigned i = 0; i < count; i++) {
        memcpy(expected + size, (const void *)(uintptr_t)ranges[i].address, ranges[i].length);
        size += ranges[i].length;
    }
    bool good = CHECK_EQ(IOMemoryDescriptorGetLength(md), size) && check_parts(md, size);
    OSObjectRelease((OSObjectRef)md);
    return good;
}

static void for_sources(bool (*check)(uint64_t offset, uint64_t size))
{
    for (uint64_t offset = 0; offset < SIZE; offset = offset * 4 + 0x40c) {
        for (uint64_t size = SIZE - offset; size; size = size > 0x3fc ? (size - 0x3fc) / 4 : 0) {
            if (check(offset, size))
                continue;
            tap_note("  source offset 0x%llx, size 0x%llx", (unsigned long long)offset, (unsigned long long)size);
            return;
        }
    }
}

static bool one_range(uint64_t offset, uint64_t size)
{
    IOAddressRange range = {source + offset, size};

    return check_ranges(&range, 1);
}

/* Cut anywhere, they adjoin and so are one run to a map. */
static bool three_adjoining(uint64_t offset, uint64_t size)
{
    uint64_t va = source + offset;
    IOAddressRange ranges[3] = {{va, 7634}, {va + 7634, 9870}, {va + 17504, size - 17504}};

    return size <= 17504 || check_ranges(ranges, 3);
}

/* Cut at page boundaries, the first two in the other order; the first then starts on a page. */
static bool two_swapped(uint64_t offset, uint64_t size)
{
    uint64_t va = source + (offset & ~(PAGE - 1));
    IOAddressRange ranges[3] = {{va + 2 * PAGE, 3 * PAGE}, {va, 2 * PAGE}, {va + 5 * PAGE, size - 5 * PAGE}};

    return size <= 5 * PAGE || check_ranges(ranges, 3);
}

static void one_range__is_seen_whole(void)
{
    for_sources(one_range);
}

static void adjoining_ranges__are_one(void)
{
    for_sources(three_adjoining);
}

static void swapped_ranges__are_seen_in_their_order(void)
{
    for_sources(two_swapped);
}

/* The same pages named by their physical addresses. */
static void physical_ranges__are_seen_in_their_order(void)
{
    static IOAddressRange ranges[PAGES];

    for (uint64_t i = 0; i < PAGES; i++) {
        ranges[i] = (IOAddressRange){frame_of(i), PAGE};
        memcpy(expected + i * PAGE, (const void *)(uintptr_t)(source + i * PAGE), PAGE);
    }
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, PAGES, kIODirectionInOut, NULL);
    if (!CHECK(md != NULL))
        return;
    check_parts(md, SIZE);
    OSObjectRelease((OSObjectRef)md);
}

static void interior_gaps__give_no_map(void)
{
    IOAddressRange virtual[2] = {{source, 100}, {source + 4 * PAGE, PAGE}};
    IOAddressRange physical[2] = {{frames, PAGE}, {frames + 4 * PAGE + 8, PAGE}};
    IOMemoryDescriptorRef a = IOMemoryDescriptorCreateWithAddressRanges(virtual, 2, kIODirectionInOut, kernel_task);
    IOMemoryDescriptorRef b = IOMemoryDescriptorCreateWithAddressRanges(physical, 2, kIODirectionInOut, NULL);

    CHECK(a && b);
    CHECK(IOMemoryDescriptorMap(a, 0) == NULL);
    CHECK(IOMemoryDescriptorMap(b, 0) == NULL);
    OSObjectRelease((OSObjectRef)a);
    OSObjectRelease((OSObjectRef)b);
}

static void write_bytes__reaches_every_page(void)
{
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange(source + 0x40c, SIZE - 0x800, kIODirectionInOut, kernel_task);

    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    for (uint64_t i = 0; i < SIZE; i++)
        copy[i] = (uint8_t)(i * 7 + (i >> 9));
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 3, copy, SIZE - 0x803), SIZE - 0x803);
    CHECK(memcmp((const void *)(uintptr_t)(source + 0x40f), copy, SIZE - 0x803) == 0);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 4, copy, SIZE - 0x803), 0); /* one byte too many: none */
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, PAGE, NULL, 2 * PAGE), 2 * PAGE);
    for (uint64_t i = 0; i < 2 * PAGE; i += 8)
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(source + 0x40c + PAGE + i), 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    OSObjectRelease((OSObjectRef)md);
}

static void nothing__is_lost(void)
{
    struct machine_use before = machine_use(), after;

    one_range(0x40c, SIZE / 4);
    two_swapped(0, SIZE / 4);
    physical_ranges__are_seen_in_their_order();
    interior_gaps__give_no_map();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

int main(void)
{
    if (!setup())
        return 1;
    TAP_RUN(one_range__is_seen_whole);
    TAP_RUN(adjoining_ranges__are_one);
    TAP_RUN(swapped_ranges__are_seen_in_their_order);
    TAP_RUN(physical_ranges__are_seen_in_their_order);
    TAP_RUN(interior_gaps__give_no_map);
    TAP_RUN(nothing__is_lost);
    TAP_RUN(write_bytes__reaches_every_page);
    teardown();
    return tap_done();
}
