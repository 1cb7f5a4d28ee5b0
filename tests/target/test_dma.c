/*
 * The DMA engine of a Raspberry Pi: copies between buffers that descriptors describe, by the segments of the live
 * tables and by those of the board's mapper, checked byte for byte with what lies around them.
 */
#include <stdlib.h>
#include <string.h>

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/classes.h"
#include "tests/target/dma_copy.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define SIZE       (256 * 1024ull)
#define PAGES      (SIZE / PAGE)
#define REACH      0x3fffffffull
#define FIRST      0 /* of each kind of channel, "lite" ones from 7 on */
#define FIRST_LITE 7
#define NEIGHBOR   0xee

static struct dma_copier copier, lite;

/* Two areas, each of frames of its own that lie in no order, and what the second one should hold. */
static uint64_t frames[2];
static uint8_t *area[2], *expected;

/* Page i is frame 37 * i mod PAGES: no two neighbours adjoin. */
static bool scatter(unsigned which)
{
    uint64_t va = machine_corner() + which * 2 * SIZE;
    bool good = true;

    frames[which] = port_frame_alloc(SIZE, PAGE, REACH);
    area[which] = (uint8_t *)(uintptr_t)va;
    for (uint64_t i = 0; i < PAGES; i++) {
        struct mmu_range range = {va + i * PAGE, frames[which] + i * 37 % PAGES * PAGE, PAGE,
                                  MMU_WRITEBACK | MMU_WRITE};

        good = good && frames[which] != PORT_NO_FRAME && mmu_map(mmu_kernel_space(), &range) == MMU_OK;
    }
    return good;
}

static bool setup(void)
{
    uintptr_t engine = dma_engine_map(machine_corner() + 8 * SIZE);

    expected = malloc(SIZE);
    return expected && engine && scatter(0) && scatter(1) &&
           dma_copier_open(&copier, engine, dma_engine_channel(FIRST)) &&
           dma_copier_open(&lite, engine, dma_engine_channel(FIRST_LITE));
}

/* ---- one copy, and all that may not change ---- */

static void fill(void)
{
    static uint32_t random = 1;

    for (uint64_t i = 0; i < SIZE; i++) {
        random = random * 1664525 + 1013904223;
        area[0][i] = (uint8_t)(random >> 24);
        area[1][i] = expected[i] = (uint8_t)~area[0][i];
    }
}

static IOMemoryMapRef map_part(unsigned which, uint64_t offset, uint64_t size)
{
    IOAddressRange range = {(uintptr_t)area[which] + offset, size};
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRanges(&range, 1, kIODirectionInOut | kIOMemoryPersistent, kernel_task);
    IOMemoryMapRef map = IOMemoryDescriptorMap(md, kIOMapUnique);

    IOMemoryDescriptorPrepare(md, 0);
    release(md);
    return map;
}

static void unmap_part(IOMemoryMapRef map)
{
    IOMemoryDescriptorComplete(IOMemoryMapGetMemoryDescriptor(map), 0);
    release(map);
}

struct part {
    uint64_t to, from, size;
};

/* Somebody writes beside the target, in its first and last cache line, just before the copy and right after it. */
static void write_beside(struct part part, uint8_t byte)
{
    if (part.to)
        area[1][part.to - 1] = expected[part.to - 1] = byte;
    if (part.to + part.size < SIZE)
        area[1][part.to + part.size] = expected[part.to + part.size] = byte;
}

static bool all_as_expected(struct part part)
{
    if (CHECK(memcmp(area[1], expected, SIZE) == 0))
        return true;
    for (uint64_t i = 0; i < SIZE; i++) {
        if (area[1][i] == expected[i])
            continue;
        tap_note("  to 0x%llx from 0x%llx size 0x%llx: byte 0x%llx is %02x, not %02x", (unsigned long long)part.to,
                 (unsigned long long)part.from, (unsigned long long)part.size, (unsigned long long)i, area[1][i],
                 expected[i]);
        break;
    }
    return false;
}

static bool copy(struct dma_copier *by, struct part part)
{
    IOMemoryMapRef to = map_part(1, part.to, part.size), from = map_part(0, part.from, part.size);
    bool good = CHECK(to && from);

    if (good) {
        write_beside(part, NEIGHBOR);
        memcpy(expected + part.to, area[0] + part.from, part.size);
        good = CHECK_EQ(dma_copy(by, to, from), 0);
        write_beside(part, NEIGHBOR ^ 0xff);
    }
    unmap_part(to);
    unmap_part(from);
    return all_as_expected(part) && good;
}

/* ---- the tests ---- */

