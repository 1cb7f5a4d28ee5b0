#include "tests/target/wide_a64.h"

        /* No MMU while its registers change one after the other, and no access to memory. x7 = SCTLR_EL1, x8: M off. */
        .macro  translate_by ttbr0, tcr
        msr     sctlr_el1, x8
        isb
        msr     ttbr0_el1, \ttbr0
        msr     tcr_el1, \tcr
        isb
        tlbi    vmalle1
        dsb     nsh
        isb
        msr     sctlr_el1, x7
        isb
        .endm

        .section .text.wide, "ax"
        .balign 256 /* in one page */
        .global wide_ask
wide_ask:
        ldp     x1, x2, [x0]
        ldp     x3, x4, [x0, #16]
        mrs     x5, ttbr0_el1
        mrs     x6, tcr_el1
        mrs     x7, sctlr_el1
        bic     x8, x7, #1
        translate_by x1, x2
1:      cbz     x4, 3f
        ldp     x9, x10, [x3]
        at      s1e1r, x9
        isb
        mrs     x11, par_el1
        at      s1e1w, x9
        isb
        mrs     x12, par_el1
        stp     x11, x12, [x3, #16]
        cbz     x10, 2f
        ldrb    w11, [x9]
        str     x11, [x3, #32]
2:      add     x3, x3, #WIDE_PROBE_SIZE
        sub     x4, x4, #1
        b       1b
3:      dsb     ish
        translate_by x5, x6
        ret
