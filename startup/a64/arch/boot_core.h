/* What a core that starts reads while its MMU is off, 8 bytes each: AArch64. */
#ifndef ARCH_BOOT_CORE_H
#define ARCH_BOOT_CORE_H

#define BOOT_CORE_TTBR0    0
#define BOOT_CORE_TCR      16
#define BOOT_CORE_SCTLR    32
#define BOOT_CORE_STACKS   48
#define BOOT_CORE_RUN      64
#define BOOT_CORE_AFFINITY 72

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct boot_core {
    uint64_t ttbr0, ttbr1; /* the identity map, the kernel space */
    uint64_t tcr, mair;
    uint64_t sctlr;
    uint64_t record; /* its struct core: TPIDR_EL1 */
    uint64_t main_stack, exception_stack;
    uint64_t run;
    uint64_t affinity; /* whose this is: MPIDR's fields, what else is there left out */
};

_Static_assert(offsetof(struct boot_core, ttbr0) == BOOT_CORE_TTBR0, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, tcr) == BOOT_CORE_TCR, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, sctlr) == BOOT_CORE_SCTLR, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, main_stack) == BOOT_CORE_STACKS, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, run) == BOOT_CORE_RUN, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, affinity) == BOOT_CORE_AFFINITY, "boot_a64.S");
#endif

#endif
