/*
 * Instructions retired by this core, counted by the PMU (Arm ARM, D13: event 0x08, INST_RETIRED).
 * QEMU counts them only under -icount; otherwise the counter stays 0.
 */
#ifndef APPS_BENCH_RETIRED_A64_H
#define APPS_BENCH_RETIRED_A64_H

#include <stdint.h>

static inline void retired_start(void)
{
    uint64_t control;

    __asm__ volatile("msr pmevtyper0_el0, %0" ::"r"(0x08ul | 1 << 27)); /* NSH: at EL2 too; no other filter */
    __asm__ volatile("msr pmcntenset_el0, %0" ::"r"(1ul));
    __asm__ volatile("mrs %0, pmcr_el0" : "=r"(control));
    __asm__ volatile("msr pmcr_el0, %0\n\tisb" ::"r"(control | 1)); /* PMCR_EL0.E */
}

/* 32 bits wide: use differences. The ISBs keep the counted code between two readings. */
static inline uint32_t retired(void)
{
    uint64_t count;

    __asm__ volatile("isb\n\tmrs %0, pmevcntr0_el0\n\tisb" : "=r"(count)::"memory");
    return (uint32_t)count;
}

#endif
