        .syntax unified
        .arch_extension sec
        .arch_extension virt
        .fpu    neon-vfpv4

#include "tests/target/hostile.inc"

        .macro  read_write where:vararg
        try     mrc p15, \where
        try     mcr p15, \where
        .endm

        list    privileged
        read_write 0, r0, c1, c0, 0 /* SCTLR, ACTLR, CPACR, SCR */
        read_write 0, r0, c1, c0, 1
        read_write 0, r0, c1, c0, 2
        read_write 0, r0, c1, c1, 0
        read_write 0, r0, c2, c0, 0 /* TTBR0, TTBR1, TTBCR, DACR */
        read_write 0, r0, c2, c0, 1
        read_write 0, r0, c2, c0, 2
        read_write 0, r0, c3, c0, 0
        read_write 0, r0, c5, c0, 0 /* DFSR, IFSR, DFAR, IFAR, PAR */
        read_write 0, r0, c5, c0, 1
        read_write 0, r0, c6, c0, 0
        read_write 0, r0, c6, c0, 2
        read_write 0, r0, c7, c4, 0
        read_write 0, r0, c10, c2, 0 /* PRRR, NMRR, VBAR, CONTEXTIDR, TPIDRPRW */
        read_write 0, r0, c10, c2, 1
        read_write 0, r0, c12, c0, 0
        read_write 0, r0, c13, c0, 1
        read_write 0, r0, c13, c0, 4
        read_write 0, r0, c14, c0, 0 /* CNTFRQ, CNTKCTL, CNTP_TVAL, CNTP_CTL, CNTV_TVAL, CNTV_CTL */
        read_write 0, r0, c14, c1, 0
        read_write 0, r0, c14, c2, 0
        read_write 0, r0, c14, c2, 1
        read_write 0, r0, c14, c3, 0
        read_write 0, r0, c14, c3, 1
        read_write 0, r0, c9, c12, 0 /* PMCR, PMCNTENSET, PMCCNTR */
        read_write 0, r0, c9, c12, 1
        read_write 0, r0, c9, c13, 0
        read_write 2, r0, c0, c0, 0 /* CSSELR */
        read_write 4, r0, c1, c1, 0 /* HCR, HVBAR */
        read_write 4, r0, c12, c0, 0
        try     mcr p15, 0, r0, c9, c14, 0 /* PMUSERENR */
        try     mcr p15, 0, r0, c13, c0, 3 /* TPIDRURO */
        try     mrc p15, 0, r0, c0, c0, 0  /* MIDR, CTR, MPIDR, ID_PFR0, CCSIDR, CLIDR, ISR */
        try     mrc p15, 0, r0, c0, c0, 1
        try     mrc p15, 0, r0, c0, c0, 5
        try     mrc p15, 0, r0, c0, c1, 0
        try     mrc p15, 1, r0, c0, c0, 0
        try     mrc p15, 1, r0, c0, c0, 1
        try     mrc p15, 0, r0, c12, c1, 0
        try     mrrc p15, 0, r0, r1, c2 /* TTBR0, TTBR1, PAR, CNTPCT, CNTVCT, CNTV_CVAL */
        try     mcrr p15, 0, r0, r0, c2
        try     mrrc p15, 1, r0, r1, c2
        try     mcrr p15, 1, r0, r0, c2
        try     mrrc p15, 0, r0, r1, c7
        try     mrrc p15, 0, r0, r1, c14
        try     mrrc p15, 1, r0, r1, c14
        try     mrrc p15, 3, r0, r1, c14
        .irp    operation, 0, 1, 6, 7 /* ICIALLU, ICIMVAU, BPIALL, BPIMVA */
        try     mcr p15, 0, r0, c7, c5, \operation
        .endr
        try     mcr p15, 0, r0, c7, c1, 0 /* ICIALLUIS, DCIMVAC, DCISW, DCCMVAC, DCCSW, DCCMVAU, DCCIMVAC, DCCISW */
        try     mcr p15, 0, r0, c7, c6, 1
        try     mcr p15, 0, r0, c7, c6, 2
        try     mcr p15, 0, r0, c7, c10, 1
        try     mcr p15, 0, r0, c7, c10, 2
        try     mcr p15, 0, r0, c7, c11, 1
        try     mcr p15, 0, r0, c7, c14, 1
        try     mcr p15, 0, r0, c7, c14, 2
        .irp    operation, 0, 1, 2, 3 /* TLBIALLIS and so on; TLBIALL and so on; ATS1CPR and so on */
        try     mcr p15, 0, r0, c8, c3, \operation
        try     mcr p15, 0, r0, c8, c7, \operation
        try     mcr p15, 0, r0, c7, c8, \operation
        .endr
        try     mcr p14, 0, r0, c0, c5, 0 /* DBGDTRTXint, DBGDSCRext, TEECR */
        try     mcr p14, 0, r0, c0, c2, 2
        try     mcr p14, 6, r0, c0, c0, 0
        try     vmrs r1, fpexc
        try     vmsr fpexc, r0
        try     vmrs r1, fpsid
        try     smc 0
        try     hvc 0
        try     .inst 0xe10f0070 /* hlt #0xf000: semihosting, which is not for EL0 */
        try     bkpt 0
        try     udf 0
        try     cdp p7, 0, c0, c0, c0, 0

        list    allowed
        try     nop
        try     wfe
        try     sev
        try     yield
        try     isb
        try     dsb
        try     dmb
        try     mcr p15, 0, r0, c7, c5, 4 /* the barriers, as ARMv6 had them */
        try     mcr p15, 0, r0, c7, c10, 4
        try     mcr p15, 0, r0, c7, c10, 5
        try     pld [r0]
        try     clrex
        try     mrc p15, 0, r1, c13, c0, 2 /* TPIDRURW, TPIDRURO, PMUSERENR */
        try     mcr p15, 0, r0, c13, c0, 2
        try     mrc p15, 0, r1, c13, c0, 3
        try     mrc p15, 0, r1, c9, c14, 0
        try     vmrs r1, fpscr
        try     vmsr fpscr, r0
        try     mrs r1, cpsr
        try     msr apsr_nzcvq, r0
        try     setend be
        /* These do nothing: a call from another mode than User would end the run. */
        try     cpsid aif
        try     cps 0x13
        try     cps 0x1f
        try     msr cpsr_c, #0xd3
        try     msr cpsr_fsxc, #0xdf

        list    reads
        try     ldrb r1, [r0]
        try     ldr r1, [r0]
        try     ldrt r1, [r0]
        try     ldrex r1, [r0]
        try     ldrd r2, r3, [r0]
        try     ldm r0, {r1-r4}
        try     vldmia r0, {d0-d7}
        try     vld1.8 {d0-d3}, [r0]

        list    writes
        try     strb r0, [r0]
        try     str r0, [r0]
        try     strt r1, [r0]
        try     strd r0, r1, [r0]
        try     stm r0, {r1-r4}
        try     vstmia r0, {d0-d7}
        try     vst1.8 {d0-d3}, [r0]

        lists_end
