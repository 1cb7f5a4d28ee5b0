/* The registers of long descriptors (Arm ARM B3.6). */
#include "arch/boot.inc"
#include "startup/layout.h"

/* EAE, T1SZ = T0SZ = 1 (2 GiB each side); walks are write-back, inner shareable, as every map of RAM is. */
#define TTBCR_VALUE 0xB5013501

        .section .text.boot.format, "ax"
        /* With the MMU off. Gives SCTLR in r0; uses r1. */
        .global boot_format_start
boot_format_start:
        ldr     r0, =TTBCR_VALUE
        mcr     p15, 0, r0, c2, c0, 2
        isb
        mov     r1, #0
        pa      r0, boot_identity
        mcrr    p15, 0, r0, r1, c2 /* TTBR0 */
        pa      r0, boot_root
        mcrr    p15, 1, r0, r1, c2 /* TTBR1 */
        mcr     p15, 0, r1, c13, c0, 1 /* CONTEXTIDR */
        ldr     r0, =MAIR0_VALUE
        mcr     p15, 0, r0, c10, c2, 0
        ldr     r0, =MAIR1_VALUE
        mcr     p15, 0, r0, c10, c2, 1
        ldr     r0, =SCTLR_VALUE
        bx      lr
        .ltorg

        /* TTBR1 = r2:r3, of a core that is started when the kernel space stands. */
        .global boot_format_ttbr1
boot_format_ttbr1:
        mcrr    p15, 1, r2, r3, c2
        bx      lr

        /* Blocks become pages, as on AArch64: TTBR1 = r0:r1, with r4:r5, an empty table, in between. */
        .section .text.boot.switch, "ax"
        .balign 32 /* the identity map shows one page: sections.ld asserts that this is in it */
        .global boot_switch_ttbr1
boot_switch_ttbr1:
        mcrr    p15, 1, r4, r5, c2
        isb
        mcr     p15, 0, r0, c8, c7, 0
        dsb
        isb
        mcrr    p15, 1, r0, r1, c2
        isb
        bx      lr

        .section .text.high, "ax"
        /* TTBR0 = the table at physical address r0; no TLB entry of the old one stays. Uses r1. */
        .global boot_set_ttbr0
boot_set_ttbr0:
        mov     r1, #0
        mcrr    p15, 0, r0, r1, c2
        isb
        mcr     p15, 0, r0, c8, c7, 0
        dsb
        isb
        bx      lr

        /* void boot_replace_ttbr1(uint64_t ttbr1, uint64_t identity_pa, uint64_t switch_pa) */
        .global boot_replace_ttbr1
        .type   boot_replace_ttbr1, %function
boot_replace_ttbr1:
        push    {r4, r5, r6, lr}
        mrrc    p15, 0, r4, r5, c2
        mcrr    p15, 0, r2, r3, c2
        isb
        ldr     r6, [sp, #16]
        blx     r6
        mov     r0, r4
        bl      boot_set_ttbr0
        pop     {r4, r5, r6, pc}
