#include "iomem/device_pages.h"

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/map.h"
#include "iomem/port.h"

#define LOW_4G 0xffffffffull

struct device_pages {
    struct device_pages *next;
    IOBufferMemoryDescriptorRef buffer;
};

static struct device_pages *first; /* under the memory lock */

static bool is_shown(IOBufferMemoryDescriptorRef buffer, uint64_t size, uint64_t *device)
{
    IOByteCount length = 0;

    *device = IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)buffer, 0, &length, 0);
    return length >= size && *device <= LOW_4G && size - 1 <= LOW_4G - *device;
}

void *device_pages_alloc(uint64_t size, uint64_t align, IOPhysicalAddress *device)
{
    const IOOptionBits options = kIODirectionInOut | kIOMemoryPhysicallyContiguous | kIOMemoryHostPhysicallyContiguous;
    uint64_t mask = LOW_4G ^ (align - 1), address;
    struct device_pages *pages = mask ? port_alloc(sizeof *pages) : NULL;

    if (!pages)
        return NULL;
    pages->buffer = IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(kernel_task, options, size, mask);
    if (!is_shown(pages->buffer, size, &address)) {
        OSObjectRelease((OSObjectRef)pages->buffer);
        port_free(pages);
        return NULL;
    }
    lock_acquire(&gIOMemoryLock);
    pages->next = first;
    first = pages;
    lock_release(&gIOMemoryLock);
    *device = address;
    return IOBufferMemoryDescriptorGetBytesNoCopy(pages->buffer);
}

static struct device_pages *take_out(const void *memory)
{
    for (struct device_pages **link = &first, *pages; (pages = *link) != NULL; link = &pages->next)
        if (IOBufferMemoryDescriptorGetBytesNoCopy(pages->buffer) == memory) {
            *link = pages->next;
            return pages;
        }
    return NULL;
}

bool device_pages_free(const void *memory)
{
    struct device_pages *pages;

    lock_acquire(&gIOMemoryLock);
    pages = take_out(memory);
    lock_release(&gIOMemoryLock);
    if (!pages)
        return false;
    OSObjectRelease((OSObjectRef)pages->buffer);
    port_free(pages);
    return true;
}
