#include "mmu/cache.h"

#include <stdbool.h>
#include <stdint.h>

/* CTR gives the smallest lines of all caches as log2 of words: D in DminLine, I in IminLine. */
static uintptr_t line_size(unsigned field)
{
    uint32_t ctr;

    __asm__("mrc p15, 0, %0, c0, c0, 1" : "=r"(ctr));
    return (uintptr_t)4 << (ctr >> field & 0xf);
}

enum { IMINLINE = 0, DMINLINE = 16 };

#define CP15(operation, value) __asm__ volatile("mcr p15, 0, %0, " operation : : "r"(value) : "memory")
#define DCIMVAC                "c7, c6, 1"
#define DCCMVAC                "c7, c10, 1"
#define DCCMVAU                "c7, c11, 1"
#define DCCIMVAC               "c7, c14, 1"
#define ICIMVAU                "c7, c5, 1"
#define ICIALLUIS              "c7, c1, 0"
#define BPIALLIS               "c7, c1, 6"

#define FOR_EACH_LINE(operation, va, size, line)                                                                       \
    for (uintptr_t at_ = (uintptr_t)(va) & ~((line)-1), end_ = (uintptr_t)(va) + (size); at_ < end_; at_ += line)      \
    CP15(operation, at_)

void cache_barrier(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

/* The erratum of cache_a64.c, which a Cortex-A53 has in this state too. */
static bool clean_is_overtaken(void)
{
    uint32_t midr;

    __asm__("mrc p15, 0, %0, c0, c0, 0" : "=r"(midr));
    return (midr >> 4 & 0xfff) == 0xd03;
}

void cache_clean(const void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE);

    if (clean_is_overtaken()) {
        cache_clean_invalidate(va, size);
        return;
    }
    FOR_EACH_LINE(DCCMVAC, va, size, line);
    cache_barrier();
}

void cache_clean_invalidate(const void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE);

    cache_barrier();
    FOR_EACH_LINE(DCCIMVAC, va, size, line);
    cache_barrier();
}

/* A line at either end may hold somebody else's bytes too: those must not be lost. */
void cache_invalidate(void *va, size_t size)
{
    uintptr_t line = line_size(DMINLINE), start = (uintptr_t)va, end = start + size;

    cache_barrier();
    if (start & (line - 1))
        CP15(DCCIMVAC, start);
    if (end & (line - 1))
        CP15(DCCIMVAC, end);
    start = (start + line - 1) & ~(line - 1);
    end &= ~(line - 1);
    if (start < end)
        FOR_EACH_LINE(DCIMVAC, start, end - start, line);
    cache_barrier();
}

/* Arm ARM B2.2.7: as on AArch64, and the branch predictor forgets what was there. */
void cache_sync_instructions(const void *va, size_t size)
{
    uintptr_t data = line_size(DMINLINE), instruction = line_size(IMINLINE);

    if (clean_is_overtaken())
        cache_clean_invalidate(va, size);
    else
        FOR_EACH_LINE(DCCMVAU, va, size, data);
    __asm__ volatile("dsb ish" : : : "memory");
    FOR_EACH_LINE(ICIMVAU, va, size, instruction);
    CP15(BPIALLIS, 0);
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

void cache_forget_instructions(void)
{
    __asm__ volatile("dsb ish" : : : "memory");
    CP15(ICIALLUIS, 0);
    CP15(BPIALLIS, 0);
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}
