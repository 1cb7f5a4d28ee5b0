/* intptr_t semihosting_call(unsigned operation, const void *argument) */
        .syntax unified
        .section .text.boot.semihosting, "ax"
        .global semihosting_call, semihosting_hlt
        .type   semihosting_call, %function
semihosting_call:
        /* r0 = operation, r1 = argument. The vectors skip an undefined HLT and put -1 into r0. */
semihosting_hlt:
        .inst   0xe10f0070 /* HLT #0xf000, which assemblers know for ARMv8 only */
        bx      lr
