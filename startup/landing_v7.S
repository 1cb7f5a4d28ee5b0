        .syntax unified
        .fpu    neon-vfpv4
        .section .text.landing, "ax"

        /* bool landing_run(struct landing *, run, arg): true when run came to its end, false by landing_return */
        .global landing_run
        .type   landing_run, %function
landing_run:
        mrs     r12, cpsr
        mov     r3, sp
        stmia   r0!, {r3, r12}
        stmia   r0!, {r4-r11, lr}
        vmrs    r3, fpscr
        str     r3, [r0], #4
        vstmia  r0, {d8-d15}
        push    {fp, lr}
        mov     r0, r2
        blx     r1
        pop     {fp, lr}
        mov     r0, #1
        bx      lr

        /*
         * void landing_return(struct landing *, exception stack's top): from the code that was to run or from an
         * exception on top of it. The exception stack is as it was: empty, unless landing_run was called by a
         * handler of interrupts, in SVC mode. No exception return: both modes are as privileged.
         */
        .global landing_return
        .type   landing_return, %function
landing_return:
        cpsid   aif, #0x13
        mov     sp, r1
        clrex
        ldmia   r0!, {r3, r12}
        orr     r2, r12, #0x1c0 /* the mode, with all masked */
        msr     cpsr_cx, r2
        mov     sp, r3
        ldmia   r0!, {r4-r11, lr}
        ldr     r3, [r0], #4
        vmsr    fpscr, r3
        vldmia  r0, {d8-d15}
        msr     cpsr_cx, r12
        mov     r0, #0
        bx      lr

        /* void start_on(run, main stack, exception stack): run for ever on other stacks; interrupts are masked */
        .global start_on
        .type   start_on, %function
start_on:
        cps     #0x13
        mov     sp, r2
        cps     #0x1f
        mov     sp, r1
        mov     fp, #0
        mov     lr, #0
        bx      r0
