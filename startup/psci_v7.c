#include "startup/psci.h"

int psci_cpu_on(bool smc, uint64_t affinity, uint64_t entry, uint64_t context)
{
    register uint32_t r0 __asm__("r0") = 0x84000003;
    register uint32_t r1 __asm__("r1") = (uint32_t)affinity;
    register uint32_t r2 __asm__("r2") = (uint32_t)entry;
    register uint32_t r3 __asm__("r3") = (uint32_t)context;

    if (smc)
        __asm__ volatile(".arch_extension sec\n\tsmc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "r12", "memory");
    else
        __asm__ volatile(".arch_extension virt\n\thvc #0" : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3) : : "r12", "memory");
    return (int)r0;
}
