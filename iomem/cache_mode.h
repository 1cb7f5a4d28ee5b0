/*
 * A cache mode is a property of physical memory: one mode a page, in every mapping of it, the linear map
 * included, so that no two aliases ever disagree (DDI 0487 B2.8: mismatched attributes lose coherence).
 * RAM that the port manages carries it in its frame's record, 0 meaning write-back; what is not RAM has no record,
 * and its mode is that of whoever maps it now. Modes are kIOxxxCache values, 10 and above stand for the default.
 * The caller holds the memory lock. Addresses and sizes are in bytes.
 */
#ifndef IOMEM_CACHE_MODE_H
#define IOMEM_CACHE_MODE_H

#include "iomem/IOTypes.h"
#include "iomem/rmap.h"

/*
 * The mode of the page that holds pa: what was set last, else Copyback on RAM, Inhibit off RAM, never Default.
 * *size, at least 1 on entry, is cut to the bytes from pa on that have this mode.
 */
unsigned cache_mode_of(uint64_t pa, uint64_t *size);

/* Pages that have one mode now, and are all RAM or all not. */
struct cache_piece {
    uint64_t pa, size;
    unsigned mode;
    bool ram;
    bool shown; /* off RAM: a live mapping has this mode; false: nobody's does, and it is Inhibit */
};

/* Those at the start of [pa, pa + max), which is pages. */
struct cache_piece cache_piece_at(uint64_t pa, uint64_t max);

static inline unsigned cache_mode_at(uint64_t pa)
{
    uint64_t one = 1;

    return cache_mode_of(pa, &one);
}

/*
 * Give [pa, pa + size) a mode: RAM records, the linear map, every live mapping. Default changes nothing. All or
 * nothing: kIOReturnNotAligned     RAM whose pages are not covered whole kIOReturnNotPermitted   RAM that the runtime
 * uses for itself, or that has no record kIOReturnUnsupported    a cacheable mode on an address that is not RAM
 *   kIOReturnNoMemory       no table memory
 *   kIOReturnVMError        the owner of a space forbids breaking a mapping
 */
IOReturn cache_mode_set(uint64_t pa, uint64_t size, unsigned mode);

/* For several runs, together all or nothing. The caller has joined runs that touch. */
struct cache_run {
    uint64_t pa, size;
};
IOReturn cache_mode_apply(const struct cache_run *runs, size_t count, unsigned mode);

/* RAM is about to change hands: write-back again. Almost free while no page has a mode. False: it could not be done. */
bool cache_mode_reset(uint64_t pa, uint64_t size);

#endif
