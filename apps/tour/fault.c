#include "apps/tour/tour.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/access.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"

/* The address of a mapping that has just been taken away: a bug that every program has had once. 0: no memory. */
static uint64_t stale_address(void)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 4096, 4096);
    IOMemoryMapRef map = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, kIOMapUnique);
    uint64_t va = IOMemoryMapGetVirtualAddress(map);
    struct access access = {.va = va, .bits = 64};
    struct fault fault;

    if (va && !access_try(&access, &fault))
        va = 0; /* while it is mapped it must be readable; this also puts it into the TLB */
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)buffer);
    return va;
}

bool fault_show(void)
{
    struct access access = {.va = stale_address(), .bits = 64};
    struct fault fault;

    if (access.va == 0) {
        puts("  there was no mapping to take away");
        return false;
    }
    printf("  A page was mapped at 0x%" PRIx64 ", read, and unmapped. Now the program reads it again:\n", access.va);
    if (access_try(&access, &fault)) {
        puts("  AND IT WORKED: the old translation is still in use.");
        return false;
    }
    access_explain(&access, &fault, "    ");
    bool right = fault.verdict == FAULT_UNMAPPED && fault.va == access.va;
    puts(right ? "  That is right, and the program goes on." : "  THAT IS NOT the explanation it should be.");
    return right;
}
