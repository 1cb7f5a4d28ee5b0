/*
 * Programs for User mode, position-independent: they are copied into a task's page. Each begins with its argument in
 * r0 and speaks by system calls.
 */
#define DOUBLES 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31

        .syntax unified
        .fpu    neon-vfpv4

        .section .rodata.el0_code, "a"
        .balign 64
        .global el0_code
el0_code:

        /* All that it can read ORed together must be its argument: call 1 with the registers' OR and SP. */
        .global el0_look
el0_look:
        mrs     r12, cpsr
        mov     r11, r0
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14
        orr     r0, r0, r\n
        .endr
        lsr     r1, r12, #27 /* N, Z, C, V, Q */
        orr     r0, r0, r1
        and     r1, r12, #0xf0000 /* GE */
        orr     r0, r0, r1
        .irp    n, DOUBLES
        vmov    r1, r2, d\n
        orr     r0, r0, r1
        orr     r0, r0, r2
        .endr
        vmrs    r1, fpscr
        orr     r0, r0, r1
        mrc     p15, 0, r1, c13, c0, 2 /* TPIDRURW */
        orr     r0, r0, r1
        mrc     p15, 0, r1, c13, c0, 3 /* TPIDRURO */
        orr     r0, r0, r1
        mov     r1, sp
        mov     r2, r11
        mov     r3, #33
        mov     r4, #44
        mov     r5, #55
        svc     #1
        b       .

        /* Adds one to what it is told, for ever: call r7 = 500 + its turn. */
        .global el0_count
el0_count:
        mov     r7, #500
1:      add     r0, r0, #1
        svc     #0
        add     r7, r7, #1
        b       1b

        /* Fills every register, calls, and counts those that changed but r0: call 2 with how many, the result, r0. */
        .global el0_keep
el0_keep:
        mov     r11, r0
        mcr     p15, 0, r0, c13, c0, 2
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14
        add     r\n, r11, #\n
        .endr
        .irp    n, DOUBLES
        vmov    d\n, r11, lr
        .endr
        cmp     r0, r0 /* Z and C */
        svc     #3
        sub     r7, r7, #7
        sub     r7, r7, r11 /* 0; errors from here on */
        addne   r7, r7, #1
        .irp    n, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13, 14
        sub     r\n, r\n, #\n
        cmp     r\n, r11
        addne   r7, r7, #1
        .endr
        .irp    n, DOUBLES
        vmov    r1, r2, d\n
        sub     r2, r2, #14
        cmp     r1, r11
        cmpeq   r2, r11
        addne   r7, r7, #1
        .endr
        mrc     p15, 0, r1, c13, c0, 2
        cmp     r1, r11
        addne   r7, r7, #1
        mov     r1, r0
        mov     r0, r7
        svc     #2
        b       .

        /* One access at r0; call 4 with what it got. The access is the first instruction. */
        .global el0_load, el0_store, el0_jump
el0_load:
        ldrb    r0, [r0]
        svc     #4
        b       .
el0_store:
        strb    r0, [r0]
        svc     #4
        b       .
el0_jump:
        bx      r0

        /* A store to the stack; call 6. */
        .global el0_push
el0_push:
        str     r0, [sp]
        svc     #6
        b       .

        /* Eight pages from r0 on: a byte of each is read, written as its number + 1, read: call 7 with both sums. */
        .global el0_pages
el0_pages:
        mov     r1, #0
        mov     r2, #0
        mov     r3, #1
1:      ldrb    r4, [r0]
        add     r1, r1, r4
        strb    r3, [r0]
        ldrb    r4, [r0]
        add     r2, r2, r4
        add     r0, r0, #4096
        add     r3, r3, #1
        cmp     r3, #9
        bne     1b
        mov     r0, r1
        mov     r1, r2
        svc     #7
        b       .

        /* Adds one to r0: call 9, and on with the result, call r7 = 0x12345678. In Thumb. */
        .global el0_thumb
        .thumb
el0_thumb:
        adds    r0, r0, #1
        svc     #9
        ldr     r7, =0x12345678
        svc     #0
        b       .
        .ltorg

        /* Call 0xabcdef. */
        .arm
        .balign 4
        .global el0_wide
el0_wide:
        svc     #0xabcdef
        b       .

        .global el0_code_end
el0_code_end:
