#include "startup/spaces.h"

/* TCR_EL1.A1 is 0: the ASID is TTBR0_EL1's, so that one write changes both. */
void ttbr0_set(uint64_t root, uint16_t asid)
{
    __asm__ volatile("msr ttbr0_el1, %0\n\tisb" : : "r"(root | (uint64_t)asid << 48) : "memory");
}
