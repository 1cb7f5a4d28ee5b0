/*
 * The vectors with the MMU on. Each exception leaves its own mode at once for SVC, whose stack is the handlers'; the
 * other modes' SP points at a few words in which the way there is noted. A handler in C may use FP and SIMD, so an
 * exception saves all of them: struct exception in v7/arch/exception.h is this frame.
 */
#include "arch/exception.h"
#include "startup/layout.h"

#define SAVE_SIZE 32 /* r0, pc, cpsr, vector, then scratch */

        .syntax unified
        .arch_extension sec
        .fpu    neon-vfpv4

        .macro taken number, adjust
        sub     lr, lr, #\adjust /* Arm ARM B1.8.3: the preferred return address, or the instruction itself */
        stmia   sp, {r0, lr}
        mrs     r0, spsr
        str     r0, [sp, #8]
        mov     r0, #\number
        str     r0, [sp, #12]
        mov     r0, sp
        cpsid   if, #0x13
        b       exception_save
        .endm

        .section .text.vectors, "ax"
        .balign 32
        .global vectors
vectors:
        b       . /* never: reset is not ours */
        b       undefined
        b       svc
        b       prefetch_abort
        b       data_abort
        b       . /* HYP's */
        b       irq
        taken   EXCEPTION_FIQ, 4
undefined:
        taken   EXCEPTION_UNDEFINED, 4
prefetch_abort:
        taken   EXCEPTION_PREFETCH_ABORT, 4
data_abort:
        taken   EXCEPTION_DATA_ABORT, 8
irq:
        taken   EXCEPTION_IRQ, 4
svc:    /* on the handlers' stack already: the words are its own, in what becomes the end of the frame */
        sub     sp, sp, #SAVE_SIZE
        stmia   sp, {r0, lr}
        mrs     r0, spsr
        str     r0, [sp, #8]
        mov     r0, #EXCEPTION_SVC
        str     r0, [sp, #12]
        mov     r0, sp
        add     sp, sp, #SAVE_SIZE
        cpsid   if
        b       exception_save

        /* r0 = the words; SP and LR are SVC's, as the interrupted code had them if it was a handler. */
exception_save:
        str     r1, [r0, #16]
        mov     r1, sp
        sub     sp, sp, #EXCEPTION_SIZE
        tst     sp, #EXCEPTION_STACK_SIZE /* one bit of SP says whether that left the stack (layout.h) */
        beq     exception_stack_overflow
.Lon_a_stack:
        bic     sp, sp, #7
        str     r1, [sp, #72]
        ldr     r1, [r0, #16]
        stmib   sp, {r1-r12}
        str     lr, [sp, #68]
        ldm     r0, {r1-r4}
        str     r1, [sp]
        str     r2, [sp, #60]
        str     r3, [sp, #64]
        and     r3, r3, #0x1f
        cmp     r3, #0x13
        add     r5, sp, #52
        stmiane r5, {sp, lr}^
        ldreq   r3, [sp, #72]
        stmiaeq r5, {r3, lr}
        add     r5, sp, #88
        vstmia  r5!, {d0-d15}
        vstmia  r5!, {d16-d31}
        vmrs    r6, fpscr
        str     r6, [r5]
        mov     r0, sp
        mov     r1, r4
        mov     fp, #0
        bl      exception_take

exception_return:
        add     r5, sp, #88
        vldmia  r5!, {d0-d15}
        vldmia  r5!, {d16-d31}
        ldr     r6, [r5]
        vmsr    fpscr, r6
        ldr     r0, [sp, #72]
        ldr     r1, [sp, #60]
        ldr     r2, [sp, #64]
        stmdb   r0!, {r1, r2} /* still inside the frame, or the words' place behind it */
        str     r0, [sp, #72]
        ldr     lr, [sp, #68]
        clrex
        ldm     sp, {r0-r12}
        ldr     sp, [sp, #72]
        rfeia   sp!

        /* void el0_enter(const struct exception *), see startup/el0.h. Every register that EL0 has is the frame's. */
        .global el0_enter
        .type   el0_enter, %function
el0_enter:
        cpsid   aif, #0x13
        mov     r2, sp
        sub     sp, sp, #EXCEPTION_SIZE
        mov     r1, sp
1:      ldmia   r0!, {r4-r11}
        stmia   r1!, {r4-r11}
        cmp     r1, r2
        blo     1b
        str     r2, [sp, #72]
        add     r5, sp, #52
        ldmia   r5, {sp, lr}^
        nop     /* before the next use of a banked register */
        b       exception_return

exception_stack_overflow:
        ldr     sp, =overflow_stack_top
        sub     sp, sp, #EXCEPTION_SIZE
        str     r1, [sp, #72]
        ldr     r1, [r0, #12]
        orr     r1, r1, #EXCEPTION_OVERFLOW
        str     r1, [r0, #12]
        ldr     r1, [sp, #72]
        b       .Lon_a_stack
        .ltorg

        /* void vectors_start(unsigned core), in SVC: where its abort, undefined, IRQ and FIQ modes note the way. */
        .global vectors_start
        .type   vectors_start, %function
vectors_start:
        ldr     r1, =vector_words
        add     r0, r1, r0, lsl #7
        .irp    mode, 0x17, 0x1b, 0x12, 0x11
        cps     #\mode
        mov     sp, r0
        add     r0, r0, #SAVE_SIZE
        .endr
        cps     #0x13
        bx      lr
        .ltorg

        .section .bss.overflow_stack, "aw", %nobits
        .balign (2 * EXCEPTION_STACK_SIZE) /* the report may fault: its own frames are not taken for an overflow */
        .skip   EXCEPTION_STACK_SIZE + 8192
overflow_stack_top:

        .section .bss.vector_words, "aw", %nobits
        .balign 16
vector_words:
        .skip   CORE_MAX * 4 * SAVE_SIZE
