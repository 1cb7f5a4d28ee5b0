/*
 * What EL0 may do beside computing, calling (SVC) and using the memory that its tables give it. All of it is decided
 * here: every core gets these values before its MMU is on, boot_el0_a64.S's and, of SCTLR_EL1, boot_tables_a64.c's.
 *
 * It may: FP and SIMD; WFE and WFI (interrupts are taken all the same: no worse than a loop); DC ZVA where it may
 * write; its own TPIDR_EL0; read TPIDRRO_EL0, which is 0, DCZID_EL0 and PMUSERENR_EL0.
 * It may not, and el0_run returns EL0_FAULT: mask interrupts; maintain caches or ask for their sizes (code that it has
 * written is made executable by IOAddressSpaceProtect, which does); read any counter, timer, performance or activity
 * monitor; use the debug channel; SVE, SME and AArch32.
 */
#ifndef ARCH_USER_RIGHTS_H
#define ARCH_USER_RIGHTS_H

/* SCTLR_EL1: SA0 (SP must be aligned), DZE, nTWI, nTWE; TSCXT in what is RES1 without it. UMA, UCT, UCI, EnRCTX: 0 */
#define SCTLR_EL0_RIGHTS (1 << 4 | 1 << 14 | 1 << 16 | 1 << 18 | 1 << 20)

#define CPACR_EL0_RIGHTS     (3 << 20) /* FPEN; ZEN and SMEN are 0 */
#define CNTKCTL_EL0_RIGHTS   0         /* no counter, no timer; and no event stream */
#define PMUSERENR_EL0_RIGHTS 0
#define AMUSERENR_EL0_RIGHTS 0
#define MDSCR_EL0_RIGHTS     (1 << 12) /* TDCC: the debug channel is trapped; no debug exceptions */

#endif
