#include "tests/target/hostile.inc"

        list    privileged
        .irp    register, sctlr_el1, actlr_el1, cpacr_el1, ttbr0_el1, ttbr1_el1, tcr_el1, mair_el1, amair_el1
        try     mrs x1, \register
        try     msr \register, x0
        .endr
        .irp    register, vbar_el1, esr_el1, far_el1, elr_el1, spsr_el1, afsr0_el1, par_el1, contextidr_el1
        try     mrs x1, \register
        try     msr \register, x0
        .endr
        .irp    register, tpidr_el1, cntkctl_el1, mdscr_el1, csselr_el1, dbgbvr0_el1, dbgwvr0_el1, cntv_ctl_el0
        try     mrs x1, \register
        try     msr \register, x0
        .endr
        .irp    register, cntv_cval_el0, cntp_ctl_el0, pmcr_el0, pmccntr_el0, pmselr_el0, pmcntenset_el0, pmuserenr_el0
        try     msr \register, x0
        .endr
        .irp    register, cntvct_el0, cntpct_el0, cntv_cval_el0, pmcr_el0, pmccntr_el0, pmevcntr0_el0, ctr_el0
        try     mrs x1, \register
        .endr
        .irp    register, midr_el1, mpidr_el1, id_aa64pfr0_el1, id_aa64mmfr0_el1, clidr_el1, isr_el1, rvbar_el1
        try     mrs x1, \register
        .endr
        .irp    register, hcr_el2, vbar_el2, sctlr_el2, elr_el2, scr_el3, sctlr_el3, sp_el1, sp_el2, sp_el0
        try     mrs x1, \register
        try     msr \register, x0
        .endr
        try     mrs x1, CurrentEL
        try     mrs x1, SPSel
        try     mrs x1, daif
        try     msr daif, x0
        try     msr daifset, #15
        try     msr daifset, #2
        try     msr daifclr, #15
        try     msr spsel, #1
        try     msr tpidrro_el0, x0
        try     msr oslar_el1, x0
        try     mrs x1, S3_0_C12_C12_0 /* ICC_IAR1_EL1 */
        try     msr S3_0_C12_C12_1, x0 /* ICC_EOIR1_EL1 */
        try     msr S3_0_C12_C11_5, x0 /* ICC_SGI1R_EL1 */
        try     msr S3_0_C4_C6_0, x0   /* ICC_PMR_EL1 */
        .irp    operation, vmalle1, vmalle1is, alle1, alle2, alle3
        try     tlbi \operation
        .endr
        .irp    operation, vae1, vae1is, vale1is, vaae1is, aside1is, vae2, ipas2e1
        try     tlbi \operation, x0
        .endr
        try     ic iallu
        try     ic ialluis
        try     ic ivau, x0
        .irp    operation, ivac, isw, csw, cisw, cvac, cvau, civac
        try     dc \operation, x0
        .endr
        .irp    operation, s1e1r, s1e1w, s1e0r, s1e0w, s12e1r, s1e2r, s1e3r
        try     at \operation, x0
        .endr
        try     eret
        try     drps
        try     hvc #0
        try     smc #0
        try     hlt #0xf000 /* semihosting, which is not for EL0 */
        try     hlt #0
        try     brk #0
        try     dcps1
        try     udf #0
        try     .inst 0x04e0e3e0 /* cntd x0, of SVE */
        try     .inst 0xd503477f /* smstart, of SME */

        list    allowed
        try     nop
        try     wfe
        try     wfi
        try     sev
        try     yield
        try     isb
        try     dsb sy
        try     dc zva, x0
        try     prfm pldl1keep, [x0]
        try     mrs x1, dczid_el0
        try     mrs x1, pmuserenr_el0
        try     mrs x1, tpidrro_el0
        try     msr tpidr_el0, x0
        try     msr nzcv, x0
        try     msr fpcr, xzr

        list    reads
        try     ldrb w1, [x0]
        try     ldr x1, [x0]
        try     ldtr x1, [x0]
        try     ldar x1, [x0]
        try     ldxr x1, [x0]
        try     ldaxp x1, x2, [x0]
        try     ldp q0, q1, [x0]
        try     ld4 {v0.16b, v1.16b, v2.16b, v3.16b}, [x0]

        list    writes
        try     strb w0, [x0]
        try     str x0, [x0]
        try     sttr x0, [x0]
        try     stlr x0, [x0]
        try     stp q0, q1, [x0]
        try     st4 {v0.16b, v1.16b, v2.16b, v3.16b}, [x0]
        try     dc zva, x0

        lists_end
