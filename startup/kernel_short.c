/* FORMAT=short: the tables of the kernel space. */
#include "mmu/mmu.h"
#include "startup/cpu.h"
#include "startup/layout.h"

const struct mmu_format *const kernel_format = &mmu_short;

unsigned cpu_pa_bits(void)
{
    return 32; /* 40 with supersections only, which no other leaf can follow */
}
