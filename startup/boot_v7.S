/*
 * The first instructions, in SVC or HYP mode, with the MMU off: memory is Strongly-ordered then (Arm ARM B3.2), so
 * no SIMD, no unaligned access, no exclusives until `high`. The code runs at its physical address: branches are
 * relative, and `pa` makes an address out of the one that the linker gave.
 *
 * r8 = r2 at entry (a device tree, perhaps, or a struct boot_core), r9 = the exception level at entry (AArch64's
 * number), r10 = PA - VA.
 */
#include "arch/boot.inc"
#include "arch/boot_core.h"
#include "arch/user_rights.h"
#include "startup/layout.h"

        .arch_extension virt
        .fpu    neon-vfpv4

        .section .text.boot, "ax"
        .global _start
_start:
        mov     r8, r2
        bl      arrive
        mrc     p15, 0, r0, c0, c0, 5 /* MPIDR: the boards have one cluster, which need not be number 0 */
        tst     r0, #0xff
        bne     park
        cmp     r9, #2
        bleq    drop_hyp
        b       boot_svc

        /* SVC, or HYP still, and early vectors there. Uses r0, r1, r11. */
arrive:
        mov     r11, lr
        adr     r10, _start
        ldr     r1, =_start
        sub     r10, r10, r1
        ldr     r0, =0x00c50078 /* SCTLR's RES1 bits and CP15BEN: PL1's MMU and caches are off, whoever comes there */
        mcr     p15, 0, r0, c1, c0, 0
        mrs     r0, cpsr
        and     r0, r0, #0x1f
        pa      r1, boot_vectors
        cmp     r0, #0x1a /* HYP */
        beq     .Lentered_hyp
        cpsid   aif, #0x13
        mov     r9, #1
        mcr     p15, 0, r1, c12, c0, 0 /* VBAR */
        b       .Lentered
.Lentered_hyp:
        cpsid   aif
        mov     r9, #2
        mcr     p15, 4, r1, c12, c0, 0 /* HVBAR */
.Lentered:
        isb
        bx      r11
        .ltorg

        /* Every core but the first waits until somebody starts it: as on AArch64, with boot_release. */
park:
        ubfx    r0, r0, #0, #24
        pa      r2, boot_release
