/*
 * The vectors of EL1 with the MMU on. A handler in C may use FP and SIMD (memcpy does), so an exception
 * saves all of them: struct exception in exception.h is this frame.
 */
#include "arch/exception.h"
#include "startup/layout.h"

        .macro vector number
        .balign 128
        sub     sp, sp, #EXCEPTION_SIZE
        /* One bit of SP says whether that left the stack (layout.h); no register is free yet to hold it. */
        add     sp, sp, x0
        sub     x0, sp, x0
        tbz     x0, #EXCEPTION_STACK_SHIFT, exception_stack_overflow
        sub     x0, sp, x0
        sub     sp, sp, x0
        stp     x0, x1, [sp]
        mov     x1, #\number
        b       exception_save
        .endm

        .section .text.vectors, "ax"
        .balign 2048
        .global vectors
vectors:
        .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        vector  \number
        .endr
        .balign 128

        /*
         * x0 = SP, and the SP of now is that plus the x0 of the interrupted code. Nothing will be resumed, but
         * the report shows registers: TPIDR_EL0 and TPIDRRO_EL0 hold x0 and SP while a small stack is set up.
         */
exception_stack_overflow:
        sub     x0, sp, x0
        msr     tpidr_el0, x0
        sub     sp, sp, x0
        mov     x0, sp
        msr     tpidrro_el0, x0
        adrp    x0, overflow_stack_top
        add     x0, x0, :lo12:overflow_stack_top
        mov     sp, x0
        sub     sp, sp, #EXCEPTION_SIZE
        mrs     x0, tpidr_el0
        stp     x0, x1, [sp]
        mov     x1, #16
        b       exception_save

exception_save:
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        mrs     x2, spsr_el1
        mrs     x3, elr_el1
        mrs     x4, sp_el0
        tst     x2, #1
        b.eq    1f /* EL1t: SPSR.M = 0b0100 */
        add     x4, sp, #EXCEPTION_SIZE
        cmp     x1, #16
        b.ne    1f
        mrs     x4, tpidrro_el0
        add     x4, x4, #EXCEPTION_SIZE
1:      stp     x30, x4, [sp, #240]
        stp     x3, x2, [sp, #256]
        mrs     x2, esr_el1
        mrs     x3, far_el1
        stp     x2, x3, [sp, #272]
        stp     q0, q1, [sp, #288]
        stp     q2, q3, [sp, #320]
        stp     q4, q5, [sp, #352]
        stp     q6, q7, [sp, #384]
        stp     q8, q9, [sp, #416]
        stp     q10, q11, [sp, #448]
        stp     q12, q13, [sp, #480]
        stp     q14, q15, [sp, #512]
        stp     q16, q17, [sp, #544]
        stp     q18, q19, [sp, #576]
        stp     q20, q21, [sp, #608]
        stp     q22, q23, [sp, #640]
        stp     q24, q25, [sp, #672]
        stp     q26, q27, [sp, #704]
        stp     q28, q29, [sp, #736]
        stp     q30, q31, [sp, #768]
        mrs     x2, fpsr
        mrs     x3, fpcr
        str     x2, [sp, #800]
        str     x3, [sp, #808]
        mov     x0, sp
        mov     x29, xzr
        bl      exception_handle

exception_return:
        ldr     x2, [sp, #800]
        ldr     x3, [sp, #808]
        msr     fpsr, x2
        msr     fpcr, x3
        ldp     q0, q1, [sp, #288]
        ldp     q2, q3, [sp, #320]
        ldp     q4, q5, [sp, #352]
        ldp     q6, q7, [sp, #384]
        ldp     q8, q9, [sp, #416]
        ldp     q10, q11, [sp, #448]
        ldp     q12, q13, [sp, #480]
        ldp     q14, q15, [sp, #512]
        ldp     q16, q17, [sp, #544]
        ldp     q18, q19, [sp, #576]
        ldp     q20, q21, [sp, #608]
        ldp     q22, q23, [sp, #640]
        ldp     q24, q25, [sp, #672]
        ldp     q26, q27, [sp, #704]
        ldp     q28, q29, [sp, #736]
        ldp     q30, q31, [sp, #768]
        ldp     x3, x2, [sp, #256]
        msr     elr_el1, x3
        msr     spsr_el1, x2
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        ldr     x30, [sp, #240]
        ldp     x0, x1, [sp]
        add     sp, sp, #EXCEPTION_SIZE
        eret

        /*
         * void el0_enter(const struct exception *): from the main stack, interrupts masked, with nothing
         * on the exception stack. Every register that EL0 has comes from the frame.
         */
        .global el0_enter
el0_enter:
        msr     daifset, #0xf
        msr     spsel, #1
        sub     sp, sp, #EXCEPTION_SIZE
        mov     x1, sp
        mov     x2, #EXCEPTION_SIZE
1:      ldp     x3, x4, [x0], #16
        stp     x3, x4, [x1], #16
        subs    x2, x2, #16
        b.ne    1b
        ldr     x2, [sp, #248]
        msr     sp_el0, x2
        b       exception_return

        .section .bss.overflow_stack, "aw", %nobits
        .balign (2 * EXCEPTION_STACK_SIZE) /* the report may fault: its own frames are not taken for an overflow */
        .skip   EXCEPTION_STACK_SIZE + 8192
        .global overflow_stack_top
overflow_stack_top:
