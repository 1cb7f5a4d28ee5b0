/* What the distributors of GICv2 and GICv3 have in common. */
#include "boards/gic.h"

enum { PRIORITY = 0xa0a0a0a0 }; /* four at a time; below the mask of 0xff in both security states' views */

void gic_quiet(uintptr_t base, unsigned from, unsigned to)
{
    for (unsigned id = from; id < to; id += 32) {
        *gic_register(base, GICD_ICENABLER + id / 8) = UINT32_MAX;
        *gic_register(base, GICD_ICPENDR + id / 8) = UINT32_MAX;
        for (unsigned i = 0; i < 32; i += 4)
            *gic_register(base, GICD_IPRIORITYR + id + i) = PRIORITY;
    }
}

unsigned gic_id_count(uintptr_t distributor)
{
    unsigned count = 32 * ((*gic_register(distributor, GICD_TYPER) & 31) + 1);

    return count < IRQ_ID_MAX ? count : IRQ_ID_MAX;
}
