/* What view.c asks of AArch64: where walks start, by the live registers, and AT. */
#include "startup/exception.h"
#include "startup/view_long.h"

#define READ_REGISTER(name)                                                                                            \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(value_));                                                             \
        value_;                                                                                                        \
    })

/* TG0 and TG1 number the granules differently (TCR_EL1 in the Arm ARM). */
static unsigned granule_of(bool high, unsigned tg)
{
    static const uint8_t low_bits[4] = {12, 16, 14, 12}, high_bits[4] = {12, 14, 12, 16};

    return high ? high_bits[tg] : low_bits[tg];
}

struct walk view_start(uint64_t va)
{
    bool high = va >> 55 & 1;
    uint64_t tcr = READ_REGISTER(tcr_el1), ttbr = high ? READ_REGISTER(ttbr1_el1) : READ_REGISTER(ttbr0_el1);
    struct walk walk = {
        .table = ttbr & OUTPUT_ADDRESS,
        .mair = READ_REGISTER(mair_el1),
        .execute_never = {PXN, UXN},
        .half = high,
        .el = READ_REGISTER(CurrentEL) >> 2 & 3,
    };
    unsigned index_bits;

    walk.va_bits = 64 - (unsigned)(tcr >> (high ? 16 : 0) & 0x3f);
    walk.granule_bits = granule_of(high, tcr >> (high ? 30 : 14) & 3);
    walk.disabled = tcr >> (high ? 23 : 7) & 1;
    index_bits = walk.granule_bits - 3;
    walk.level = 4 - (walk.va_bits - walk.granule_bits + index_bits - 1) / index_bits;
    walk.outside = high ? va >> walk.va_bits != UINT64_MAX >> walk.va_bits : va >> walk.va_bits != 0;
    return walk;
}

/* PAR_EL1 after the AT that does what the access did. The interrupted code may be about to read its own: it is kept. */
uint64_t view_translate(uint64_t va, const struct syndrome *s)
{
    uint64_t kept = READ_REGISTER(par_el1), par;

    if (s->user && s->write)
        __asm__ volatile("at s1e0w, %0" : : "r"(va));
    else if (s->user)
        __asm__ volatile("at s1e0r, %0" : : "r"(va));
    else if (s->write)
        __asm__ volatile("at s1e1w, %0" : : "r"(va));
    else
        __asm__ volatile("at s1e1r, %0" : : "r"(va));
    __asm__ volatile("isb");
    par = READ_REGISTER(par_el1);
    __asm__ volatile("msr par_el1, %0" : : "r"(kept));
    return par;
}

/* "Load/store register (unprivileged)" of Arm ARM C4.1: size 111 V 00 opc 0 imm9 10 Rn Rt. */
bool view_is_unprivileged(uint64_t pc)
{
    const struct syndrome read = {.abort = true};

    return !(view_translate(pc, &read) & 1) && (*(const volatile uint32_t *)pc & 0x3b200c00) == 0x38000800;
}
