/* IOKit's own tests of its memory classes, T1 to T24: one entry runs the first fifteen, as there. */
#include "iomem/port.h"
#include "tests/target/classes.h"
#include "tests/target/iokit.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static void needs_dma_command(void)
{
    tap_skip("needs IODMACommand, which is not there yet");
}

static void needs_dma_command_and_smmu(void)
{
    tap_skip("needs IODMACommand and an SMMU, which are not there yet");
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"T1 force a double buffer", needs_dma_command},
    {"T2 allocation name: freed while prepared", iokit_named_allocation},
    {"T3 copy on write: the kernel's map shows the snapshot", iokit_copy_on_write},
    {"T4 multi: DMA lengths, and parts out of order", iokit_multi},
    {"T5 a buffer of 2^64 - 1 bytes", iokit_overflow},
    {"T6 set the length between two maps", iokit_set_length_map},
    {"T7 zero length", iokit_zero_length},
    {"T8 prepare without zero fill", iokit_no_zero_fill},
    {"T9 a bad fixed address", iokit_bad_fixed_alloc},
    {"T10 remote memory", iokit_remote},
    {"T11 prefault: no fault under a lock", iokit_prefault},
    {"T12 fences on both sides of a page", iokit_fences},
    {"T13 buffers between guard pages", iokit_guard_pages},
    {"T14 context", iokit_context},
    {"T15 sweep: every part of scattered memory", iokit_sweep},
};

unsigned IOMemoryDescriptorTest(void)
{
    unsigned count = 0;

    while (count < sizeof tests / sizeof *tests) {
        tap_run(tests[count].name, tests[count].run);
        count++;
    }
    return count;
}

/* ---- T16: IOKit exchanges the two memories; here the other map keeps what it shows ---- */

#define SIZE (UINT64_C(64) * 1024)

static IOMemoryDescriptorRef persistent_buffer(uint8_t byte)
{
    IOMemoryDescriptorRef md = make_buffer(kernel_task, kIODirectionOutIn | kIOMemoryPageable, SIZE);

    for (uint64_t i = 0; i < SIZE; i++)
        bytes_of(md)[i] = byte;
    CHECK(IOMemoryDescriptorGetFlags(md) & kIOMemoryPersistent);
    return md;
}

static bool shows(IOMemoryMapRef map, uint8_t byte)
{
    uint64_t same = 0;

    for (uint64_t i = 0; i < SIZE; i++)
        same += shown(map, i) == byte;
    return same == SIZE;
}

static void redirect(void)
{
    IOMemoryDescriptorRef one = persistent_buffer(0x11), two = persistent_buffer(0x22);
    IOMemoryMapRef map1 = IOMemoryDescriptorMap(one, kIOMapUnique), map2 = IOMemoryDescriptorMap(two, kIOMapUnique);
    uint64_t va = address(map1);

    CHECK(shows(map1, 0x11) && shows(map2, 0x22));
    CHECK_EQ(IOMemoryMapRedirect(map1, two, 0, 0), kIOReturnSuccess);
    CHECK(shows(map1, 0x22) && shows(map2, 0x22));
    CHECK_EQ(address(map1), va);
    CHECK(IOMemoryMapGetMemoryDescriptor(map1) == two);
    CHECK_EQ(IOMemoryMapRedirect(map1, one, 0, 0), kIOReturnSuccess);
    CHECK(shows(map1, 0x11) && shows(map2, 0x22));
    release(map2);
    release(map1);
    release(two);
    release(one);
}

/* ---- T21 ---- */

static void malloc_pageable(void)
{
    struct machine_use before = machine_use();

    for (uint64_t size = 0; size <= 4 * PAGE; size += 64) {
        for (uint64_t align = 1; align <= PAGE; align *= 2) {
            uint8_t *plain = IOMallocPageable(size, align), *zero = IOMallocPageableZero(size, align);
            uint64_t last = size ? size - 1 : 0;

            if (!CHECK(plain && (uintptr_t)plain % align == 0) || !CHECK(zero && (uintptr_t)zero % align == 0))
                return;
            CHECK(zero[0] == 0 && zero[last] == 0);
            plain[0] = plain[last] = 1;
            IOFreePageable(plain, size);
            IOFreePageable(zero, size);
        }
    }
    CHECK(IOMallocPageable(PAGE, 2 * PAGE) == NULL);
    CHECK(IOMallocPageable(UINT64_C(513) << 20, 1) == NULL);
    CHECK(IOMallocPageable(UINT64_MAX, 1) == NULL);
    CHECK_EQ(machine_use().free, before.free);
}

