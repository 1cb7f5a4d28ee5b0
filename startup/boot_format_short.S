/* The registers of short descriptors (Arm ARM B3.5), with TEX remap and the access flag (SCTLR.TRE, AFE). */
#include "arch/boot.inc"
#include "startup/layout.h"

/*
 * PRRR: regions 0 Strongly-ordered, 1 to 3 Device, the others Normal; S means shareable, of Normal memory inner
 * shareable. NMRR: 4 not cached, 5 write-through, 7 write-back with write-allocate.
 */
#define PRRR_VALUE  0xA00B8A54 /* mmu/space.h: MMU_SHORT_PRRR and _NMRR */
#define NMRR_VALUE  0x48004800
#define TTBCR_VALUE 1    /* N: the upper 2 GiB are TTBR1's */
#define TTBR_WALKS  0x6A /* walks are write-back with write-allocate, inner shareable: IRGN, NOS, RGN, S */
#define SCTLR_SHORT 0x30000000

        .section .text.boot.format, "ax"
        /* With the MMU off. Gives SCTLR in r0; uses r1. */
        .global boot_format_start
boot_format_start:
        mov     r0, #TTBCR_VALUE
        mcr     p15, 0, r0, c2, c0, 2
        pa      r0, boot_identity
        orr     r0, r0, #TTBR_WALKS
        mcr     p15, 0, r0, c2, c0, 0
        pa      r0, boot_root
        orr     r0, r0, #TTBR_WALKS
        mcr     p15, 0, r0, c2, c0, 1
        mov     r0, #0
        mcr     p15, 0, r0, c13, c0, 1 /* CONTEXTIDR */
        mov     r0, #1 /* DACR: domain 0 by its entries, no other */
        mcr     p15, 0, r0, c3, c0, 0
        ldr     r0, =PRRR_VALUE
        mcr     p15, 0, r0, c10, c2, 0
        ldr     r0, =NMRR_VALUE
        mcr     p15, 0, r0, c10, c2, 1
        ldr     r0, =(SCTLR_VALUE | SCTLR_SHORT)
        bx      lr
        .ltorg

        /* TTBR1 = r2, of a core that is started when the kernel space stands. */
        .global boot_format_ttbr1
boot_format_ttbr1:
        orr     r2, r2, #TTBR_WALKS
        mcr     p15, 0, r2, c2, c0, 1
        bx      lr

        /* Sections become pages, as on AArch64: TTBR1 = r0, with r4, an empty table, in between. */
        .section .text.boot.switch, "ax"
        .balign 32 /* the identity map shows one page: sections.ld asserts that this is in it */
        .global boot_switch_ttbr1
boot_switch_ttbr1:
        mcr     p15, 0, r4, c2, c0, 1
        isb
        mcr     p15, 0, r0, c8, c7, 0
        dsb
        isb
        mcr     p15, 0, r0, c2, c0, 1
        isb
        bx      lr

        .section .text.high, "ax"
        /* TTBR0 = the table at physical address r0; no TLB entry of the old one stays. */
        .global boot_set_ttbr0
boot_set_ttbr0:
        orr     r0, r0, #TTBR_WALKS
        mcr     p15, 0, r0, c2, c0, 0
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
        mrc     p15, 0, r4, c2, c0, 0
        orr     r0, r0, #TTBR_WALKS
        orr     r2, r2, #TTBR_WALKS
        mcr     p15, 0, r2, c2, c0, 0
        isb
        ldr     r6, [sp, #16]
        blx     r6
        mov     r0, r4
        bl      boot_set_ttbr0
        pop     {r4, r5, r6, pc}
