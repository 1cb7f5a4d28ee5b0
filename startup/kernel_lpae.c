/* FORMAT=lpae: the tables of the kernel space. */
#include "mmu/mmu.h"
#include "startup/cpu.h"
#include "startup/layout.h"

const struct mmu_format *kernel_format(void)
{
    return &mmu_lpae;
}

unsigned cpu_pa_bits(void)
{
    return 40; /* LPAE's, always (Arm ARM B3.6) */
}
