/* The one place where IOKit's cache modes and codes meet the engine's attributes and errors. */
#ifndef IOMEM_TRANSLATE_H
#define IOMEM_TRANSLATE_H

#include <stdint.h>

#include "iomem/IOTypes.h"
#include "mmu/mmu.h"

/* The mode in a word of map options; kIODefaultCache for one that does not exist. */
unsigned translate_cache_option(IOOptionBits options);

/* The memory type of a mode on RAM or off it. Default is Copyback on RAM and Inhibit off it. */
uint32_t translate_type(unsigned mode, bool ram);
enum { TRANSLATE_DEVICE = MMU_DEVICE_nGnRnE }; /* that of Inhibit off RAM */

/* May the mode be cached? Such a mode is for RAM only. */
bool translate_is_cacheable(unsigned mode);

/* Is it Device memory on RAM: no unaligned access, no DC ZVA? */
bool translate_is_device(unsigned mode);

/* How the tables spell a memory type: its index in MAIR_EL1 (0x0C0804FF00BB44FF), and its shareability field. */
uint8_t translate_mair_index(uint32_t attr);
uint8_t translate_shareability(uint32_t attr);

IOReturn translate_error(int mmu_error);

#endif
