#include "startup/spaces.h"

/* TTBCR.A1 is 0: the ASID is TTBR0's, so that one write changes both (Arm ARM B4.1.155). */
void ttbr0_set(uint64_t root, uint16_t asid)
{
    uint64_t value = root | (uint64_t)asid << 48;

    __asm__ volatile("mcrr p15, 0, %Q0, %R0, c2\n\tisb" : : "r"(value) : "memory");
}
