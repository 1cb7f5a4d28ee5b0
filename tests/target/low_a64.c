#include "tests/target/low_a64.h"

#include "iomem/port.h"
#include "tests/target/registers_a64.h"

#define WRITE_REGISTER(name, value) __asm__ volatile("msr " name ", %0" ::"r"(value) : "memory")

#define TCR_EPD0 ((uint64_t)1 << 7)

static uint64_t kept_ttbr0, kept_tcr;

bool low_has_granule(unsigned granule_bits)
{
    uint64_t mmfr0 = READ_REGISTER("id_aa64mmfr0_el1");

    switch (granule_bits) {
    case 12:
        return (mmfr0 >> 28 & 0xf) != 0xf;
    case 14:
        return (mmfr0 >> 20 & 0xf) != 0;
    default:
        return (mmfr0 >> 24 & 0xf) != 0xf;
    }
}

uint64_t low_tcr(const struct low *low)
{
    uint64_t tg0 = low->granule_bits == 12 ? 0 : low->granule_bits == 14 ? 2 : 1;

    return (READ_REGISTER("tcr_el1") & ~(UINT64_C(0x3f) | TCR_EPD0 | UINT64_C(3) << 14)) | (64 - low->va_bits) |
           tg0 << 14;
}

/* With no walks from TTBR0 in between: its root and TCR's fields change one after the other. */
static void set(uint64_t ttbr0, uint64_t tcr)
{
    WRITE_REGISTER("tcr_el1", tcr | TCR_EPD0);
    __asm__ volatile("isb\n\ttlbi vmalle1\n\tdsb nsh" ::: "memory");
    WRITE_REGISTER("ttbr0_el1", ttbr0);
    __asm__ volatile("isb" ::: "memory");
    WRITE_REGISTER("tcr_el1", tcr);
    __asm__ volatile("isb" ::: "memory");
}

void low_enter(const struct low *low)
{
    kept_ttbr0 = READ_REGISTER("ttbr0_el1");
    kept_tcr = READ_REGISTER("tcr_el1");
    set(low->root, low_tcr(low));
}

void low_leave(void)
{
    set(kept_ttbr0, kept_tcr);
}

struct low_entry low_find(const struct low *low, uint64_t va)
{
    unsigned bits = low->granule_bits - 3, levels = (low->va_bits - low->granule_bits + bits - 1) / bits;
    uint64_t table = low->root;

    for (unsigned level = 4 - levels;; level++) {
        unsigned shift = low->granule_bits + (3 - level) * bits;
        unsigned top = level == 4 - levels ? low->va_bits - shift : bits;
        const volatile uint64_t *entries = port_linear(table);
        struct low_entry entry = {entries[va >> shift & ((1u << top) - 1)], UINT64_C(1) << shift, level};

        if (level == 3 || (entry.descriptor & 3) != 3)
            return entry;
        table = entry.descriptor & ((UINT64_C(1) << 48) - (UINT64_C(1) << low->granule_bits));
    }
}
