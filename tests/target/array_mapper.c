#include "tests/target/array_mapper.h"

#include <string.h>

#include "iomem/IOMemoryDescriptor.h"
#include "tests/target/machine.h"

uint64_t array_pages[ARRAY_PAGES];
unsigned array_taken;

static uint64_t segment(IOMemoryDescriptorRef memory, uint64_t offset)
{
    return IOMemoryDescriptorGetPhysicalSegment(memory, offset, NULL, kIOMemoryMapperNone);
}

/* Pages are handed out in order and never again. */
static IOReturn map_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t offset, uint64_t length,
                           uint32_t options, const IODMAMapSpecification *specification, IODMACommandRef command,
                           const IODMAMapPageList *list, uint64_t *address, uint64_t *map_length)
{
    (void)mapper;
    (void)options;
    (void)specification;
    (void)command;
    (void)list;
    uint64_t lead = memory ? segment(memory, offset) % PAGE : 0, count = (lead + length + PAGE - 1) / PAGE;

    if (array_taken + count > ARRAY_PAGES)
        return kIOReturnNoSpace;
    for (uint64_t i = 0; memory && i < count; i++)
        array_pages[array_taken + i] = segment(memory, offset + (i ? i * PAGE - lead : 0)) & ~(PAGE - 1);
    *address = ARRAY_BASE + array_taken * PAGE + lead;
    *map_length = length;
    array_taken += (unsigned)count;
    return kIOReturnSuccess;
}

static IOReturn unmap_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command,
                             uint64_t address, uint64_t length)
{
    (void)mapper;
    (void)memory;
    (void)command;
    for (uint64_t page = (address - ARRAY_BASE) / PAGE; page * PAGE < address - ARRAY_BASE + length; page++)
        array_pages[page] = 0;
    return kIOReturnSuccess;
}

static IOReturn insert(IOMapperRef mapper, uint32_t options, uint64_t address, uint64_t offset, uint64_t pa,
                       uint64_t length)
{
    uint64_t page = (address + offset - ARRAY_BASE) / PAGE;

    (void)mapper;
    (void)options;
    if (page >= array_taken || length != PAGE)
        return kIOReturnBadArgument;
    array_pages[page] = pa;
    return kIOReturnSuccess;
}

static uint64_t to_physical(IOMapperRef mapper, uint64_t mapped)
{
    uint64_t page = (mapped - ARRAY_BASE) / PAGE;

    (void)mapper;
    return mapped >= ARRAY_BASE && page < ARRAY_PAGES && array_pages[page] ? array_pages[page] + mapped % PAGE : 0;
}

static const IOMapperClass array_class = {
    .iovmMapMemory = map_memory,
    .iovmUnmapMemory = unmap_memory,
    .iovmInsert = insert,
    .mapToPhysicalAddress = to_physical,
};

IOMapperRef array_mapper_start(void)
{
    IOMapperRef mapper = IOMapperCreateWithClass(&array_class, NULL);

    memset(array_pages, 0, sizeof array_pages);
    array_taken = 0;
    IOMapperStart(mapper, NULL, true);
    return mapper;
}

void array_mapper_stop(IOMapperRef mapper)
{
    IOMapperSetMapperRequired(false);
    OSObjectRelease((OSObjectRef)mapper);
}
