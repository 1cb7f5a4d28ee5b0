        .section .text.landing, "ax"

        /* bool landing_run(struct landing *, run, arg): true when run came to its end, false by landing_return */
        .global landing_run
landing_run:
        stp     x19, x20, [x0]
        stp     x21, x22, [x0, #16]
        stp     x23, x24, [x0, #32]
        stp     x25, x26, [x0, #48]
        stp     x27, x28, [x0, #64]
        stp     x29, x30, [x0, #80]
        mov     x3, sp
        mrs     x4, daif
        stp     x3, x4, [x0, #96]
        stp     d8, d9, [x0, #112]
        stp     d10, d11, [x0, #128]
        stp     d12, d13, [x0, #144]
        stp     d14, d15, [x0, #160]
        mrs     x3, fpcr
        mrs     x4, spsel
        stp     x3, x4, [x0, #176]
        stp     x29, x30, [sp, #-16]!
        mov     x29, sp
        mov     x0, x2
        blr     x1
        ldp     x29, x30, [sp], #16
        mov     w0, #1
        ret

        /*
         * void landing_return(struct landing *, exception stack's top): from the code that was to run or from an
         * exception on top of it. The exception stack is as it was: empty, unless landing_run was called by a
         * handler of interrupts, on that stack. No ERET: the exception level stays.
         */
        .global landing_return
landing_return:
        msr     daifset, #0xf
        msr     spsel, #1
        mov     sp, x1
        ldp     x5, x2, [x0, #176]
        msr     fpcr, x5
        msr     spsel, x2
        ldp     x3, x4, [x0, #96]
        mov     sp, x3
        ldp     x19, x20, [x0]
        ldp     x21, x22, [x0, #16]
        ldp     x23, x24, [x0, #32]
        ldp     x25, x26, [x0, #48]
        ldp     x27, x28, [x0, #64]
        ldp     x29, x30, [x0, #80]
        ldp     d8, d9, [x0, #112]
        ldp     d10, d11, [x0, #128]
        ldp     d12, d13, [x0, #144]
        ldp     d14, d15, [x0, #160]
        msr     daif, x4
        mov     w0, #0
        ret

        /* void start_on(run, main stack, exception stack): run for ever on other stacks; interrupts are masked */
        .global start_on
start_on:
        msr     spsel, #1
        mov     sp, x2
        msr     spsel, #0
        mov     sp, x1
        mov     x29, xzr
        mov     x30, xzr
        br      x0