/* ---- T23: reserved memory as a device's ---- */

#define KEY UINT64_C(0x5a5a1234c0ffee00)

static void check_device_part(IOMemoryDescriptorRef device, uint64_t first, uint64_t pages, uint64_t skipped)
{
    IOMemoryMapRef map = IOMemoryDescriptorCreateMappingInTask(device, kernel_task, 0, kIOMapAnywhere, skipped * PAGE,
                                                               (pages - skipped) * PAGE);
    uint64_t words = (pages - skipped) * PAGE / 8, index = (first + skipped) * PAGE / 8, wrong = 0;
    const volatile uint64_t *word = (const volatile uint64_t *)(uintptr_t)address(map);

    if (!CHECK(map != NULL))
        return;
    CHECK_EQ(address(map) % PAGE, 0);
    CHECK_EQ(IOMemoryMapGetLength(map), words * 8);
    for (uint64_t i = 0; i < words; i += 64)
        wrong += word[i] != ((index + i) ^ KEY);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(page_at(kernel_task, address(map)).attr_index, 0); /* RAM's, as the range is RAM */
    release(map);
}

static void device_memory(void)
{
    uint64_t pa = port_frame_alloc(32 * PAGE, PAGE, UINT64_MAX);
    volatile uint64_t *word = port_linear(pa);

    for (uint64_t i = 0; i < 32 * PAGE / 8; i++)
        word[i] = i ^ KEY;
    for (uint64_t first = 0; first < 16; first++) {
        for (uint64_t pages = 0; pages < 16; pages++) {
            IOMemoryDescriptorRef device = IODeviceMemoryCreateWithRange(pa + first * PAGE, pages * PAGE);

            if (!pages)
                CHECK(IOMemoryDescriptorMap(device, 0) == NULL);
            for (uint64_t skipped = 0; skipped < pages; skipped++)
                check_device_part(device, first, pages, skipped);
            release(device);
        }
    }
    port_frame_free(pa, 32 * PAGE);
}

/* ---- T24 ---- */

static void connect(void)
{
    task_t client = IOAddressSpaceCreate(TASK_LOW, TASK_HIGH);
    IOMemoryDescriptorRef md = make_buffer(kernel_task, kIODirectionInOut | kIOMemoryKernelUserShared, PAGE);
    uint32_t maps = instances("IOMemoryMap");
    IOMemoryMapRef map;

    for (int i = 0; i < 1000; i++) {
        map = map_in_task(client, md, 0);
        CHECK(map_in_task(client, md, kIOMapReference) == map);
        CHECK_EQ(references(map), 3);
        release(map);
        CHECK_EQ(references(md), 2);
        release(map);
        CHECK_EQ(references(md), 1);
        CHECK_EQ(instances("IOMemoryMap"), maps);
        CHECK(map_in_task(client, md, kIOMapReference) == NULL);
    }
    map = map_in_task(client, md, 0);
    CHECK(map_in_task(client, md, kIOMapReference) == map);
    IOAddressSpaceDestroy(client);
    CHECK(IOMemoryMapGetAddressTask(map) == NULL);
    release(map);
    release(map);
    CHECK_EQ(references(md), 1);
    release(md);
}

static void connect_and_look_up(void)
{
    struct machine_use before;

    connect(); /* the heap has grown then */
    before = machine_use();
    connect();
    CHECK_EQ(machine_use().free, before.free);
    CHECK_EQ(machine_use().tables, before.tables);
}

/* ---- T22 ---- */

static unsigned ran;

static void entry(void)
{
    CHECK_EQ(ran, 15);
}

int main(void)
{
    warm_up();
    ran = IOMemoryDescriptorTest();
    tap_run("T16 redirect to another buffer and back", redirect);
    tap_run("T17 a multi of multis", iokit_nested_multi);
    tap_run("T18 a command with internal alignment", needs_dma_command);
    tap_run("T19 a large map through a device's mapper", needs_dma_command_and_smmu);
    tap_run("T20 scattered memory as one segment of a device", needs_dma_command_and_smmu);
    tap_run("T21 IOMallocPageable", malloc_pageable);
    tap_run("T22 one entry ran T1 to T15", entry);
    tap_run("T23 reserved memory as a device's", device_memory);
    tap_run("T24 map into a client and look it up, again and again", connect_and_look_up);
    return tap_done();
}
