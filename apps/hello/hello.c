/* Map a device's registers, see where the mapping leads, and let go of it. */
#include <inttypes.h>
#include <stdio.h>

#include <iomem/IOMemoryDescriptor.h>
#include <iomem/IOMemoryMap.h>
#include <iomem/OSObject.h>

int main(void)
{
    /* QEMU virt's serial port, a PL011: 4 KiB of registers at this physical address. */
    IOMemoryDescriptorRef uart = IOMemoryDescriptorCreateWithPhysicalAddress(0x09000000, 4096, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(uart, kIOMapInhibitCache);
    if (map == NULL) {
        puts("The mapping was refused.");
        return 1;
    }

    IOByteCount length;
    IOPhysicalAddress segment = IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone);
    printf("virtual address   0x%" PRIx64 "\n", IOMemoryMapGetVirtualAddress(map));
    printf("length            %" PRIu64 " bytes\n", IOMemoryMapGetLength(map));
    printf("physical segment  0x%" PRIx64 ", %" PRIu64 " bytes\n", segment, length);

    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)uart);
    return 0;
}
