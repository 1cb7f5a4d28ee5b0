#include "iomem/translate.h"

struct types {
    uint8_t ram, other;
};

/*
 * Device modes on RAM are all Device-GRE, as in IOKit; RealTime is Normal non-cacheable on both.
 * Cacheable modes off RAM are refused before they get here.
 */
static const struct types types[] = {
    [kIODefaultCache] = {MMU_WRITEBACK, MMU_DEVICE_nGnRnE},
    [kIOInhibitCache] = {MMU_DEVICE_GRE, TRANSLATE_DEVICE},
    [kIOWriteThruCache] = {MMU_WRITETHROUGH, MMU_WRITETHROUGH},
    [kIOCopybackCache] = {MMU_WRITEBACK, MMU_WRITEBACK},
    [kIOWriteCombineCache] = {MMU_UNCACHED, MMU_UNCACHED},
    [kIOCopybackInnerCache] = {MMU_WRITEBACK, MMU_WRITEBACK},
    [kIOPostedWrite] = {MMU_DEVICE_GRE, MMU_DEVICE_nGnRE},
    [kIORealTimeCache] = {MMU_UNCACHED, MMU_UNCACHED},
    [kIOPostedReordered] = {MMU_DEVICE_GRE, MMU_DEVICE_nGRE},
    [kIOPostedCombinedReordered] = {MMU_DEVICE_GRE, MMU_DEVICE_GRE},
};

#define MODE_COUNT (sizeof types / sizeof types[0])

unsigned translate_cache_option(IOOptionBits options)
{
    unsigned mode = (options & kIOMapCacheMask) >> kIOMapCacheShift;

    return mode < MODE_COUNT ? mode : kIODefaultCache;
}

uint32_t translate_type(unsigned mode, bool ram)
{
    const struct types *row = &types[mode < MODE_COUNT ? mode : kIODefaultCache];

    return ram ? row->ram : row->other;
}

bool translate_is_cacheable(unsigned mode)
{
    return mode == kIOWriteThruCache || mode == kIOCopybackCache || mode == kIOCopybackInnerCache;
}

bool translate_is_device(unsigned mode)
{
    return translate_type(mode, true) <= MMU_DEVICE_GRE;
}

uint8_t translate_mair_index(uint32_t attr)
{
    static const uint8_t index[] = {
        [MMU_DEVICE_nGnRnE] = 3, [MMU_DEVICE_nGnRE] = 5, [MMU_DEVICE_nGRE] = 6, [MMU_DEVICE_GRE] = 7,
        [MMU_UNCACHED] = 1,      [MMU_WRITETHROUGH] = 2, [MMU_WRITEBACK] = 0,
    };

    return index[attr & MMU_TYPE_MASK];
}

/*
 * Inner shareable where it matters: the CPU takes Device and Normal non-cacheable memory as outer
 * shareable, whatever the entry says (DDI 0487 B2.7).
 */
uint8_t translate_shareability(uint32_t attr)
{
    return (attr & MMU_TYPE_MASK) >= MMU_WRITETHROUGH ? 3 : 2;
}

IOReturn translate_error(int mmu_error)
{
    switch (mmu_error) {
    case MMU_OK:
        return kIOReturnSuccess;
    case MMU_RANGE:
        return kIOReturnBadArgument;
    case MMU_OVERLAP:
        return kIOReturnNoSpace;
    case MMU_NOT_MAPPED:
        return KERN_INVALID_ADDRESS;
    case MMU_TABLES:
        return kIOReturnNoMemory;
    case MMU_ATTR:
        return kIOReturnUnsupported;
    default:
        return kIOReturnVMError; /* a block that may not be cut, or a range its owner protects */
    }
}
