/* Whole sweeps: every word of every part of a descriptor, and every allocation made to fail. */
#include <string.h>

#include "iomem/address_space.h"
#include "iomem/cache_mode.h"
#include "tests/host/classes.h"

static uint32_t word_at(uint64_t pa)
{
    uint32_t word;

    memcpy(&word, port_linear(pa), sizeof word);
    return word;
}

static void expect_words(IOMemoryDescriptorRef md, const uint32_t *expected, uint64_t offset, uint64_t size)
{
    IOMemoryMapRef map = map_anywhere(md, kIOMapGuardedSmall, offset, size);
    uint32_t word;

    assert_non_null(map);
    assert_int_equal(IOMemoryDescriptorPrepare(md, kIODirectionOutIn), kIOReturnSuccess);
    for (uint64_t at = 0; at < size; at += 4) {
        uint64_t length = 0, pa = IOMemoryMapGetPhysicalSegment(map, at, &length, kIOMemoryMapperNone);

        assert_true(length >= 4 && length <= size - at);
        assert_int_equal(word_at(pa), expected[at / 4]);
        assert_int_equal(IOMemoryDescriptorReadBytes(md, offset + at, &word, 4), 4);
        assert_int_equal(word, expected[at / 4]);
    }
    assert_int_equal(IOMemoryDescriptorComplete(md, kIODirectionOutIn), kIOReturnSuccess);
    drop(map);
}

static void sweep(IOMemoryDescriptorRef md, const uint32_t *expected, uint64_t size)
{
    assert_int_equal(IOMemoryDescriptorGetLength(md), size);
    for (uint64_t offset = 0; offset < size; offset = offset * 2 + 0xf00)
        for (uint64_t length = 4; length <= size - offset; length = length * 4 + 0x200)
            expect_words(md, expected + offset / 4, offset, length);
    drop(md);
}

static void words__through_map_and_copy_are_the_sources(void **state)
{
    static uint32_t words[16 * PORT_PAGE_SIZE / 4], swapped[9 * PORT_PAGE_SIZE / 4];
    IOAddressRange pages[3] = {{RAM + 4 * PAGE, 4 * PAGE}, {RAM, 4 * PAGE}, {RAM + 8 * PAGE, 0x10c}};

    (void)state;
    for (uint32_t i = 0; i < sizeof words / 4; i++)
        words[i] = i;
    memcpy(port_linear(RAM), words, sizeof words);
    memcpy(swapped, words + PAGE, 4 * PAGE);
    memcpy(swapped + PAGE, words, 4 * PAGE);
    memcpy(swapped + 2 * PAGE, words + 2 * PAGE, 0x10c);
    for (uint64_t offset = 0; offset < 4 * PAGE; offset = offset * 4 + 0x40c) {
        uint64_t size = 9 * PAGE + 0x3fc, va = host_linear(RAM) + offset;
        IOAddressRange parts[3] = {{va, 7636}, {va + 7636, 9872}, {va + 17508, size - 17508}}; /* they touch */

        sweep(IOMemoryDescriptorCreateWithAddressRange(va, size, kIODirectionOutIn, kernel_task), words + offset / 4,
              size);
        for (unsigned i = 0; i < 3; i++)
            parts[i].address = parts[i].address - host_linear(RAM) + RAM;
        sweep(IOMemoryDescriptorCreateWithAddressRanges(parts, 3, kIODirectionOutIn, NULL), words + offset / 4, size);
    }
    sweep(IOMemoryDescriptorCreateWithAddressRanges(pages, 3, kIODirectionOutIn, NULL), swapped, 8 * PAGE + 0x10c);
}

static bool map_each_kind(void *context)
{
    IOAddressRange ranges[3] = {{RAM, PAGE}, {RAM + 4 * PAGE, PAGE}, {RAM + 8 * PAGE, PAGE}};
    IOOptionBits options = *(const IOOptionBits *)context;
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 3, kIODirectionInOut, NULL);
    IOMemoryDescriptorRef run = IODeviceMemoryCreateWithRange(HOST_DEVICE, 3 * PAGE);
    IOMemoryMapRef one = md && run ? IOMemoryDescriptorMap(md, options & ~(unsigned)kIOMapUnique) : NULL;
    IOMemoryMapRef two = one ? IOMemoryDescriptorMap(run, options) : NULL;
    IOMemoryMapRef window = two ? map_anywhere(run, options, PAGE, PAGE) : NULL;

    drop(window);
    drop(two);
    drop(one);
    drop(run);
    drop(md);
    assert_true(cache_mode_reset(RAM, 16 * PAGE)); /* a mode outlives its maps */
    return window != NULL;
}

static bool make_and_prepare(void *unused)
{
    uint64_t va = host_linear(HOST_RUNTIME);
    IOAddressRange ranges[3] = {{va, PAGE}, {va + 4 * PAGE, 100}, {va + 9 * PAGE, 5}};
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRanges(ranges, 3, kIODirectionInOut, kernel_task);
    bool done = md && IOMemoryDescriptorPrepare(md, 0) == kIOReturnSuccess;

    (void)unused;
    drop(md);
    return done;
}

static void mapping_and_preparing__fail_cleanly_at_every_allocation(void **state)
{
    IOOptionBits options[] = {0, kIOMapGuardedLarge, kIOMapWriteCombineCache | kIOMapUnique, kIOMapReadOnly};

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        host_fail_each(map_each_kind, &options[i]);
    host_fail_each(make_and_prepare, NULL);
    assert_int_equal(port_frame(HOST_RUNTIME)->pins, 0);
}

static void many_maps__never_overlap_and_all_come_back(void **state)
{
    enum { COUNT = 500 };
    static IOMemoryMapRef maps[COUNT];
    IOMemoryDescriptorRef md = IODeviceMemoryCreateWithRange(HOST_DEVICE, 64 * PAGE);

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        maps[i] = map_anywhere(md, kIOMapUnique | (i % 3 ? 0 : kIOMapGuardedSmall), i % 7 * PAGE, (1 + i % 50) * PAGE);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t length = 0;

        assert_int_equal(IOMemoryMapGetPhysicalSegment(maps[i], 0, &length, 0), HOST_DEVICE + i % 7 * PAGE);
        assert_int_equal(length, (1 + i % 50) * PAGE);
    }
    for (size_t i = 0; i < COUNT; i++)
        drop(maps[i * 7 % COUNT]);
    drop(md);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words__through_map_and_copy_are_the_sources),
        TEST(mapping_and_preparing__fail_cleanly_at_every_allocation),
        TEST(many_maps__never_overlap_and_all_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
