/*
 * From the exception level at entry to the one where the runtime stays, non-secure, with nothing trapped that it may
 * use: boot_home_el1.S and boot_home_el2.S have the last step. Every control register gets a clean value: a reset
 * leaves most of their fields unknown, and a loader may have left its own. Goes on at x21; x19 to x21 are kept.
 */
        .section .text.boot.el, "ax"

        /* Write zero to a register unless the ID field is zero: \id[\shift+3:\shift]. */
        .macro clear_if id, shift, registers:vararg
        mrs     x0, \id
        ubfx    x0, x0, #\shift, #4
        cbz     x0, 1f
        .irp    register, \registers
        msr     \register, xzr
        .endr
1:
        .endm

        .global boot_go_home
boot_go_home:
        cmp     x20, #2
        b.eq    boot_home_from_el2
        b.lo    boot_home_from_el1

from_el3:
        bl      boot_gic
        bl      boot_timer
        bl      boot_coherency
        ldr     x0, =0x30531 /* SCR_EL3: RES1 5:4, NS, HCE, RW, APK, API */
        mrs     x1, id_aa64mmfr0_el1
        ubfx    x1, x1, #56, #4
        cbz     x1, 1f
        orr     x0, x0, #(1 << 27) /* FGTEn: or EL2's fine-grained trap registers trap here */
1:      mrs     x1, id_aa64mmfr1_el1
        ubfx    x1, x1, #40, #4
        cbz     x1, 1f
        orr     x0, x0, #(1 << 38) /* HXEn: the same for HCRX_EL2 */
1:      msr     scr_el3, x0
        msr     cptr_el3, xzr
        msr     mdcr_el3, xzr
        isb
        mrs     x1, id_aa64pfr0_el1
        ubfx    x0, x1, #24, #4
        cbz     x0, 1f
        mov     x0, #0xf /* ICC_SRE_EL3: system registers on, EL2 may use them */
        msr     S3_6_C12_C12_5, x0
        isb
1:      adr     x0, boot_home_from_el2
        mov     x2, #0x3c9 /* EL2h, DAIF masked */
        ubfx    x1, x1, #8, #4
        cbnz    x1, 1f
        adr     x0, boot_home_from_el1
        mov     x2, #0x3c5 /* no EL2: EL1h */
1:      msr     elr_el3, x0
        msr     spsr_el3, x2
        ldr     x0, =0x30c50830 /* SCTLR_EL2's RES1 bits: MMU and caches off */
        cmp     x2, #0x3c9
        b.ne    1f
        msr     sctlr_el2, x0
        adrp    x0, boot_vectors
        add     x0, x0, :lo12:boot_vectors
        msr     vbar_el2, x0
1:      eret

        /* CNTFRQ is firmware's to set, and so is the prescaler before the timer. Uses x0 to x3. */
boot_timer:
        adrp    x0, board_secure
        add     x0, x0, :lo12:board_secure
        ldp     x1, x2, [x0, #24] /* timer_hertz, arm_local */
        cbz     x2, 1f
        str     wzr, [x2]        /* control: the crystal, a step of 1 */
        mov     w3, #0x80000000  /* prescaler: times 1 */
        str     w3, [x2, #8]
1:      mrs     x3, cntfrq_el0
        cbnz    x3, 1f
        cbz     x1, 1f
        msr     cntfrq_el0, x1
1:      ret

        /*
         * CPUECTLR_EL1.SMPEN of Cortex-A53, A57 and A72, before any cache goes on (their manuals, 4.3): without it a
         * core takes no part in coherency. Later cores have no such bit. Uses x0, x1.
         */
boot_coherency:
        mrs     x0, midr_el1
        ubfx    x1, x0, #4, #12
        lsr     x0, x0, #24
        cmp     x0, #0x41 /* Arm */
        b.ne    1f
        cmp     x1, #0xd03
        b.eq    2f
        cmp     x1, #0xd07
        b.eq    2f
        cmp     x1, #0xd08
        b.ne    1f
2:      mrs     x0, S3_1_C15_C2_1
        orr     x0, x0, #(1 << 6)
        msr     S3_1_C15_C2_1, x0
        isb
1:      ret

        /* What EL2 would trap or change, whoever stays there. Uses x0, x1. */
        .global boot_clean_el2
boot_clean_el2:
        msr     cntvoff_el2, xzr
        msr     hstr_el2, xzr
        msr     vttbr_el2, xzr
        mov     x1, xzr
        mrs     x0, id_aa64dfr0_el1
        ubfx    x0, x0, #8, #4
        cbz     x0, 1f
        cmp     x0, #0xf
        b.eq    1f
        mrs     x0, pmcr_el0
        ubfx    x1, x0, #11, #5 /* MDCR_EL2.HPMN = PMCR_EL0.N: all event counters are EL1's */
1:      msr     mdcr_el2, x1
        /* FEAT_FGT: HFGRTR, HFGWTR, HFGITR, HDFGRTR, HDFGWTR; FEAT_HCX: HCRX */
        clear_if id_aa64mmfr0_el1, 56, S3_4_C1_C1_4, S3_4_C1_C1_5, S3_4_C1_C1_6, S3_4_C3_C1_4, S3_4_C3_C1_5
        clear_if id_aa64mmfr1_el1, 40, S3_4_C1_C2_2
        mrs     x0, id_aa64pfr0_el1
        ubfx    x0, x0, #24, #4
        cbz     x0, 1f
        mov     x0, #0xf
        msr     S3_4_C12_C9_5, x0 /* ICC_SRE_EL2: SRE, Enable */
        isb
        msr     S3_4_C12_C11_0, xzr /* ICH_HCR_EL2 */
1:      ret
        .ltorg
