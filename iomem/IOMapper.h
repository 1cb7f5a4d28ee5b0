/*
 * Device addresses. Without a system mapper, and this release has none, a device address is the
 * CPU's physical address.
 */
#ifndef IOMEM_IOMAPPER_H
#define IOMEM_IOMAPPER_H

#include "iomem/IOTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Addresses and counts are in pages. Alloc: 0 is failure, and the answer without a system mapper. */
ppnum_t IOMapperIOVMAlloc(unsigned pages);
void IOMapperIOVMFree(ppnum_t address, unsigned pages);
/* The device's page number for `page`: without a system mapper, page itself. */
ppnum_t IOMapperInsertPage(ppnum_t address, unsigned offset, ppnum_t page);

/*
 * One access of exactly this width at a physical address, by an alias that has the page's own
 * cache mode. No byte swap, no barrier. Panics when the access crosses a page, or is misaligned
 * and not on Normal memory.
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
