#include "mmu/cache.h"

#include <stdbool.h>
#include <stdint.h>

/* CTR_EL0 gives the smallest lines of all caches as log2 of words: D in DminLine, I in IminLine. */
static uintptr_t line_size(unsigned field)
{
    uint64_t ctr;

    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    return (uintptr_t)4 << (ctr >> field & 0xf);
}

enum { IMINLINE = 0, DMINLINE = 16 };

#define FOR_EACH_LINE(operation, va, size, line)                                                                       \
    for (uintptr_t at_ = (uintptr_t)(va) & ~((line)-1), end_ = (uintptr_t)(va) + (size); at_ < end_; at_ += line)      \
    __asm__ volatile(operation ", %0" : : "r"(at_) : "memory")

void cache_barrier(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

/*
 * A Cortex-A53 may let an eviction overtake a clean, but not one that invalidates as well (its erratum 855873).
 * Firmware can make the one the other, to either point, at EL3 in CPUACTLR_EL1; a Raspberry Pi's does not.
 */
static bool clean_is_overtaken(void)
{
    uint64_t midr;

    __asm__("mrs %0, midr_el1" : "=r"(midr));
    return (midr >> 4 & 0xfff) == 0xd03;
}

/* Four lines a turn: every page that comes when it is touched goes through here. */
void cache_clean(const void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE), at = (uintptr_t)va & ~(line - 1), end = (uintptr_t)va + size;
    uintptr_t turns = (end - at) / 4 >> __builtin_ctzl(line);

    if (clean_is_overtaken()) {
        cache_clean_invalidate(va, size);
        return;
    }
    for (; turns; turns--, at += 4 * line)
        __asm__ volatile("dc cvac, %0\n\tdc cvac, %1\n\tdc cvac, %2\n\tdc cvac, %3"
                         :
                         : "r"(at), "r"(at + line), "r"(at + 2 * line), "r"(at + 3 * line)
                         : "memory");
    FOR_EACH_LINE("dc cvac", at, end - at, line);
    cache_barrier();
}

void cache_clean_invalidate(const void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE);

    cache_barrier();
    FOR_EACH_LINE("dc civac", va, size, line);
    cache_barrier();
}

/* A line at either end may hold somebody else's bytes too: those must not be lost. */
void cache_invalidate(void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE), start = (uintptr_t)va, end = start + size;

    cache_barrier();
    if (start & (line - 1))
        __asm__ volatile("dc civac, %0" : : "r"(start) : "memory");
    if (end & (line - 1))
        __asm__ volatile("dc civac, %0" : : "r"(end) : "memory");
    start = (start + line - 1) & ~(line - 1);
    end &= ~(line - 1);
    if (start < end)
        FOR_EACH_LINE("dc ivac", start, end - start, line);
    cache_barrier();
}

/* Arm ARM B2.4.4: clean to the point of unification, then forget the instruction cache's copies, then refetch. */
void cache_sync_instructions(const void *va, size_t size)
{
    uintptr_t data = line_size(DMINLINE), instruction = line_size(IMINLINE);

    if (clean_is_overtaken())
        cache_clean_invalidate(va, size);
    else
        FOR_EACH_LINE("dc cvau", va, size, data);
    __asm__ volatile("dsb ish" : : : "memory");
    FOR_EACH_LINE("ic ivau", va, size, instruction);
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

void cache_forget_instructions(void)
{
    __asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}
