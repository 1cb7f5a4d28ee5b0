#include "apps/picture/exhibits.h"

#include <stddef.h>
#include <stdio.h>

#include "apps/picture/atlas.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "mmu/space.h"
#include "startup/runtime.h"

#define PAGE 4096u

/* Memory of the program's own, mapped a second time in some way. Sizes are in units: a 256th of RAM, about. */
static const struct exhibit {
    const char *name;
    IOOptionBits options;
    vm_size_t units;
} exhibits[] = {
    {"write-through", kIOMapUnique | kIOMapWriteThruCache, 28},
    {"device order", kIOMapUnique | kIOMapPostedWrite, 18},
    {"read-only", kIOMapUnique | kIOMapReadOnly, 24},
    {"guarded", kIOMapUnique | kIOMapGuardedSmall, 12},
};
enum { EXHIBIT_COUNT = sizeof exhibits / sizeof exhibits[0], RUN_COUNT = 6, SCATTERED_UNITS = 64 };

static IOMemoryDescriptorRef memories[EXHIBIT_COUNT + 1];
static IOMemoryMapRef maps[EXHIBIT_COUNT + 1];
static struct mmu_space *space;

/* A power of two, and whole pages when it is halved. */
static vm_size_t unit(void)
{
    struct frame_stats ram;
    vm_size_t size = 2 * PAGE;

    frame_get_stats(&ram);
    while (size * 2 <= ram.total / 256)
        size *= 2;
    return size;
}

static IOMemoryDescriptorRef make_memory(vm_size_t size)
{
    return (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateWithOptions(
        kIODirectionInOut | kIOMemoryPhysicallyContiguous, size, unit());
}

static uint64_t address_of(IOMemoryDescriptorRef memory)
{
    return IOMemoryDescriptorGetPhysicalSegment(memory, 0, NULL, kIOMemoryMapperNone);
}

static bool show(unsigned i, IOMemoryDescriptorRef memory, const char *name, IOOptionBits options)
{
    uint64_t guard = options & kIOMapGuardedMask ? PAGE : 0;

    maps[i] = IOMemoryDescriptorMap(memory, kIOMapAnywhere | options);
    if (maps[i] &&
        atlas_name(IOMemoryMapGetVirtualAddress(maps[i]) - guard, IOMemoryMapGetLength(maps[i]) + 2 * guard, name))
        return true;
    printf("The exhibit \"%s\" could not be mapped.\n", name);
    return false;
}

/* Pieces of a buffer that lie apart, the last one first, in one run of addresses. */
static bool show_scattered(void)
{
    IOAddressRange ranges[RUN_COUNT];
    IOMemoryDescriptorRef memory = memories[EXHIBIT_COUNT] = make_memory(SCATTERED_UNITS * unit());

    if (memory == NULL)
        return false;
    for (unsigned i = 0; i < RUN_COUNT; i++)
        ranges[i] = (IOAddressRange){address_of(memory) + (RUN_COUNT - i) * 9 * unit(), 3 * unit()};
    IOMemoryDescriptorRef scattered =
        IOMemoryDescriptorCreateWithAddressRanges(ranges, RUN_COUNT, kIODirectionInOut, NULL);
    bool shown = show(EXHIBIT_COUNT, scattered, "scattered", kIOMapDefaultCache);
    OSObjectRelease((OSObjectRef)scattered);
    return shown;
}

/* Half of the guarded buffer and the head of the scattered one, as a program at EL0 would see them. */
static bool fill_space(void)
{
    const struct mmu_range shared = {unit(), address_of(memories[3]), 2 * unit(), MMU_WRITEBACK | MMU_USER | MMU_WRITE};
    const struct mmu_range part = {4 * unit(), address_of(memories[EXHIBIT_COUNT]), 6 * unit(),
                                   MMU_WRITEBACK | MMU_USER};
    const struct mmu_space *kernel = mmu_kernel_space();

    space = mmu_space_create(kernel->format, kernel->va_bits, &mmu_cpu_backend);
    return space && mmu_map(space, &shared) == MMU_OK && mmu_map(space, &part) == MMU_OK &&
           atlas_name(shared.va, part.va + part.size - shared.va, "EL0 program");
}

bool exhibits_open(void)
{
    bool all = true;

    for (unsigned i = 0; i < EXHIBIT_COUNT; i++) {
        memories[i] = make_memory(exhibits[i].units * unit());
        all = show(i, memories[i], exhibits[i].name, exhibits[i].options) && all;
    }
    return all && show_scattered() && fill_space();
}

void exhibits_close(void)
{
    if (space)
        mmu_space_destroy(space);
    for (unsigned i = 0; i <= EXHIBIT_COUNT; i++) {
        OSObjectRelease((OSObjectRef)maps[i]);
        OSObjectRelease((OSObjectRef)memories[i]);
    }
}

struct mmu_space *exhibits_space(void)
{
    return space;
}
