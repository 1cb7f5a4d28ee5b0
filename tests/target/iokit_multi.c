/* T4, T12, T13 and T17: descriptors made of others, fences between them, buffers between guards. */
#include <string.h>

#include "tests/target/classes.h"
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static IOMemoryDescriptorRef join(IOMemoryDescriptorRef *children, uint32_t count)
{
    return (IOMemoryDescriptorRef)IOMultiMemoryDescriptorCreateWithDescriptors(children, count, kIODirectionOutIn,
                                                                               false);
}

static uint32_t word_at(IOMemoryMapRef map, uint64_t offset)
{
    return *(volatile uint32_t *)(uintptr_t)(address(map) + offset);
}

/* ---- T4 ---- */

static void check_dma_length(uint8_t *bytes, uint64_t length, uint64_t wanted, uint64_t wanted_offset)
{
    IOMemoryDescriptorRef md =
        IOMemoryDescriptorCreateWithAddressRange((uintptr_t)bytes, length, kIODirectionOutIn, kernel_task);
    uint64_t offset = 77;

    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(md, &offset), wanted);
    CHECK_EQ(offset, wanted_offset);
    release(md);
}

/* Pages 4 to 7, then 0 to 3; two of it across the seam; the last of it: and all of that in one. */
static IOMemoryDescriptorRef make_multi(uint8_t *bytes)
{
    IOAddressRange ranges[] = {{(uintptr_t)bytes + 4 * PAGE, 4 * PAGE}, {(uintptr_t)bytes, 4 * PAGE}};
    IOMemoryDescriptorRef parts[3], multi;
    uint64_t offset = 77;

    parts[0] = IOMemoryDescriptorCreateWithAddressRanges(ranges, 2, kIODirectionOutIn, kernel_task);
    parts[1] = IOMemoryDescriptorCreateWithSubRange(parts[0], 3 * PAGE, 2 * PAGE, kIODirectionOutIn);
    parts[2] = IOMemoryDescriptorCreateWithSubRange(parts[0], 7 * PAGE, PAGE, kIODirectionOutIn);
    multi = join(parts, 3);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(parts[0], &offset), 8 * PAGE);
    CHECK_EQ(offset, 0);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(parts[1], NULL), 2 * PAGE);
    CHECK_EQ(IOMemoryDescriptorGetDMAMapLength(multi, NULL), 11 * PAGE);
    for (unsigned i = 0; i < 3; i++)
        release(parts[i]);
    return multi;
}