static void window__is_the_uncached_alias_of_the_first_gib(void)
{
    struct bus_window window = {1, 2, 3};

    CHECK(!runtime_bus_window("nobody,knows-me", 0, &window));
    CHECK(window.pa == 1 && window.size == 2 && window.offset == 3);
    CHECK(runtime_bus_window("brcm,bcm2835-dma", 0, &window));
    CHECK_EQ(window.pa, 0);
    CHECK_EQ(window.offset, 0xc0000000);
    CHECK(window.size <= GIB && window.size >= 0x3c000000);
}

static void copy__of_pages_in_order(void)
{
    unsigned starts = copier.starts;

    fill();
    copy(&copier, (struct part){0, 0, PAGE});
    copy(&copier, (struct part){PAGE, 4 * PAGE, 3 * PAGE});
    CHECK_EQ(copier.starts, starts + 2);
    copy(&copier, (struct part){0, 0, SIZE}); /* 64 pieces */
    CHECK_EQ(copier.starts, starts + 3);
}

/* Each page of the one meets two of the other: blocks end inside the target's lines. */
static void copy__at_every_offset_of_a_line(void)
{
    fill();
    for (uint64_t i = 0; i < 64; i++)
        if (!copy(&copier, (struct part){PAGE + i, 5 * i, 3 * PAGE + 7 * i}))
            return;
}

static void copy__of_a_few_bytes_leaves_their_line_to_the_cpu(void)
{
    unsigned starts = copier.starts;

    fill();
    for (uint64_t size = 1; size < 64; size++)
        if (!copy(&copier, (struct part){size * 67, 3, size}))
            return;
    CHECK_EQ(copier.starts, starts);
    copy(&copier, (struct part){PAGE - 1, 1, 66}); /* one byte, a line, one byte */
    CHECK_EQ(copier.starts, starts + 1);
}

static void copy__by_a_lite_channel(void)
{
    fill();
    CHECK_EQ(lite.channel.limit, 0x10000 - DMA_UNIT);
    copy(&lite, (struct part){3, 0x41, SIZE - 0x100});
    copy(&lite, (struct part){0, 0, SIZE});
}

/* 200 KiB that lie together: more than a block of a lite channel's. */
static void copy__of_one_run_is_cut_to_the_channels_limit(void)
{
    const uint64_t size = 200 * 1024;
    IOMemoryDescriptorRef from = filled_buffer(size, 0), to = filled_buffer(size, 0xff);
    IOMemoryMapRef from_map = IOMemoryDescriptorMap(from, kIOMapUnique);
    IOMemoryMapRef to_map = IOMemoryDescriptorMap(to, kIOMapUnique | kIOMapWriteCombineCache);

    for (uint64_t i = 0; i < size; i++)
        bytes_of(from)[i] = (uint8_t)(i * 31 + (i >> 8));
    CHECK_EQ(dma_copy(&lite, to_map, from_map), 0);
    CHECK(memcmp(bytes_of(to), bytes_of(from), size) == 0);
    release(to_map);
    release(from_map);
    release(to);
    release(from);
}

/* The map stays, and what is behind it is somebody else's memory now. */
static void copy__reads_what_the_live_tables_say(void)
{
    IOMemoryDescriptorRef one = filled_buffer(2 * PAGE, 0x11), two = filled_buffer(2 * PAGE, 0x22);
    IOMemoryDescriptorRef target = filled_buffer(2 * PAGE, 0);
    IOMemoryMapRef from = IOMemoryDescriptorMap(one, kIOMapUnique), to = IOMemoryDescriptorMap(target, kIOMapUnique);

    CHECK_EQ(dma_copy(&copier, to, from), 0);
    CHECK_EQ(bytes_of(target)[2 * PAGE - 1], 0x11);
    CHECK_EQ(IOMemoryMapRedirect(from, two, 0, 0), kIOReturnSuccess);
    CHECK_EQ(dma_copy(&copier, to, from), 0);
    CHECK_EQ(bytes_of(target)[0], 0x22);
    CHECK_EQ(bytes_of(target)[2 * PAGE - 1], 0x22);
    CHECK_EQ(IOMemoryMapUnmap(from), kIOReturnSuccess);
    CHECK_EQ(dma_copy(&copier, to, from), DMA_COPY_REACH);
    CHECK_EQ(bytes_of(target)[0], 0x22);
    release(to);
    release(from);
    release(target);
    release(two);
    release(one);
}

