/* What view.c asks of AArch32 with short descriptors: where walks start, the entries as long ones, and ATS1. */
#include "mmu/long.h"
#include "mmu/vmsa64.h"
#include "startup/exception.h"
#include "startup/memory.h"
#include "startup/view.h"

#define READ_CP15(where)                                                                                               \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("mrc p15, 0, %0, " where : "=r"(value_));                                                     \
        value_;                                                                                                        \
    })

/* What PRRR and NMRR say of the eight regions (boot_format_short.S), as MAIR bytes */
#define REGIONS 0xFF00BB4404040400

struct walk view_start(uint64_t va)
{
    unsigned n = READ_CP15("c2, c0, 2") & 7;
    bool high = n && va >> (32 - n);
    uint32_t ttbr = high ? READ_CP15("c2, c0, 1") : READ_CP15("c2, c0, 0");
    struct walk walk = {
        .table = ttbr & ~((1u << (14 - (high ? 0 : n))) - 1),
        .mair = REGIONS,
        .execute_never = {UXN, UXN},
        .granule_bits = 12,
        .va_bits = high ? 32 : 32 - n,
        .level = 2,
        .level_bias = 1,
        .half = high,
        .fetch_needs_read = true,
    };

    return walk;
}

unsigned view_shift(const struct walk *walk)
{
    return walk->level == 2 ? 20 : 12;
}

static uint64_t long_bit(uint32_t raw, unsigned bit, uint64_t to)
{
    return raw >> bit & 1 ? to : 0;
}

/* A section, or a supersection's part at va (Arm ARM B3.5.1) */
static uint64_t from_section(uint32_t raw, uint64_t va)
{
    uint64_t pa = raw >> 18 & 1 ? (raw & 0xff000000) | (va & 0x00f00000) : raw & 0xfff00000;

    return pa | VALID | ATTRINDX((raw >> 2 & 3) | (raw >> 10 & 4)) | long_bit(raw, 4, UXN) | long_bit(raw, 10, AF) |
           long_bit(raw, 11, AP_USER) | long_bit(raw, 15, AP_READ_ONLY) | long_bit(raw, 17, NG);
}

/* A small page, or a large page's part at va */
static uint64_t from_page(uint32_t raw, uint64_t va)
{
    uint64_t common = KIND | long_bit(raw, 4, AF) | long_bit(raw, 5, AP_USER) | long_bit(raw, 9, AP_READ_ONLY) |
                      long_bit(raw, 11, NG);

    if (raw & 2)
        return common | (raw & 0xfffff000) | ATTRINDX((raw >> 2 & 3) | (raw >> 4 & 4)) | long_bit(raw, 0, UXN);
    return common | (raw & 0xffff0000) | (va & 0xf000) | ATTRINDX((raw >> 2 & 3) | (raw >> 10 & 4)) |
           long_bit(raw, 15, UXN);
}

static uint64_t to_long(uint32_t raw, const struct walk *walk, uint64_t va)
{
    if (!(raw & 3))
        return TAG((uint64_t)(raw >> 2 & 7)); /* mmu/short.h keeps a tag there */
    if (walk->level == 3)
        return from_page(raw, va);
    return raw & 2 ? from_section(raw, va) : (raw & 0xfffffc00) | KIND;
}

struct walk_entry view_read(const struct walk *walk, uint64_t va)
{
    unsigned bits = walk->level == 2 ? walk->va_bits - 20 : 8;
    uint64_t offset = (va >> view_shift(walk) & ((1u << bits) - 1)) * sizeof(uint32_t);
    struct walk_entry at = {.slot = memory_at(walk->table + offset)};

    if (at.slot) {
        at.raw = *(const volatile uint32_t *)at.slot;
        at.entry = to_long((uint32_t)at.raw, walk, va);
    }
    return at;
}

/* PAR's inner attributes as a MAIR byte (B4.1.112); a model that tells none says 0, not cacheable. */
static uint64_t long_par(uint32_t par, uint64_t va)
{
    static const uint8_t mair[8] = {0x44, 0x00, 0x44, 0x04, 0x44, 0xff, 0xbb, 0xff};

    if (par & 1)
        return 1 | syndrome_short_status(par >> 1 & 0x1f) << 1;
    return (uint64_t)mair[par >> 4 & 7] << 56 | (par & 2 ? (par & 0xff000000) | (va & 0x00fff000) : par & 0xfffff000);
}

/* The interrupted code may be about to read its own PAR: it is kept. */
uint64_t view_translate(uint64_t va, const struct syndrome *s)
{
    uint32_t kept = READ_CP15("c7, c4, 0"), par, va32 = (uint32_t)va;

    if (s->user && s->write)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 3" : : "r"(va32));
    else if (s->user)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" : : "r"(va32));
    else if (s->write)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" : : "r"(va32));
    else
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" : : "r"(va32));
    __asm__ volatile("isb");
    par = READ_CP15("c7, c4, 0");
    __asm__ volatile("mcr p15, 0, %0, c7, c4, 0" : : "r"(kept));
    return long_par(par, va);
}
