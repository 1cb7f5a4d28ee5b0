/* FORMAT=short: the tables of the kernel space. */
#include "mmu/mmu.h"
#include "startup/cpu.h"
#include "startup/layout.h"

enum { VMSA_PXN = 4 }; /* ID_MMFR0.VMSA: from here on sections have PXN */

const struct mmu_format *kernel_format(void)
{
    uint32_t id_mmfr0;

    __asm__("mrc p15, 0, %0, c0, c1, 4" : "=r"(id_mmfr0));
    return (id_mmfr0 & 0xf) >= VMSA_PXN ? &mmu_short_pxn : &mmu_short;
}

unsigned cpu_pa_bits(void)
{
    return 32; /* 40 with supersections only, which no other leaf can follow */
}