void iokit_multi(void)
{
    struct machine_use before = machine_use();
    IOMemoryDescriptorRef data = make_buffer(kernel_task, kIODirectionInOut | kIOMemoryPageable, 8 * PAGE);
    uint8_t *bytes = bytes_of(data);
    IOMemoryDescriptorRef multi;
    IOMemoryMapRef map;
    static const uint8_t tags[] = {0xd3, 0xd7, 0xd0, 0xd3};

    for (uint64_t i = 0; i < 8; i++)
        memset(bytes + i * PAGE, (int)(0xd0 | i), PAGE);
    check_dma_length(bytes, 2, PAGE, 0);
    check_dma_length(bytes + PAGE - 2, 4, 2 * PAGE, PAGE - 2);
    multi = make_multi(bytes);
    map = IOMemoryDescriptorCreateMappingInTask(multi, kernel_task, 0, kIOMapAnywhere | kIOMapGuardedSmall, 7 * PAGE,
                                                IOMemoryDescriptorGetLength(multi) - 7 * PAGE);
    release(multi);
    CHECK_EQ(IOMemoryMapGetLength(map), 4 * PAGE);
    for (uint64_t i = 0; i < 4; i++)
        CHECK_EQ(word_at(map, i * PAGE), tags[i] * 0x01010101u);
    CHECK_REFUSED(touch_read(address(map) - 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(address(map) + 4 * PAGE), FAULT_UNMAPPED);
    release(map);
    release(data);
    CHECK_EQ(machine_use().free, before.free);
    CHECK_EQ(machine_use().tables, before.tables);
}

/* ---- T12 ---- */

static void check_fence(uint64_t va, uint64_t pages)
{
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(va, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(va + pages * PAGE - 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(va + pages * PAGE - 1, 1), FAULT_UNMAPPED);
    CHECK_EQ(page_at(kernel_task, va).protection, 0);
}

static void check_fences(uint64_t left, uint64_t right)
{
    IOMemoryDescriptorRef children[] = {
        (IOMemoryDescriptorRef)IOGuardPageMemoryDescriptorCreateWithSize(left * PAGE),
        filled_buffer(PAGE, 0xa5),
        (IOMemoryDescriptorRef)IOGuardPageMemoryDescriptorCreateWithSize(right * PAGE),
    };
    IOMemoryDescriptorRef multi = join(children, 3);
    IOMemoryMapRef map = IOMemoryDescriptorMap(multi, kIOMapAnywhere);
    uint64_t va = address(map);

    CHECK_EQ(IOMemoryMapGetLength(map), (left + 1 + right) * PAGE);
    check_fence(va, left);
    check_fence(va + (left + 1) * PAGE, right);
    CHECK_EQ(word_at(map, left * PAGE), 0xa5a5a5a5);
    CHECK_EQ(word_at(map, (left + 1) * PAGE - 4), 0xa5a5a5a5);
    CHECK(touch_write(va + left * PAGE, 0x5a).done);
    CHECK_EQ(bytes_of(children[1])[0], 0x5a);
    release(map);
    release(multi);
    for (unsigned i = 0; i < 3; i++)
        release(children[i]);
    CHECK_REFUSED(touch_read(va + left * PAGE), FAULT_UNMAPPED);
}

void iokit_fences(void)
{
    for (uint64_t left = 1; left <= 4; left++)
        for (uint64_t right = 1; right <= 4; right++)
            check_fences(left, right);
}

/* ---- T13 ---- */

static IOMemoryDescriptorRef between_guards(IOOptionBits options, uint64_t capacity)
{
    return (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateInTaskWithGuardPages(kernel_task, options, capacity);
}

static void check_guarded(uint64_t capacity)
{
    IOMemoryDescriptorRef md = between_guards(kIODirectionOutIn, capacity);
    uint64_t length = (capacity + PAGE - 1) & ~(PAGE - 1), va = (uintptr_t)bytes_of(md);
    IOMemoryMapRef map;

    CHECK_EQ(IOMemoryDescriptorGetLength(md), length);
    CHECK_EQ(va % PAGE, 0);
    memset(bytes_of(md), (int)(capacity >> 9), length);
    CHECK_REFUSED(touch_write(va - 1, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(va + length, 1), FAULT_UNMAPPED);
    map = IOMemoryDescriptorMap(md, kIOMapAnywhere | kIOMapUnique);
    CHECK_EQ(IOMemoryMapGetLength(map), length);
    CHECK(address(map) != va);
    CHECK(memcmp((const void *)(uintptr_t)address(map), bytes_of(md), length) == 0);
    release(map);
    release(md);
}

void iokit_guard_pages(void)
{
    struct machine_use before = machine_use();

    for (uint64_t capacity = PAGE / 8; capacity < 10 * PAGE; capacity += PAGE / 8)
        check_guarded(capacity);
    CHECK(between_guards(kIODirectionOutIn | kIOMemoryPageable, PAGE) == NULL);
    CHECK(between_guards(kIODirectionOutIn | kIOMemoryPhysicallyContiguous, PAGE) == NULL);
    CHECK(between_guards(kIODirectionOutIn, UINT64_MAX) == NULL);
    CHECK_EQ(machine_use().free, before.free);
}

/* ---- T17 ---- */

void iokit_nested_multi(void)
{
    IOMemoryDescriptorRef a = filled_buffer(2 * PAGE, 0xa1), b = filled_buffer(PAGE, 0xb2);
    IOMemoryDescriptorRef pair[] = {a, b}, inner = join(pair, 2), outer_parts[] = {inner, a, inner};
    IOMemoryDescriptorRef outer = join(outer_parts, 3);
    IOMemoryMapRef map = IOMemoryDescriptorMap(outer, kIOMapGuardedSmall);
    static const uint8_t pages[] = {0xa1, 0xa1, 0xb2, 0xa1, 0xa1, 0xa1, 0xa1, 0xb2};

    release(outer);
    release(inner);
    CHECK_EQ(IOMemoryMapGetLength(map), 8 * PAGE);
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(shown(map, i * PAGE + i), pages[i]);
    CHECK(touch_write(address(map) + 7 * PAGE, 0xcc).done);
    CHECK_EQ(shown(map, 2 * PAGE), 0xcc);
    CHECK_EQ(bytes_of(b)[0], 0xcc);
    CHECK_REFUSED(touch_read(address(map) - 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(address(map) + 8 * PAGE), FAULT_UNMAPPED);
    release(map);
    release(b);
    release(a);
}
