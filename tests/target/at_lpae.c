#include "tests/target/at.h"

uint64_t at_ask(uint64_t va, enum at_access access)
{
    uint64_t par;
    uint32_t va32 = (uint32_t)va;

    switch (access) {
    case AT_EL1_READ:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" ::"r"(va32) : "memory"); /* ATS1CPR */
        break;
    case AT_EL1_WRITE:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" ::"r"(va32) : "memory"); /* ATS1CPW */
        break;
    case AT_EL0_READ:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" ::"r"(va32) : "memory"); /* ATS1CUR */
        break;
    case AT_EL0_WRITE:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 3" ::"r"(va32) : "memory"); /* ATS1CUW */
        break;
    }
    __asm__ volatile("isb\n\tmrrc p15, 0, %Q0, %R0, c7" : "=r"(par)::"memory");
    return par;
}

uint8_t at_mair_here(uint8_t mair)
{
    return mair == 0x08 || mair == 0x0c ? 0x04 : mair;
}
