/* Windows of buses, one behind the other, and the offset mapper at its window's edges. */
#include "tests/host/classes.h"

#include "startup/bus_window.h"

#define GIB (UINT64_C(1) << 30)

static void assert_window(struct bus_window window, struct bus_window wanted)
{
    assert_int_equal(window.pa, wanted.pa);
    assert_int_equal(window.size, wanted.size);
    assert_int_equal(window.offset, wanted.offset);
}

static void rise__adds_the_offsets(void **state)
{
    /* The devices' 0xC0000000 is the bus's 0x10000000, whose 0 is at 0x80000000. */
    struct bus_window window = {0x10000000, GIB, 0xB0000000};
    struct bus_window step = {0x80000000, 4 * GIB, 0 - UINT64_C(0x80000000)};

    (void)state;
    assert_true(bus_window_rise(&window, &step));
    assert_window(window, (struct bus_window){0x90000000, GIB, 0x30000000});
    assert_int_equal(window.pa + window.offset, 0xC0000000);
}

static void rise__cuts_at_the_steps_end(void **state)
{
    struct bus_window window = {0, GIB, 0xC0000000}, step = {0, GIB - 0x4000000, 0};

    (void)state;
    assert_true(bus_window_rise(&window, &step));
    assert_window(window, (struct bus_window){0, GIB - 0x4000000, 0xC0000000});
    step.size = GIB;
    assert_true(bus_window_rise(&window, &step)); /* a wider one changes nothing */
    assert_window(window, (struct bus_window){0, GIB - 0x4000000, 0xC0000000});
}

static void rise__begins_inside_the_step_or_fails(void **state)
{
    struct bus_window window = {0x1000, 0x1000, 0}, before = window;
    struct bus_window step = {0x80000000, 0x1000, 0 - UINT64_C(0x80000000)};

    (void)state;
    assert_false(bus_window_rise(&window, &step)); /* 0x1000 is the first byte after it */
    assert_window(window, before);
    step.offset += 0x1000;
    assert_true(bus_window_rise(&window, &step));
    assert_window(window, (struct bus_window){0x80000000, 0x1000, 0 - UINT64_C(0x7ffff000)});
    window = before;
    step.offset++;
    assert_false(bus_window_rise(&window, &step)); /* the step begins a byte later */
    assert_window(window, before);
}

/* A Pi 5's RP1: the bus's addresses are above all memory. */
static void rise__knows_addresses_of_64_bits(void **state)
{
    struct bus_window window = {UINT64_C(0x1000000000), 16 * GIB, 0};
    struct bus_window step = {0, 16 * GIB, UINT64_C(0x1000000000)};

    (void)state;
    assert_true(bus_window_rise(&window, &step));
    assert_window(window, (struct bus_window){0, 16 * GIB, UINT64_C(0x1000000000)});
    window = (struct bus_window){0 - UINT64_C(0x1000), 0x1000, 0};
    step = (struct bus_window){0x1000, 0x1000, 0 - UINT64_C(0x2000)}; /* the last page of all */
    assert_true(bus_window_rise(&window, &step));
    assert_window(window, (struct bus_window){0x1000, 0x1000, 0 - UINT64_C(0x2000)});
}

/* ---- the mapper: its window is the RAM from page 2 to page 6 of an area of 8 pages ---- */

#define ALIAS UINT64_C(0xC0000000)

static uint64_t area, offset;
static IOMapperRef mapper;

static void open_window(void)
{
    pages(8, &area);
    offset = ALIAS - area;
    mapper = IOMapperCreateWithOffset(offset, area + 2 * PAGE, 4 * PAGE);
    assert_true(IOMapperStart(mapper, NULL, true));
}

static void close_window(void)
{
    IOMapperSetMapperRequired(false);
    assert_int_equal(count_of(mapper), 1);
    drop(mapper);
    port_frame_free(area, 8 * PAGE);
}

static IOMemoryDescriptorRef describe(uint64_t start, uint64_t length)
{
    IOMemoryDescriptorRef md = IOMemoryDescriptorCreateWithAddressRange((uintptr_t)port_linear(area) + start, length,
                                                                        kIODirectionInOut, kernel_task);

    assert_int_equal(IOMemoryDescriptorPrepare(md, 0), kIOReturnSuccess);
    return md;
}

static void assert_segment(uint64_t start, uint64_t length, uint64_t wanted)
{
    IOMemoryDescriptorRef md = describe(start, length);
    uint64_t size, at = IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, 0);

    assert_int_equal(size, wanted);
    assert_int_equal(at, wanted ? ALIAS + start : 0);
    assert_int_equal(IOMemoryDescriptorGetPhysicalSegment(md, 0, &size, kIOMemoryMapperNone), area + start);
    assert_int_equal(size, length);
    drop(md);
}

static void segments__end_with_the_window(void **state)
{
    (void)state;
    open_window();
    assert_segment(2 * PAGE, 4 * PAGE, 4 * PAGE);
    assert_segment(2 * PAGE + 5, PAGE, PAGE);
    assert_segment(3 * PAGE, 4 * PAGE, 3 * PAGE); /* a page too far */
    assert_segment(6 * PAGE - 1, 2, 1);
    assert_segment(6 * PAGE, 1, 0);
    assert_segment(2 * PAGE - 1, PAGE, 0); /* begins a byte too early */
    close_window();
}

static void map__has_room_for_what_lies_inside_only(void **state)
{
    uint64_t at, length;
    IOMemoryDescriptorRef inside, beyond;

    (void)state;
    open_window();
    inside = describe(5 * PAGE + 1, PAGE - 1);
    beyond = describe(5 * PAGE + 1, PAGE);
    assert_int_equal(IOMemoryDescriptorDMAMap(inside, mapper, NULL, NULL, 0, PAGE - 1, &at, &length), 0);
    assert_int_equal(at, ALIAS + 5 * PAGE + 1);
    assert_int_equal(length, PAGE - 1);
    assert_int_equal(IOMemoryDescriptorDMAMap(beyond, mapper, NULL, NULL, 0, PAGE, &at, &length), kIOReturnNoResources);
    assert_int_equal(at + length, 0);
    drop(beyond);
    drop(inside);
    close_window();
}

/* What a bus address leads to, at both ends: a read past them is all ones. */
static void addresses__outside_lead_nowhere(void **state)
{
    uint8_t *memory;
    size_t logs = host_logs;

    (void)state;
    open_window();
    memory = port_linear(area);
    memset(memory, 0x21, 8 * PAGE);
    assert_int_equal(IOMappedRead8(ALIAS + 2 * PAGE), 0x21);
    assert_int_equal(IOMappedRead8(ALIAS + 6 * PAGE - 1), 0x21);
    assert_int_equal(host_logs, logs);
    assert_int_equal(IOMappedRead8(ALIAS + 2 * PAGE - 1), 0xff);
    assert_int_equal(IOMappedRead8(ALIAS + 6 * PAGE), 0xff);
    assert_int_equal(IOMappedRead8(area + 2 * PAGE), 0xff); /* the CPU's address is none of the bus */
    assert_int_equal(host_logs, logs + 3);
    close_window();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rise__adds_the_offsets),
        TEST(rise__cuts_at_the_steps_end),
        TEST(rise__begins_inside_the_step_or_fails),
        TEST(rise__knows_addresses_of_64_bits),
        TEST(segments__end_with_the_window),
        TEST(map__has_room_for_what_lies_inside_only),
        TEST(addresses__outside_lead_nowhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
