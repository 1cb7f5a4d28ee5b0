#include "apps/picture/fw_cfg.h"

#include <string.h>

#include <libfdt.h>

#include "apps/picture/atlas.h"
#include "boards/board.h"
#include "iomem/IOAddressSpace.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IOLib.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "startup/runtime.h"
#include "startup/tree.h"

enum { DATA = 0, SELECTOR = 8, DMA = 16 };                   /* registers, big-endian but for DATA */
enum { SELECT_ID = 1, SELECT_DIRECTORY = 0x19, ID_DMA = 2 }; /* what there is always; a bit of ID */
enum { DMA_ERROR = 1, DMA_SELECT = 8, DMA_WRITE = 16 };      /* struct request's control, the selector above */
enum { FILE_NAME_SIZE = 56, REQUEST_SIZE = 4096 };

/* What the device reads: big-endian, and behind it the bytes to write. */
struct request {
    uint32_t control, length;
    uint64_t address;
    unsigned char bytes[];
};

static IOMemoryMapRef registers;
static IOBufferMemoryDescriptorRef request_memory;

static volatile void *at(unsigned offset)
{
    return (volatile char *)(uintptr_t)IOMemoryMapGetVirtualAddress(registers) + offset;
}

static void select(uint16_t selector)
{
    *(volatile uint16_t *)at(SELECTOR) = __builtin_bswap16(selector);
}

static void read_bytes(void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)bytes)[i] = *(volatile uint8_t *)at(DATA);
}

static IOMemoryMapRef map_registers(void)
{
    const void *tree = runtime_device_tree();
    int node = tree ? fdt_node_offset_by_compatible(tree, -1, "qemu,fw-cfg-mmio") : -1;
    struct board_range range;

    if (node < 0 || !tree_reg(tree, node, 0, &range))
        return NULL;
    IOMemoryDescriptorRef memory = IOMemoryDescriptorCreateWithPhysicalAddress(range.pa, range.size, kIODirectionInOut);
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, kIOMapInhibitCache);
    OSObjectRelease((OSObjectRef)memory);
    if (map)
        atlas_name(IOMemoryMapGetVirtualAddress(map), range.size, "fw_cfg");
    return map;
}

bool fw_cfg_open(void)
{
    uint32_t features = 0;

    registers = map_registers();
    if (registers == NULL)
        return false;
    select(SELECT_ID);
    read_bytes(&features, sizeof features); /* little-endian, this one */
    request_memory = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPhysicallyContiguous,
                                                               REQUEST_SIZE, REQUEST_SIZE);
    if ((features & ID_DMA) && request_memory)
        return true;
    fw_cfg_close();
    return false;
}

void fw_cfg_close(void)
{
    OSObjectRelease((OSObjectRef)request_memory);
    OSObjectRelease((OSObjectRef)registers);
    request_memory = NULL;
    registers = NULL;
}

int fw_cfg_find(const char *name)
{
    struct {
        uint32_t size;
        uint16_t selector, reserved;
        char name[FILE_NAME_SIZE];
    } file;
    uint32_t count;

    select(SELECT_DIRECTORY);
    read_bytes(&count, sizeof count);
    for (count = __builtin_bswap32(count); count; count--) {
        read_bytes(&file, sizeof file);
        if (strncmp(file.name, name, sizeof file.name) == 0)
            return __builtin_bswap16(file.selector);
    }
    return -1;
}

bool fw_cfg_write(int selector, const void *bytes, size_t size)
{
    volatile struct request *request = IOBufferMemoryDescriptorGetBytesNoCopy(request_memory);
    uint64_t pa =
        IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)request_memory, 0, NULL, kIOMemoryMapperNone);

    if (size > REQUEST_SIZE - sizeof *request)
        return false;
    memcpy((void *)request->bytes, bytes, size);
    request->control = __builtin_bswap32((uint32_t)selector << 16 | DMA_SELECT | DMA_WRITE);
    request->length = __builtin_bswap32((uint32_t)size);
    request->address = __builtin_bswap64(pa + sizeof *request);
    /* Writes back, and ends in the barrier that keeps the register behind the request. */
    IOFlushProcessorCache(kernel_task, (uintptr_t)request, sizeof *request + size);
    *(volatile uint32_t *)at(DMA) = __builtin_bswap32((uint32_t)(pa >> 32));
    *(volatile uint32_t *)at(DMA + 4) = __builtin_bswap32((uint32_t)pa);
    while (__builtin_bswap32(request->control) & ~(uint32_t)DMA_ERROR)
        ;
    return request->control == 0;
}
