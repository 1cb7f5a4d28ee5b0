/*
 * What must be inlined of the CPU: ARMv7-A with LPAE and later in AArch32. The twin of mmu/a64/arch/cpu.h;
 * the Makefile picks the folder.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No IRQ or FIQ on this core until irq_restore of what this returned: CPSR's I and F. Calls nest. */
static inline uintptr_t irq_mask(void)
{
    uintptr_t was;

    __asm__ volatile("mrs %0, cpsr\n\tcpsid if" : "=r"(was) : : "memory");
    return was & 0xc0;
}

static inline void irq_restore(uintptr_t was)
{
    uintptr_t now;

    __asm__ volatile("mrs %0, cpsr\n\tbic %0, %0, #0xc0\n\torr %0, %0, %1\n\tmsr cpsr_c, %0"
                     : "=&r"(now)
                     : "r"(was)
                     : "memory");
}

/* TPIDRPRW holds the address of this core's own record: not 0, and no other core's. */
static inline uintptr_t core_key(void)
{
    uintptr_t key;

    __asm__("mrc p15, 0, %0, c13, c0, 4" : "=r"(key));
    return key;
}

/* This core's number, from 0: the first word of its record. */
static inline unsigned core_self(void)
{
    return *(const unsigned *)core_key();
}

/* *word from 0 to key in one step, ordered before what follows; false when it is not 0. Write-back memory only. */
static inline bool core_claim(uintptr_t *word, uintptr_t key)
{
    uintptr_t old, failed;

    do {
        __asm__ volatile("ldrex %0, [%1]" : "=r"(old) : "r"(word) : "memory");
        if (old)
            return false;
        __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(key), "r"(word) : "memory");
    } while (failed);
    __asm__ volatile("dmb ish" : : : "memory");
    return true;
}

static inline void core_relax(void)
{
    __asm__ volatile("yield" : : : "memory");
}

/*
 * The only way to store into a translation table of 64-bit entries: a walker sees the old entry or the new one, since
 * LPAE makes an aligned STRD single-copy atomic (Arm ARM A3.5.3).
 */
static inline void entry_write(volatile uint64_t *slot, uint64_t value)
{
    __asm__ volatile("strd %Q1, %R1, [%0]" : : "r"(slot), "r"(value) : "memory");
}

/* The store that makes a table reachable: a walker that sees it sees every earlier store too. */
static inline void entry_link(volatile uint64_t *slot, uint64_t value)
{
    __asm__ volatile("dmb ishst" : : : "memory");
    entry_write(slot, value);
}

#include "mmu/v7/arch/entry_runs.h"

/* entry_write and entry_link for the short format's entries of 32 bits */
static inline void entry_write32(volatile uint32_t *slot, uint32_t value)
{
    *slot = value;
}

static inline void entry_link32(volatile uint32_t *slot, uint32_t value)
{
    __asm__ volatile("dmb ishst" : : : "memory");
    *slot = value;
}

#endif
