#include "tests/target/at.h"

uint64_t at_ask(uint64_t va, enum at_access access)
{
    uint64_t par;

    switch (access) {
    case AT_EL1_READ:
        __asm__ volatile("at s1e1r, %0" ::"r"(va) : "memory");
        break;
    case AT_EL1_WRITE:
        __asm__ volatile("at s1e1w, %0" ::"r"(va) : "memory");
        break;
    case AT_EL0_READ:
        __asm__ volatile("at s1e0r, %0" ::"r"(va) : "memory");
        break;
    case AT_EL0_WRITE:
        __asm__ volatile("at s1e0w, %0" ::"r"(va) : "memory");
        break;
    }
    /* PAR_EL1 is seen by a later read only after a context synchronisation (D8.9.1). */
    __asm__ volatile("isb\n\tmrs %0, par_el1" : "=r"(par)::"memory");
    return par;
}

uint8_t at_mair_here(uint8_t mair)
{
    return mair;
}
