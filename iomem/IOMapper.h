/*
 * Mappers: what stands between a device's addresses and the CPU's physical ones. At most one is the system's; without
 * it a device address is the physical address. With it, every descriptor made without kIOMemoryMapperNone goes through
 * it: a physical one was described by device addresses, and the segments of any are device addresses too, unless asked
 * for with kIOMemoryMapperNone. Virtual memory gets its device addresses with the first such segment, all of it in one
 * run, and loses them with its last complete; a buffer that has been made longer gets others with the next segment.
 */
#ifndef IOMEM_IOMAPPER_H
#define IOMEM_IOMAPPER_H

#include "iomem/IOMemoryDescriptor.h"
#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mapOptions of iovmMapMemory and iovmInsert. */
enum {
    kIODMAMapReadAccess = 0x1, /* the device may read */
    kIODMAMapWriteAccess = 0x2,
    kIODMAMapPhysicallyContiguous = 0x10,
    kIODMAMapDeviceMemory = 0x20,
    kIODMAMapPagingPath = 0x40,
    kIODMAMapIdentityMap = 0x80,
    kIODMAMapPageListFullyOccupied = 0x100,
    kIODMAMapFixedAddress = 0x200
};

/* The memory's physical pages, for a mapper that does not ask for segments. */
typedef struct {
    uint32_t pageOffset, pageListCount; /* bytes into the first page; pages */
    const void *pageList;               /* one entry a page */
} IODMAMapPageList;

/*
 * What a kind of mapper does; addresses and lengths in bytes. None of it may wait, or call into the memory classes
 * beyond segments. A NULL member: initHardware succeeds, the page size is 4096, the rest is kIOReturnUnsupported or 0.
 */
typedef struct IOMapperClass {
    bool (*initHardware)(IOMapperRef mapper, void *provider); /* once, by IOMapperStart; false: it does not start */
    uint64_t (*getPageSize)(IOMapperRef mapper);              /* in bytes; asked once, by IOMapperStart */
    /*
     * Allocate device addresses, and show memory there unless it is NULL. *mapAddress is the first byte's. Virtual
     * memory that is mapped whole asks for the accesses of its last prepare, anything else to be read and, unless it is
     * prepared only for that, written. specification is NULL, or what is to hold for the addresses: of such memory,
     * a buffer's alignment and mask and kIODirectionPrepareToPhys32 together with the caller's.
     */
    IOReturn (*iovmMapMemory)(IOMapperRef mapper, IOMemoryDescriptorRef memory, uint64_t descriptorOffset,
                              uint64_t length, uint32_t mapOptions, const IODMAMapSpecification *specification,
                              IODMACommandRef command, const IODMAMapPageList *pageList, uint64_t *mapAddress,
                              uint64_t *mapLength);
    /* On return no device reaches anything by these addresses any more. memory and command may be NULL. */
    IOReturn (*iovmUnmapMemory)(IOMapperRef mapper, IOMemoryDescriptorRef memory, IODMACommandRef command,
                                uint64_t mapAddress, uint64_t mapLength);
    /* Show physical pages inside a range that was allocated without memory. */
    IOReturn (*iovmInsert)(IOMapperRef mapper, uint32_t options, uint64_t mapAddress, uint64_t offset,
                           uint64_t physicalAddress, uint64_t length);
    uint64_t (*mapToPhysicalAddress)(IOMapperRef mapper, uint64_t mappedAddress); /* 0: nothing is mapped there */
} IOMapperClass;

/* A mapper of the class, which stays the caller's and outlives it; a reference, or NULL without memory. */
IOMapperRef IOMapperCreateWithClass(const IOMapperClass *mapperClass, void *context);
/*
 * For buses that add a constant: the device's address is the physical one + offset (which may wrap), for the size bytes
 * of physical memory from start on; others it does not reach. It remaps nothing: scattered memory keeps its segments,
 * and DMAMap wants memory that lies together (else kIOReturnNoResources). NULL: size 0, or no memory.
 */
IOMapperRef IOMapperCreateWithOffset(uint64_t offset, IOPhysicalAddress start, IOPhysicalLength size);
void *IOMapperGetContext(IOMapperRef mapper);
uint64_t IOMapperGetPageSize(IOMapperRef mapper); /* in bytes; 0 before it has started */

/*
 * Once a mapper: initHardware, and then, if isSystem, it is the system mapper, which is retained. false: refused by
 * its hardware or started before; nothing has changed.
 */
bool IOMapperStart(IOMapperRef mapper, void *provider, bool isSystem);

/* The mapper started with that provider, the index-th of them in the order of their starts: a reference, or NULL. */
IOMapperRef IOMapperCopyMapperForDevice(void *device);
IOMapperRef IOMapperCopyMapperForDeviceWithIndex(void *device, unsigned index);

/* true: a system mapper is about to start. false: there is none, and one that there was is released. */
void IOMapperSetMapperRequired(bool hasMapper);
/* Borrowed; NULL when there is none. Asking settles it: one that was to start and has not is given up, and logged. */
IOMapperRef IOMapperGetSystemMapper(void);

/*
 * Addresses and counts are in pages of 4096 bytes; the system mapper's. Alloc: 0 is failure, and the answer without a
 * mapper or for no pages. Insert shows `page` at address + offset and returns that; without a system mapper it
 * returns page itself; address 0 panics otherwise.
 */
ppnum_t IOMapperIOVMAlloc(unsigned pages);
void IOMapperIOVMFree(ppnum_t address, unsigned pages);
ppnum_t IOMapperInsertPage(ppnum_t address, unsigned offset, ppnum_t page);

/*
 * One access of exactly this width at a device address (without a system mapper, a physical one), by an alias that has
 * the page's own cache mode. No byte swap, no barrier. Panics when the access crosses a page, or is misaligned
 * and not on Normal memory. An address that nothing is mapped at reads as ones, and is logged; writes are dropped.
 */
UInt8 IOMappedRead8(IOPhysicalAddress address);
UInt16 IOMappedRead16(IOPhysicalAddress address);
UInt32 IOMappedRead32(IOPhysicalAddress address);
UInt64 IOMappedRead64(IOPhysicalAddress address);
void IOMappedWrite8(IOPhysicalAddress address, UInt8 value);
void IOMappedWrite16(IOPhysicalAddress address, UInt16 value);
void IOMappedWrite32(IOPhysicalAddress address, UInt32 value);
void IOMappedWrite64(IOPhysicalAddress address, UInt64 value);

#ifdef __cplusplus
}
#endif

#endif
