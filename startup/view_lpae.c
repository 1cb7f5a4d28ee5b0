/* What view.c asks of AArch32 with long descriptors: where walks start, by the live registers, and ATS1. */
#include "startup/exception.h"
#include "startup/view_long.h"

static uint32_t read_ttbcr(void)
{
    uint32_t ttbcr;

    __asm__ volatile("mrc p15, 0, %0, c2, c0, 2" : "=r"(ttbcr));
    return ttbcr;
}

static uint64_t read_ttbr(bool high)
{
    uint64_t ttbr;

    if (high)
        __asm__ volatile("mrrc p15, 1, %Q0, %R0, c2" : "=r"(ttbr));
    else
        __asm__ volatile("mrrc p15, 0, %Q0, %R0, c2" : "=r"(ttbr));
    return ttbr;
}

static uint64_t read_mair(void)
{
    uint32_t low, high;

    __asm__ volatile("mrc p15, 0, %0, c10, c2, 0" : "=r"(low));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 1" : "=r"(high));
    return (uint64_t)high << 32 | low;
}

/* TTBR1 has the top 2^(32 - T1SZ) bytes when T1SZ is not 0, TTBR0 the lowest 2^(32 - T0SZ) (Arm ARM B3.6.4). */
struct walk view_start(uint64_t va)
{
    uint32_t ttbcr = read_ttbcr();
    unsigned t1sz = ttbcr >> 16 & 7, t0sz = ttbcr & 7;
    bool high = t1sz && va >> (32 - t1sz) == (1u << t1sz) - 1;
    struct walk walk = {
        .table = read_ttbr(high) & OUTPUT_ADDRESS,
        .mair = read_mair(),
        .execute_never = {PXN | UXN, UXN},
        .granule_bits = 12,
        .fetch_needs_read = true,
        .half = high,
    };

    walk.va_bits = 32 - (high ? t1sz : t0sz);
    walk.level = walk.va_bits > 30 ? 1 : 2;
    walk.disabled = ttbcr >> (high ? 23 : 7) & 1;
    walk.outside = !high && va >> walk.va_bits;
    return walk;
}

static uint64_t read_par(void)
{
    uint64_t par;

    __asm__ volatile("mrrc p15, 0, %Q0, %R0, c7" : "=r"(par));
    return par;
}

/* The interrupted code may be about to read its own PAR: it is kept. */
uint64_t view_translate(uint64_t va, const struct syndrome *s)
{
    uint64_t kept = read_par(), par;
    uint32_t va32 = (uint32_t)va;

    if (s->user && s->write)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 3" : : "r"(va32));
    else if (s->user)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" : : "r"(va32));
    else if (s->write)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" : : "r"(va32));
    else
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" : : "r"(va32));
    __asm__ volatile("isb");
    par = read_par();
    __asm__ volatile("mcrr p15, 0, %Q0, %R0, c7" : : "r"(kept));
    return par;
}
