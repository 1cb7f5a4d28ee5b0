/*
 * What the portable code asks of a core, inlined: AArch64. The host's tests bring a twin of this
 * file; the Makefile picks the folder.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No IRQ or FIQ on this core until irq_restore of what this returned. Calls nest. */
static inline uintptr_t irq_mask(void)
{
    uintptr_t was;

    __asm__ volatile("mrs %0, daif\n\tmsr daifset, #3" : "=r"(was) : : "memory");
    return was;
}

static inline void irq_restore(uintptr_t was)
{
    __asm__ volatile("msr daif, %0" : : "r"(was) : "memory");
}

/* TPIDR_EL1 holds the address of this core's own record: not 0, and no other core's. */
static inline uintptr_t core_key(void)
{
    uintptr_t key;

    __asm__("mrs %0, tpidr_el1" : "=r"(key));
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
    __asm__ goto("1:\tldaxr x16, [%0]\n\tcbnz x16, %l[taken]\n\tstxr w16, %1, [%0]\n\tcbnz w16, 1b"
                 :
                 : "r"(word), "r"(key)
                 : "x16", "memory"
                 : taken);
    return true;
taken:
    return false;
}

static inline void core_relax(void)
{
    __asm__ volatile("yield" : : : "memory");
}

/* The only way to store into a translation table: single-copy atomic, so a walker sees the old entry or the new one. */
static inline void entry_write(volatile uint64_t *slot, uint64_t value)
{
    *slot = value;
}

/* Four neighbours at once: each store is single-copy atomic, in no order (Arm ARM B2.2.1). */
static inline void entry_write_four(volatile uint64_t *slot, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    __asm__ volatile("stp %1, %2, [%0]\n\tstp %3, %4, [%0, #16]"
                     :
                     : "r"(slot), "r"(a), "r"(b), "r"(c), "r"(d)
                     : "memory");
}

/* Eight from *slot on, the first one `first` and each of the next `step` more. *slot and the result go on from there.
 */
static inline uint64_t entry_write_eight(uint64_t **slot, uint64_t first, uint64_t step)
{
    uint64_t second;

#define TWO_MORE(at) "add %1, %0, %3\n\tstp %0, %1, [%2" at "\n\tadd %0, %1, %3\n\t"
    __asm__ volatile(TWO_MORE("], #64") TWO_MORE(", #-48]") TWO_MORE(", #-32]") TWO_MORE(", #-16]")
                     : "+&r"(first), "=&r"(second), "+&r"(*slot)
                     : "r"(step)
                     : "memory");
#undef TWO_MORE
    return first;
}

/* The store that makes a table reachable: a walker that sees it sees every earlier store too. */
static inline void entry_link(volatile uint64_t *slot, uint64_t value)
{
    __asm__ volatile("dmb ishst" : : : "memory");
    *slot = value;
}

/* 0 to `count` entries, as by entry_write. */
static inline void entry_clear(uint64_t *slot, size_t count)
{
    for (size_t turns = count / 16; turns; turns--)
        __asm__ volatile("stp xzr, xzr, [%0, #16]\n\tstp xzr, xzr, [%0, #32]\n\t"
                         "stp xzr, xzr, [%0, #48]\n\tstp xzr, xzr, [%0, #64]\n\t"
                         "stp xzr, xzr, [%0, #80]\n\tstp xzr, xzr, [%0, #96]\n\t"
                         "stp xzr, xzr, [%0, #112]\n\tstp xzr, xzr, [%0], #128"
                         : "+r"(slot)
                         :
                         : "memory");
    for (count %= 16; count; count--)
        __asm__ volatile("str xzr, [%0], #8" : "+r"(slot) : : "memory");
}

/*
 * All entries of a table that no walker can reach: by blocks of DC ZVA where DCZID_EL0 lets us. Tables are in Normal
 * memory, as the lock's exclusives want that anyway.
 */
static inline void entry_clear_table(uint64_t *table, size_t count)
{
    char *block = (char *)table, *end = (char *)(table + count);
    uint64_t dczid;
    size_t step;

    __asm__("mrs %0, dczid_el0" : "=r"(dczid));
    step = (size_t)4 << (dczid & 15);
    if (dczid & 16 || 4 * step > count * sizeof *table) {
        entry_clear(table, count);
        return;
    }
    do {
        __asm__ volatile("dc zva, %0\n\tadd %0, %0, %1\n\tdc zva, %0\n\tadd %0, %0, %1\n\t"
                         "dc zva, %0\n\tadd %0, %0, %1\n\tdc zva, %0\n\tadd %0, %0, %1"
                         : "+r"(block)
                         : "r"(step)
                         : "memory");
    } while (block < end);
}

/* Bits that all of `count` neighbours have. (The compiler loads them one by one.) */
static inline uint64_t entry_common(const uint64_t *slot, size_t count)
{
    uint64_t common = ~UINT64_C(0), a, b;

#define TWO_MORE(at) "ldp %1, %2, " at "\n\tand %0, %0, %1\n\tand %0, %0, %2\n\t"
    for (size_t turns = count / 8; turns; turns--)
        __asm__ volatile(TWO_MORE("[%3, #16]") TWO_MORE("[%3, #32]") TWO_MORE("[%3, #48]") TWO_MORE("[%3], #64")
                         : "+&r"(common), "=&r"(a), "=&r"(b), "+&r"(slot)
                         :
                         : "memory");
#undef TWO_MORE
    for (count %= 8; count; count--)
        common &= *slot++;
    return common;
}

/* Is slot[0] `first`, and each of the next seven `step` more? (C takes twice as many instructions.) */
static inline bool entry_eight(const uint64_t *slot, uint64_t first, uint64_t step)
{
    uint64_t a, b, follow;

#define NEXT_TWO(at)                                                                                                   \
    "ldp %1, %2, [%4, #" at "]\n\tadd %3, %3, %5\n\tccmp %1, %3, #0, eq\n\tadd %3, %3, %5\n\tccmp %2, %3, #0, eq\n\t"
    __asm__("ldp %1, %2, [%4]\n\tcmp %1, %3\n\tadd %3, %3, %5\n\tccmp %2, %3, #0, eq\n\t" NEXT_TWO("16") NEXT_TWO("32")
                NEXT_TWO("48") "cset %0, eq"
            : "=r"(follow), "=&r"(a), "=&r"(b), "+&r"(first)
            : "r"(slot), "r"(step), "m"(*(const uint64_t(*)[8])slot)
            : "cc");
#undef NEXT_TWO
    return follow;
}

/* entry_write and entry_link for entries of 32 bits */
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
