#include "startup/spaces.h"

#include "startup/boot.h"

enum { TTBR_WALKS = 0x6a }; /* boot_format_short.S */

static void set_table(uint32_t root)
{
    __asm__ volatile("mcr p15, 0, %0, c2, c0, 0\n\tisb" : : "r"(root | TTBR_WALKS) : "memory");
}

/*
 * The ASID is CONTEXTIDR's: between the two writes the low half must translate nothing, or one space's entries could
 * get the other one's number (Arm ARM B3.10.4, synchronization of changes of ASID and TTBR).
 */
void ttbr0_set(uint64_t root, uint16_t asid)
{
    set_table((uint32_t)boot_image_pa(empty_table));
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 1\n\tisb" : : "r"((uint32_t)asid) : "memory");
    set_table((uint32_t)root);
}