/* The last page of the first GiB and the one after it, whatever is there: it is not touched. */
static void copy__refuses_what_the_engine_does_not_reach(void)
{
    IOMemoryDescriptorRef far = IOMemoryDescriptorCreateWithPhysicalAddress(GIB - PAGE, 2 * PAGE, kIODirectionInOut);
    IOMemoryDescriptorRef near = filled_buffer(2 * PAGE, 0x33), little = filled_buffer(PAGE, 0);
    IOMemoryMapRef far_map = IOMemoryDescriptorMap(far, kIOMapUnique), map = IOMemoryDescriptorMap(near, kIOMapUnique);
    IOMemoryMapRef little_map = IOMemoryDescriptorMap(little, kIOMapUnique);
    unsigned starts = copier.starts;

    CHECK_EQ(dma_copy(&copier, map, far_map), DMA_COPY_REACH);
    CHECK_EQ(dma_copy(&copier, far_map, map), DMA_COPY_REACH);
    CHECK_EQ(dma_copy(&copier, little_map, map), DMA_COPY_LENGTH);
    CHECK_EQ(copier.starts, starts);
    for (uint64_t i = 0; i < 2 * PAGE; i++)
        CHECK_EQ(bytes_of(near)[i], 0x33);
    release(little_map);
    release(map);
    release(far_map);
    release(little);
    release(near);
    release(far);
}

/* ---- the mapper ---- */

static void check_device_segments(IOMemoryMapRef map)
{
    for (uint64_t offset = 0, size, bus_size; offset < IOMemoryMapGetLength(map); offset += size) {
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &size, kIOMemoryMapperNone);
        uint64_t bus = IOMemoryMapGetPhysicalSegment(map, offset, &bus_size, 0);

        if (!CHECK(size != 0) || !CHECK_EQ(bus, pa + 0xc0000000) || !CHECK_EQ(bus_size, size))
            break;
    }
}

static void mapper__answers_with_bus_addresses(void)
{
    struct bus_window *window = &copier.window;
    IOMapperRef mapper = IOMapperCreateWithOffset(window->offset, window->pa, window->size);
    IOMemoryMapRef map;

    CHECK(IOMapperStart(mapper, NULL, true));
    copier.mapped = lite.mapped = true;
    map = map_part(0, 0x123, SIZE - 0x456);
    check_device_segments(map);
    unmap_part(map);
    fill();
    copy(&copier, (struct part){0, 0, SIZE});
    copy(&copier, (struct part){0x7d, 0x1001, 9 * PAGE + 5});
    copy(&lite, (struct part){0x1040, 2, SIZE - 0x2000});
    copy__of_one_run_is_cut_to_the_channels_limit();
    copier.mapped = lite.mapped = false;
    IOMapperSetMapperRequired(false);
    CHECK_EQ(references(mapper), 1);
    release(mapper);
}

/* With the mapper, a physical descriptor is made of bus addresses; the CPU sees the same bytes. */
static void mapper__takes_bus_addresses(void)
{
    struct bus_window *window = &copier.window;
    IOMapperRef mapper = IOMapperCreateWithOffset(window->offset, window->pa, window->size);
    IOMemoryDescriptorRef md;
    IOMemoryMapRef map;
    uint64_t size;

    area[0][0x10] = 0x77;
    CHECK(IOMapperStart(mapper, NULL, true));
    md = IOMemoryDescriptorCreateWithPhysicalAddress(frames[0] + 0xc0000000, PAGE, kIODirectionInOut);
    map = IOMemoryDescriptorMap(md, 0);
    CHECK_EQ(shown(map, 0x10), 0x77);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &size, 0), frames[0] + 0xc0000000);
    CHECK_EQ(IOMemoryMapGetPhysicalSegment(map, 0, &size, kIOMemoryMapperNone), frames[0]);
    CHECK_EQ(IOMappedRead8(frames[0] + 0xc0000010), 0x77);
    release(map);
    release(md);
    IOMapperSetMapperRequired(false);
    release(mapper);
}

static void nothing__is_lost(void)
{
    struct machine_use before = machine_use(), after;

    fill();
    copy(&copier, (struct part){1, 2, 5 * PAGE});
    copy__of_one_run_is_cut_to_the_channels_limit();
    copy__refuses_what_the_engine_does_not_reach();
    mapper__takes_bus_addresses();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

static void no_engine(void)
{
    struct bus_window window;

    CHECK(!runtime_bus_window("brcm,bcm2835-dma", 0, &window));
    tap_skip("this board has no BCM2835 DMA engine");
}

int main(void)
{
    if (!dma_engine()) {
        TAP_RUN(no_engine);
        return tap_done();
    }
    if (!setup())
        return 1;
    TAP_RUN(window__is_the_uncached_alias_of_the_first_gib);
    TAP_RUN(copy__of_pages_in_order);
    TAP_RUN(copy__at_every_offset_of_a_line);
    TAP_RUN(copy__of_a_few_bytes_leaves_their_line_to_the_cpu);
    TAP_RUN(copy__by_a_lite_channel);
    TAP_RUN(copy__of_one_run_is_cut_to_the_channels_limit);
    TAP_RUN(copy__reads_what_the_live_tables_say);
    TAP_RUN(copy__refuses_what_the_engine_does_not_reach);
    TAP_RUN(mapper__answers_with_bus_addresses);
    TAP_RUN(mapper__takes_bus_addresses);
    TAP_RUN(nothing__is_lost);
    return tap_done();
}
