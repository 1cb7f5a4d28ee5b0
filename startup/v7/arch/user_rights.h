/*
 * What User mode may do beside computing, calling (SVC) and using the memory that its tables give it. Every core gets
 * these values before its MMU is on: boot_el0_v7.S.
 *
 * It may: FP and SIMD; the barriers, by instruction or CP15; WFE, WFI, SETEND (an exception begins little-endian
 * anyway); its own TPIDRURW; read TPIDRURO, which is 0, and PMUSERENR. CPS and a write of CPSR's mode or masks do
 * nothing, by the architecture.
 * It may not, and el0_run returns EL0_FAULT: maintain caches; read any counter, timer or performance monitor; use the
 * debug channel; ThumbEE's registers, which nobody saves.
 */
#ifndef ARCH_USER_RIGHTS_H
#define ARCH_USER_RIGHTS_H

#define CPACR_VALUE     (0xf << 20) /* cp10 and cp11 are free, also for PL1; no other is */
#define CNTKCTL_VALUE   0           /* no counter, no timer; and no event stream */
#define PMUSERENR_VALUE 0
#define DBGDSCR_UDCCDIS (1 << 12)
#define TEECR_XED       1

#endif
