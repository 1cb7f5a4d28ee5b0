/*
 * Programs for EL0, position-independent: they are copied into a task's page. Each begins with its argument in x0 and
 * speaks by system calls.
 */
#define UP_TO_15 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#define FROM_21  21, 22, 23, 24, 25, 26, 27, 28, 29, 30

        .section .rodata.el0_code, "a"
        .balign 64
        .global el0_code
el0_code:

        /* All that it can read ORed together must be its argument: call 1 with the registers' OR and SP. */
        .global el0_look
el0_look:
        mov     x20, x0
        .irp    n, UP_TO_15, 16, 17, 18, 19, FROM_21
        orr     x0, x0, x\n
        .endr
        .irp    n, 0, UP_TO_15, 16, 17, 18, 19, 20, FROM_21, 31
        fmov    x1, d\n
        orr     x0, x0, x1
        fmov    x1, v\n\().d[1]
        orr     x0, x0, x1
        .endr
        mrs     x1, nzcv
        orr     x0, x0, x1
        mrs     x1, fpcr
        orr     x0, x0, x1
        mrs     x1, fpsr
        orr     x0, x0, x1
        mrs     x1, tpidr_el0
        orr     x0, x0, x1
        mrs     x1, tpidrro_el0
        orr     x0, x0, x1
        mov     x1, sp
        mov     x2, x20
        mov     x3, #33
        mov     x4, #44
        mov     x5, #55
        svc     #1
        b       .

        /* Adds one to what it is told, for ever: call x8 = 500 + its turn. */
        .global el0_count
el0_count:
        mov     x8, #500
1:      add     x0, x0, #1
        svc     #0
        add     x8, x8, #1
        b       1b

        /* Fills every register, calls, and counts those that changed but x0: call 2 with how many, the result, x0. */
        .global el0_keep
el0_keep:
        mov     x29, x0
        msr     tpidr_el0, x0
        .irp    n, UP_TO_15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30
        add     x\n, x29, #\n
        .endr
        .irp    n, 0, UP_TO_15, 16, 17, 18, 19, 20, FROM_21, 31
        fmov    d\n, x29
        mov     v\n\().d[1], x30
        .endr
        subs    xzr, xzr, xzr /* Z and C */
        svc     #3
        mov     x30, #0 /* errors from here on; it was x29 + 30 */
        cset    w8, ne
        add     x30, x30, x8
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        sub     x\n, x\n, #\n
        cmp     x\n, x29
        cinc    x30, x30, ne
        .endr
        .irp    n, 0, UP_TO_15, 16, 17, 18, 19, 20, FROM_21, 31
        fmov    x8, d\n
        cmp     x8, x29
        cinc    x30, x30, ne
        fmov    x8, v\n\().d[1]
        sub     x8, x8, #30
        cmp     x8, x29
        cinc    x30, x30, ne
        .endr
        mrs     x8, tpidr_el0
        cmp     x8, x29
        cinc    x30, x30, ne
        mov     x1, x0
        mov     x0, x30
        svc     #2
        b       .

        /* One access at x0; call 4 with what it got. The access is the first instruction. */
        .global el0_load, el0_store, el0_jump
el0_load:
        ldrb    w0, [x0]
        svc     #4
        b       .
el0_store:
        strb    w0, [x0]
        svc     #4
        b       .
el0_jump:
        br      x0

        /* A store to the stack; call 6. */
        .global el0_push
el0_push:
        str     x0, [sp]
        svc     #6
        b       .

        /* Eight pages from x0 on: a byte of each is read, written as its number + 1, read: call 7 with both sums. */
        .global el0_pages
el0_pages:
        mov     x1, #0
        mov     x2, #0
        mov     x3, #1
1:      ldrb    w4, [x0]
        add     x1, x1, x4
        strb    w3, [x0]
        ldrb    w4, [x0]
        add     x2, x2, x4
        add     x0, x0, #4096
        add     x3, x3, #1
        cmp     x3, #9
        b.ne    1b
        mov     x0, x1
        mov     x1, x2
        svc     #7
        b       .

        /* Counts in x1, and at x0 + 8, until the byte at x0 is not 0: call 5 with both. */
        .global el0_spin
el0_spin:
        mov     x1, xzr
1:      add     x1, x1, #1
        str     x1, [x0, #8]
        ldrb    w2, [x0]
        cbz     w2, 1b
        mov     x0, x2
        svc     #5
        b       .

        .global el0_code_end
el0_code_end:
