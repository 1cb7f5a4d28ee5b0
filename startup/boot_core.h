/* What a core that starts reads while its MMU is off, 8 bytes each: AArch64. */
#ifndef STARTUP_BOOT_CORE_H
#define STARTUP_BOOT_CORE_H

#define BOOT_CORE_TTBR0  0
#define BOOT_CORE_TCR    16
#define BOOT_CORE_SCTLR  32
#define BOOT_CORE_STACKS 48
#define BOOT_CORE_RUN    64

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
};

_Static_assert(offsetof(struct boot_core, ttbr0) == BOOT_CORE_TTBR0, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, tcr) == BOOT_CORE_TCR, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, sctlr) == BOOT_CORE_SCTLR, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, main_stack) == BOOT_CORE_STACKS, "boot_a64.S");
_Static_assert(offsetof(struct boot_core, run) == BOOT_CORE_RUN, "boot_a64.S");

extern char boot_core[]; /* where it begins: its physical address is for PSCI */

/* For cores that wait in our own park: the affinity and bit 63, then the struct boot_core's physical address. */
extern volatile uint64_t boot_release[2];
#endif

#endif
