#include "tests/host/array_mapper.h"

uint64_t array_slots[ARRAY_SLOTS];
unsigned array_taken, array_unmapped;
bool array_works;

static bool init_hardware(IOMapperRef mapper, void *provider)
{
    assert_ptr_equal(IOMapperGetContext(mapper), array_slots);
    assert_ptr_equal(provider, &array_works);
    return array_works;
}

static uint64_t get_page_size(IOMapperRef mapper)
{
    (void)mapper;
    return PAGE;
}

uint32_t array_access;
IODMAMapSpecification array_asked; /* all 0: for nothing */

uint64_t array_segment(IOMemoryDescriptorRef md, uint64_t offset, uint64_t *size)
{
    return IOMemoryDescriptorGetPhysicalSegment(md, offset, size, kIOMemoryMapperNone);
}

static IOReturn map_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t offset, uint64_t length,
                           uint32_t options, const IODMAMapSpecification *specification, IODMACommandRef command,
                           const IODMAMapPageList *list, uint64_t *address, uint64_t *map_length)
{
    (void)mapper;
    (void)command;
    (void)list;
    uint64_t done = 0, size, lead = memory ? array_segment(memory, offset, &size) % PAGE : 0;
    uint64_t count = (lead + length + PAGE - 1) / PAGE;

    array_access = options;
    array_asked = specification ? *specification : (IODMAMapSpecification){0};
    if (array_taken + count > ARRAY_SLOTS)
        return kIOReturnNoSpace;
    *address = ARRAY_BASE + array_taken * PAGE + lead;
    *map_length = length;
    for (uint64_t i = 0; memory && i < count; i++) {
        array_slots[array_taken + i] = array_segment(memory, offset + done, &size) & ~(PAGE - 1);
        assert_true(size != 0);
        done += i ? PAGE : PAGE - lead;
    }
    array_taken += (unsigned)count;
    return kIOReturnSuccess;
}

static IOReturn unmap_memory(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command,
                             uint64_t address, uint64_t length)
{
    (void)mapper;
    (void)memory;
    (void)command;
    uint64_t first = (address - ARRAY_BASE) / PAGE, end = (address - ARRAY_BASE + length + PAGE - 1) / PAGE;

    for (uint64_t i = first; i < end; i++)
        array_slots[i] = 0;
    array_unmapped += (unsigned)(end - first);
    return kIOReturnSuccess;
}

static IOReturn insert(IOMapperRef mapper, uint32_t options, uint64_t address, uint64_t offset, uint64_t pa,
                       uint64_t length)
{
    (void)mapper;
    (void)options;
    assert_int_equal(length, PAGE);
    if ((address + offset - ARRAY_BASE) / PAGE < array_taken)
        array_slots[(address + offset - ARRAY_BASE) / PAGE] = pa;
    return kIOReturnSuccess;
}

uint64_t array_to_physical(IOMapperRef mapper, uint64_t mapped)
{
    uint64_t slot = (mapped - ARRAY_BASE) / PAGE;

    (void)mapper;
    return mapped >= ARRAY_BASE && slot < ARRAY_SLOTS && array_slots[slot] ? array_slots[slot] + mapped % PAGE : 0;
}

const IOMapperClass array_class = {init_hardware, get_page_size, map_memory, unmap_memory, insert, array_to_physical};

IOMapperRef array_start(bool is_system)
{
    IOMapperRef mapper = IOMapperCreateWithClass(&array_class, array_slots);

    memset(array_slots, 0, sizeof array_slots);
    array_taken = array_unmapped = 0;
    array_works = true;
    assert_int_equal(IOMapperGetPageSize(mapper), 0);
    assert_true(IOMapperStart(mapper, &array_works, is_system));
    assert_int_equal(IOMapperGetPageSize(mapper), PAGE);
    return mapper;
}

void array_stop(IOMapperRef mapper)
{
    IOMapperSetMapperRequired(false);
    assert_null(IOMapperGetSystemMapper());
    assert_int_equal(count_of(mapper), 1);
    drop(mapper);
}
