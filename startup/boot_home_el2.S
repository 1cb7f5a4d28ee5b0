/*
 * The runtime stays at EL2, as host (FEAT_VHE, HCR_EL2.E2H and TGE): its EL0 comes back to it, and the names of EL1's
 * registers, TLBI and AT reach those of EL2 (Arm ARM D1.3, D8.2), so that nothing else knows where it runs but the
 * timer. x20 = the exception level at entry; goes on at x21.
 */
        .section .text.boot.el, "ax"

        .global boot_home_from_el2
boot_home_from_el2:
        mrs     x0, id_aa64mmfr1_el1
        ubfx    x0, x0, #8, #4 /* VH */
        adrp    x1, no_vhe
        add     x1, x1, :lo12:no_vhe
        cbz     x0, refuse
        ldr     x0, =((3 << 40) | (1 << 34) | (1 << 31) | (1 << 27)) /* HCR_EL2: API, APK, E2H, RW, TGE */
        msr     hcr_el2, x0
        isb
        bl      boot_clean_el2
        ldr     x0, =0x30d00980 /* SCTLR_EL2 is laid out as SCTLR_EL1 now: RES1, ITD and SED; MMU and caches off */
        msr     sctlr_el2, x0
        mov     x0, #0x3c9 /* EL2h, DAIF masked, and whatever else the loader had in PSTATE gone */
        msr     spsr_el2, x0
        msr     elr_el2, x21
        eret

        .global boot_home_from_el1
boot_home_from_el1:
        adrp    x1, boot_vectors
        add     x1, x1, :lo12:boot_vectors
        msr     vbar_el1, x1
        isb
        adrp    x1, no_el2
        add     x1, x1, :lo12:no_el2

        /* x1 = why not */
refuse:
        adrp    x0, boot_fault_stack_top
        add     x0, x0, :lo12:boot_fault_stack_top
        msr     spsel, #1
        mov     sp, x0
        mov     x0, x1
        mov     x1, x20
        b       boot_refuse
        .ltorg

        .section .rodata.boot_home, "a"
no_vhe: .asciz  "cannot stay at EL2: this core has no FEAT_VHE (ID_AA64MMFR1_EL1.VH is 0)"
no_el2: .asciz  "cannot stay at EL2: entered below it, or the machine has no EL2"