1:      ldr     r8, [r2]
        cmp     r8, #0
        beq     2f
        ldr     r4, [r8, #BOOT_CORE_AFFINITY]
        cmp     r4, r0
        beq     core
2:      wfe
        b       1b

        /* Where PSCI sends a core: r0 = the physical address of its struct boot_core, cleaned to memory. */
        .global boot_core
boot_core:
        mov     r8, r0
        bl      arrive
core:
        cmp     r9, #2
        bleq    drop_hyp
        bl      settle
        bl      boot_format_start /* r0 = SCTLR */
        ldrd    r2, r3, [r8, #BOOT_CORE_TTBR1]
        bl      boot_format_ttbr1
        add     r1, r8, #BOOT_CORE_RECORD
        ldm     r1, {r4-r7}
        b       turn_on

        /* To SVC, with nothing trapped that PL1 may use; most of these registers are unknown out of reset. */
drop_hyp:
        mov     r0, #0
        mcr     p15, 4, r0, c1, c1, 0 /* HCR */
        mcr     p15, 4, r0, c1, c1, 3 /* HSTR */
        mcrr    p15, 4, r0, r0, c14   /* CNTVOFF */
        mcrr    p15, 6, r0, r0, c2    /* VTTBR */
        movw    r0, #0x33ff           /* HCPTR: its RES1 bits, FP and SIMD free */
        mcr     p15, 4, r0, c1, c1, 2
        mov     r0, #3 /* CNTHCTL: PL1PCEN, PL1PCTEN */
        mcr     p15, 4, r0, c14, c1, 0
        mrc     p15, 0, r0, c9, c12, 0 /* HDCR.HPMN = PMCR.N: all event counters are PL1's */
        ubfx    r0, r0, #11, #5
        mcr     p15, 4, r0, c1, c1, 1
        mrc     p15, 0, r0, c0, c0, 0 /* VPIDR = MIDR */
        mcr     p15, 4, r0, c0, c0, 0
        mrc     p15, 0, r0, c0, c0, 5 /* VMPIDR = MPIDR */
        mcr     p15, 4, r0, c0, c0, 5
        mov     r0, #0x1d3 /* SVC, all masked */
        msr     spsr_cxsf, r0
        msr     elr_hyp, lr
        eret

        /* What is unknown out of reset, at PL1. Uses r0, r1, r11. */
settle:
        mov     r11, lr
        pa      r1, boot_vectors
        mcr     p15, 0, r1, c12, c0, 0
        mov     r0, #CPACR_VALUE
        mcr     p15, 0, r0, c1, c0, 2
        isb
        mov     r0, #(1 << 30) /* FPEXC.EN */
        vmsr    fpexc, r0
        bl      boot_el0_rights
        mrc     p15, 0, r0, c1, c0, 1
        tst     r0, #(1 << 6)
        bne     .Lcoherent
        orr     r0, r0, #(1 << 6) /* ACTLR.SMP of Cortex-A7 and A15: before the caches go on (their manuals, 4.3) */
        mcr     p15, 0, r0, c1, c0, 1
        isb
.Lcoherent:
        bx      r11
        .ltorg

boot_svc:
        bl      settle
        pa      sp, boot_stack_top

        /* As on AArch64: what caches hold of memory that is written past them is dropped before and after. */
        bl      invalidate_bss
        pa      r0, image_bss_start
        pa      r1, image_end
        mov     r2, #0
        mov     r3, #0
.Lzero:
        strd    r2, r3, [r0], #8
        cmp     r0, r1
        blo     .Lzero

        mov     r0, r8
        mov     r1, r9
        bl      boot_tables
        bl      invalidate_bss

        bl      boot_format_start /* r0 = SCTLR */
        ldr     r4, =cores
        ldr     r5, =boot_stack_top
        ldr     r6, =boot_exception_stack_top
        ldr     r7, =start
turn_on:
        mov     r1, #0
        mcr     p15, 0, r1, c7, c5, 0 /* ICIALLU */
        mcr     p15, 0, r1, c7, c5, 6 /* BPIALL */
        mcr     p15, 0, r1, c8, c7, 0 /* TLBIALL: out of reset a TLB may hold anything */
        dsb
        isb
        ldr     r1, =high
        b       boot_switch
        .ltorg

        /* Drop the cache lines of .bss, to the point of coherency, after the stores past them. Uses r0 to r3. */
invalidate_bss:
        dsb
        mrc     p15, 0, r3, c0, c0, 1 /* CTR */
        ubfx    r3, r3, #16, #4       /* DminLine: log2 of the words in the smallest line */
        mov     r2, #4
        lsl     r2, r2, r3
        pa      r0, image_bss_start
        pa      r1, image_end
.Linvalidate:
        mcr     p15, 0, r0, c7, c6, 1 /* DCIMVAC */
        add     r0, r0, r2
        cmp     r0, r1
        blo     .Linvalidate
        dsb
        bx      lr

        /* The only code that runs in the identity map: it never crosses a page. */
        .section .text.boot.switch, "ax"
        .balign 128
        .global boot_switch
boot_switch:
        mcr     p15, 0, r0, c1, c0, 0
        isb
        bx      r1

        /*
         * In the upper half at last. r4 = the core's record, r5 = its stack, r6 = that for exceptions, r7 = what to
         * run. The identity map goes; a core that is started later loads it again.
         */
        .section .text.high, "ax"
high:
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0
        mcr     p15, 0, r4, c13, c0, 4 /* TPIDRPRW */
        ldr     r0, [r4]
        bl      vectors_start
        mov     sp, r6
        cps     #0x1f /* SYS: the runtime's mode; handlers run in SVC */
        mov     sp, r5
        pa      r0, empty_table
        bl      boot_set_ttbr0
        mov     fp, #0
        mov     lr, #0
        bx      r7
        .ltorg

        .section .bss.boot_stacks, "aw", %nobits
        .balign (2 * EXCEPTION_STACK_SIZE)
        .skip   EXCEPTION_STACK_SIZE
boot_stack_top: /* also below the exception stack, where its overflow is told by SP's bit */
        .skip   EXCEPTION_STACK_SIZE
        .global boot_exception_stack_top
boot_exception_stack_top:

        .section .bss.empty_table, "aw", %nobits
        .balign 16384 /* the short format's TTBR1 wants that much */
        .global empty_table
empty_table:
        .skip   16384

        /* Read with the MMU off by cores that wait: loaded data, not .bss, and alone in its cache lines. */
        .section .data.boot_release, "aw"
        .balign 128
        .global boot_release
boot_release:
        .fill   16, 8, 0
