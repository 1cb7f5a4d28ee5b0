/* What a core that starts reads while its MMU is off: AArch32. Translation is set up as the first core's was. */
#ifndef ARCH_BOOT_CORE_H
#define ARCH_BOOT_CORE_H

#define BOOT_CORE_TTBR1    0
#define BOOT_CORE_RECORD   8
#define BOOT_CORE_AFFINITY 24

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct boot_core {
    uint64_t ttbr1;  /* the kernel space's table */
    uint32_t record; /* its struct core: TPIDRPRW */
    uint32_t main_stack, exception_stack;
    uint32_t run;
    uint64_t affinity; /* whose this is: MPIDR[23:0] */
};

_Static_assert(offsetof(struct boot_core, ttbr1) == BOOT_CORE_TTBR1, "boot_v7.S");
_Static_assert(offsetof(struct boot_core, record) == BOOT_CORE_RECORD, "boot_v7.S");
_Static_assert(offsetof(struct boot_core, run) == BOOT_CORE_RECORD + 12, "boot_v7.S");
_Static_assert(offsetof(struct boot_core, affinity) == BOOT_CORE_AFFINITY, "boot_v7.S");
#endif

#endif
