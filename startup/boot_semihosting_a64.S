/* intptr_t semihosting_call(unsigned operation, const void *argument) */
        .section .text.boot.semihosting, "ax"
        .global semihosting_call, semihosting_hlt
semihosting_call:
        /* w0 = operation, x1 = argument. The vectors skip an undefined HLT and put -1 into x0. */
semihosting_hlt:
        hlt     #0xf000
        ret
