/* T15, the main sweep: every part of every kind of descriptor of scattered memory. */
#include <string.h>

#include "tests/target/classes.h"
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/scattered.h"
#include "tests/target/tap.h"

uint64_t iokit_sweep_size = MIB;

static bool check_parts(IOMemoryDescriptorRef md, uint64_t size)
{
    bool good = CHECK_EQ(IOMemoryDescriptorPrepare(md, kIODirectionNone), kIOReturnSuccess);

    for (uint64_t offset = 0; good && offset < size; offset = offset * 2 + 0xf00) {
        for (uint64_t length = 4; good && length < size - offset; length = length * 4 + 0x200)
            good = scattered_check_map(md, offset, length);
        good = good && scattered_check_map(md, offset, size - offset);
    }
    return CHECK_EQ(IOMemoryDescriptorComplete(md, kIODirectionNone), kIOReturnSuccess) && good;
}

static bool check_ranges(const IOAddressRange *ranges, unsigned count)
{
    uint64_t size = 0;
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, count, kIODirectionInOut, kernel_task);

    if (!CHECK(md != NULL))
        return false;
    for (unsigned i = 0; i < count; i++) {
        memcpy(scattered_expected + size, (const void *)(uintptr_t)ranges[i].address, ranges[i].length);
        size += ranges[i].length;
    }
    bool good = CHECK_EQ(IOMemoryDescriptorGetLength(md), size) && check_parts(md, size);
    release(md);
    return good;
}

static bool one_range(uint64_t va, uint64_t size)
{
    IOAddressRange range = {va, size};

    return check_ranges(&range, 1);
}

/* Cut anywhere, they adjoin and so are one run to a map. */
static bool three_adjoining(uint64_t va, uint64_t size)
{
    IOAddressRange ranges[3] = {{va, 7634}, {va + 7634, 9870}, {va + 17504, size - 17504}};

    return size <= 17504 || check_ranges(ranges, 3);
}

/* Cut at page boundaries, the first two in the other order; the first then starts on a page. */
static bool two_swapped(uint64_t va, uint64_t size)
{
    IOAddressRange ranges[3];

    va &= ~(PAGE - 1);
    ranges[0] = (IOAddressRange){va + 2 * PAGE, 3 * PAGE};
    ranges[1] = (IOAddressRange){va, 2 * PAGE};
    ranges[2] = (IOAddressRange){va + 5 * PAGE, size - 5 * PAGE};
    return size <= 5 * PAGE || check_ranges(ranges, 3);
}

static bool every_layout(uint64_t offset, uint64_t size)
{
    uint64_t va = scattered + offset;
    bool good = one_range(va, size) && three_adjoining(va, size) && two_swapped(va, size);

    if (!good)
        tap_note("  source offset 0x%llx, size 0x%llx", (unsigned long long)offset, (unsigned long long)size);
    return good;
}

void iokit_sweep(void)
{
    uint64_t all = iokit_sweep_size;
    bool good = CHECK(scattered_create(all));

    for (uint64_t offset = 0; good && offset < all; offset = offset * 4 + 0x40c) {
        for (uint64_t size = 4; good && size < all - offset; size = size * 4 + 0x3fc)
            good = every_layout(offset, size);
        good = good && every_layout(offset, all - offset);
    }
    scattered_remove();
}
