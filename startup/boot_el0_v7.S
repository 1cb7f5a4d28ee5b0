/* arch/user_rights.h on this core. A reset leaves most of these registers unknown. */
#include "arch/user_rights.h"

        .syntax unified
        .section .text.boot.el0, "ax"

        /* Uses r0, r1. ThumbEE, the PMU and the debug registers may not be there. */
        .global boot_el0_rights
boot_el0_rights:
        mov     r1, #CNTKCTL_VALUE
        mcr     p15, 0, r1, c14, c1, 0
        mov     r1, #0
        mcr     p15, 0, r1, c13, c0, 2 /* TPIDRURW */
        mcr     p15, 0, r1, c13, c0, 3 /* TPIDRURO */
        mrc     p15, 0, r0, c0, c1, 0  /* ID_PFR0 */
        tst     r0, #(0xf << 12)
        movne   r1, #TEECR_XED
        mcrne   p14, 6, r1, c0, c0, 0 /* TEECR */
        mrc     p15, 0, r0, c0, c1, 2 /* ID_DFR0 */
        ubfx    r1, r0, #24, #4       /* PerfMon: 0 and 15 are none of Arm's */
        sub     r1, r1, #1
        cmp     r1, #14
        mov     r1, #PMUSERENR_VALUE
        mcrlo   p15, 0, r1, c9, c14, 0
        tst     r0, #0xf /* CopDbg */
        mrcne   p14, 0, r1, c0, c2, 2 /* DBGDSCRext */
        orrne   r1, r1, #DBGDSCR_UDCCDIS
        mcrne   p14, 0, r1, c0, c2, 2
        isb
        bx      lr
