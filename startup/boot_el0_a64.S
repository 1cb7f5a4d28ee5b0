/* arch/user_rights.h on this core. A reset leaves most of these registers unknown. */
#include "arch/user_rights.h"

        .section .text.boot.el0, "ax"

        /* Uses x0, x1. The PMU and the activity monitors may not be there; AMUSERENR_EL0 is S3_3_C13_C2_3. */
        .global boot_el0_rights
boot_el0_rights:
        mov     x0, #CPACR_EL0_RIGHTS
        msr     cpacr_el1, x0
        mov     x0, #CNTKCTL_EL0_RIGHTS
        msr     cntkctl_el1, x0
        mov     x0, #MDSCR_EL0_RIGHTS
        msr     mdscr_el1, x0
        msr     tpidrro_el0, xzr
        mrs     x0, id_aa64dfr0_el1
        ubfx    x0, x0, #8, #4
        cbz     x0, 1f
        cmp     x0, #0xf
        b.eq    1f
        mov     x1, #PMUSERENR_EL0_RIGHTS
        msr     pmuserenr_el0, x1
1:      mrs     x0, id_aa64pfr0_el1
        ubfx    x0, x0, #44, #4
        cbz     x0, 1f
        mov     x1, #AMUSERENR_EL0_RIGHTS
        msr     S3_3_C13_C2_3, x1
1:      isb
        ret
