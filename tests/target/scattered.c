#include "tests/target/scattered.h"

#include <stdlib.h>
#include <string.h>

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/at.h"
#include "tests/target/classes.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

uint64_t scattered;
uint8_t *scattered_expected, *scattered_copy;

static uint64_t frames, size, pages;

/* No two neighbours adjoin. */
uint64_t scattered_frame(uint64_t page)
{
    return frames + page * 37 % pages * PAGE;
}

bool scattered_create(uint64_t bytes)
{
    bool good;

    size = bytes;
    pages = size / PAGE;
    scattered = machine_corner();
    frames = port_frame_alloc(size, PAGE, UINT64_MAX);
    scattered_expected = malloc(size);
    scattered_copy = malloc(size + 1);
    good = frames != PORT_NO_FRAME && scattered_expected && scattered_copy;
    for (uint64_t i = 0; good && i < pages; i++) {
        struct mmu_range range = {scattered + i * PAGE, scattered_frame(i), PAGE, MMU_WRITEBACK | MMU_WRITE};

        good = mmu_map(mmu_kernel_space(), &range) == MMU_OK;
    }
    for (uint64_t i = 0; good && i < size / 4; i++)
        ((volatile uint32_t *)(uintptr_t)scattered)[i] = (uint32_t)i;
    return good;
}

void scattered_remove(void)
{
    mmu_unmap(mmu_kernel_space(), scattered, size);
    port_frame_free(frames, size);
    free(scattered_expected);
    free(scattered_copy);
}

static bool check_bytes(IOMemoryDescriptorRef md, IOMemoryMapRef map, uint64_t offset, uint64_t length)
{
    const void *seen = (const void *)(uintptr_t)address(map);
    const uint8_t *expected = scattered_expected + offset;
    uint8_t *copy = scattered_copy;

    memset(copy, 0xcc, length + 1);
    return CHECK(memcmp(seen, expected, length) == 0) &&
           CHECK_EQ(IOMemoryDescriptorReadBytes(md, offset, copy, length), length) &&
           CHECK(memcmp(copy, expected, length) == 0) && CHECK_EQ(copy[length], 0xcc);
}

/* The runs cover the map without gap; each byte's address is the CPU's; runs are as long as they can be. */
static bool check_segments(IOMemoryMapRef map)
{
    uint64_t va = address(map), length = IOMemoryMapGetLength(map), offset = 0, end_pa = 0;
    bool good = true;

    while (offset < length && good) {
        uint64_t run = 0;
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &run, kIOMemoryMapperNone);

        good = CHECK(run > 0 && run <= length - offset) && CHECK(offset == 0 || pa != end_pa);
        for (uint64_t at = 0; good && at < run; at += PAGE - (va + offset + at) % PAGE)
            good = CHECK_EQ(at_translate(va + offset + at, AT_EL1_READ).pa, pa + at);
        offset += run;
        end_pa = pa + run;
    }
    return good;
}

bool scattered_check_map(IOMemoryDescriptorRef md, uint64_t offset, uint64_t length)
{
    IOMemoryMapRef map =
        IOMemoryDescriptorCreateMappingInTask(md, kernel_task, 0, kIOMapAnywhere | kIOMapGuardedSmall, offset, length);

    if (!CHECK(map != NULL))
        return false;
    uint64_t va = address(map);
    bool good = CHECK_EQ(IOMemoryMapGetLength(map), length) && check_bytes(md, map, offset, length) &&
                check_segments(map) && CHECK_REFUSED(touch_read((va & ~(PAGE - 1)) - 1), FAULT_UNMAPPED) &&
                CHECK_REFUSED(touch_read(((va + length - 1) | (PAGE - 1)) + 1), FAULT_UNMAPPED);
    release(map);
    return CHECK_EQ(at_translate(va, AT_EL1_READ).result, AT_TRANSLATION) && good;
}
