#include "tests/target/four_pages.h"

#include <string.h>

#include "iomem/IOAddressSpace.h"
#include "iomem/OSObject.h"
#include "iomem/port.h"

uint64_t four_pages_pa;
IOMemoryDescriptorRef four_pages;

bool four_pages_create(void)
{
    four_pages_pa = port_frame_alloc(FOUR_PAGES, 4096, UINT64_MAX);
    if (four_pages_pa == PORT_NO_FRAME)
        return false;
    for (unsigned i = 0; i < 4; i++)
        memset(port_linear(four_pages_pa + i * 4096), (int)(0x20 + i), 4096);
    four_pages = IOMemoryDescriptorCreateWithPhysicalAddress(four_pages_pa, FOUR_PAGES, kIODirectionInOut);
    return four_pages != NULL;
}

void four_pages_release(void)
{
    release(four_pages);
    port_frame_free(four_pages_pa, FOUR_PAGES);
}

volatile uint8_t *four_pages_linear(uint64_t offset)
{
    return (volatile uint8_t *)port_linear(four_pages_pa + offset);
}

IOMemoryMapRef four_pages_map(IOOptionBits options, uint64_t offset, uint64_t length)
{
    return IOMemoryDescriptorCreateMappingInTask(four_pages, kernel_task, 0, options | kIOMapAnywhere, offset, length);
}

IOMemoryMapRef four_pages_map_at(uint64_t va, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(four_pages, kernel_task, va, options, 0, 0);
}
