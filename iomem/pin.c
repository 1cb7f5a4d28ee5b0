#include "iomem/pin.h"

#include "iomem/port.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

/* Undoes the pins of the pages from pa's up to the one that ends at or after end. */
static void drop(uint64_t pa, uint64_t end)
{
    for (pa &= ~(PAGE - 1); pa < end; pa += PAGE) {
        struct port_frame *frame = port_frame(pa);

        if (frame)
            frame->pins--;
    }
}

IOReturn pin(uint64_t pa, uint64_t size)
{
    uint64_t end = pa + size;

    for (uint64_t page = pa & ~(PAGE - 1); page < end; page += PAGE) {
        struct port_frame *frame = port_frame(page);

        if (frame && frame->pins == UINT16_MAX) {
            drop(pa, page);
            return kIOReturnCannotWire;
        }
        if (frame)
            frame->pins++;
    }
    return kIOReturnSuccess;
}

void unpin(uint64_t pa, uint64_t size)
{
    drop(pa, pa + size);
}
