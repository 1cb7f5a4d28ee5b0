/* Scattered memory by its physical addresses, gaps that give no map, and bytes written into it. T15 does the rest. */
#include <string.h>

#include "tests/target/classes.h"
#include "tests/target/machine.h"
#include "tests/target/scattered.h"
#include "tests/target/tap.h"

#define SIZE  MIB
#define PAGES (SIZE / PAGE)

static void physical_ranges__are_seen_in_their_order(void)
{
    static IOAddressRange ranges[PAGES];
    IOMemoryDescriptorRef md;
    bool good;

    for (uint64_t i = 0; i < PAGES; i++) {
        ranges[i] = (IOAddressRange){scattered_frame(i), PAGE};
        memcpy(scattered_expected + i * PAGE, (const void *)(uintptr_t)(scattered + i * PAGE), PAGE);
    }
    md = IOMemoryDescriptorCreateWithAddressRanges(ranges, PAGES, kIODirectionInOut, NULL);
    good = CHECK(md != NULL);
    for (uint64_t offset = 0; good && offset < SIZE; offset = offset * 2 + 0xf00)
        for (uint64_t length = SIZE - offset; good && length; length = length > 0x200 ? (length - 0x200) / 4 : 0)
            good = scattered_check_map(md, offset, length);
    release(md);
}

static void interior_gaps__give_no_map(void)
{
    uint64_t frame = scattered_frame(0);
    IOAddressRange virtual[2] = {{scattered, 100}, {scattered + 4 * PAGE, PAGE}};
    IOAddressRange physical[2] = {{frame, PAGE}, {frame + 4 * PAGE + 8, PAGE}};
    IOMemoryDescriptorRef a = IOMemoryDescriptorCreateWithAddressRanges(virtual, 2, kIODirectionInOut, kernel_task);
    IOMemoryDescriptorRef b = IOMemoryDescriptorCreateWithAddressRanges(physical, 2, kIODirectionInOut, NULL);

    CHECK(a && b);
    CHECK(IOMemoryDescriptorMap(a, 0) == NULL);
    CHECK(IOMemoryDescriptorMap(b, 0) == NULL);
    release(a);
    release(b);
}

static void write_bytes__reaches_every_page(void)
{
    uint64_t va = scattered + 0x40c;
    uint8_t *copy = scattered_copy;
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange(va, SIZE - 0x800, kIODirectionInOut, kernel_task);

    CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);
    for (uint64_t i = 0; i < SIZE; i++)
        copy[i] = (uint8_t)(i * 7 + (i >> 9));
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 3, copy, SIZE - 0x803), SIZE - 0x803);
    CHECK(memcmp((const void *)(uintptr_t)(va + 3), copy, SIZE - 0x803) == 0);
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, 4, copy, SIZE - 0x803), 0); /* one byte too many: none */
    CHECK_EQ(IOMemoryDescriptorWriteBytes(md, PAGE, NULL, 2 * PAGE), 2 * PAGE);
    for (uint64_t i = 0; i < 2 * PAGE; i += 8)
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(va + PAGE + i), 0);
    CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess);
    release(md);
}

static void nothing__is_lost(void)
{
    struct machine_use before = machine_use(), after;

    physical_ranges__are_seen_in_their_order();
    interior_gaps__give_no_map();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

int main(void)
{
    if (!scattered_create(SIZE))
        return 1;
    TAP_RUN(physical_ranges__are_seen_in_their_order);
    TAP_RUN(interior_gaps__give_no_map);
    TAP_RUN(nothing__is_lost);
    TAP_RUN(write_bytes__reaches_every_page);
    scattered_remove();
    return tap_done();
}
