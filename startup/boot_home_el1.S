/* The runtime stays at EL1. x20 = the exception level at entry; goes on at x21. */
        .section .text.boot.el, "ax"

        .global boot_home_from_el2
boot_home_from_el2:
        ldr     x0, =((3 << 40) | (1 << 31)) /* HCR_EL2: API, APK, RW; E2H and TGE off, which changes what follows */
        msr     hcr_el2, x0
        isb
        mov     x0, #3 /* CNTHCTL_EL2: EL1PCEN, EL1PCTEN */
        msr     cnthctl_el2, x0
        mov     x0, #0x33ff /* CPTR_EL2: RES1, TZ and TSM (SVE and SME are nobody's here), FP free */
        msr     cptr_el2, x0
        mrs     x0, midr_el1
        msr     vpidr_el2, x0
        mrs     x0, mpidr_el1
        msr     vmpidr_el2, x0
        bl      boot_clean_el2
        ldr     x0, =0x30d00980
        msr     sctlr_el1, x0
        mov     x0, #0x3c5 /* EL1h, DAIF masked */
        msr     spsr_el2, x0
        adr     x0, home
        msr     elr_el2, x0
        eret

        .global boot_home_from_el1
boot_home_from_el1:
        ldr     x0, =0x30d00980 /* SCTLR_EL1: RES1, ITD and SED; MMU and caches off */
        msr     sctlr_el1, x0
        isb
home:
        br      x21
        .ltorg
