#include "apps/tour/at.h"

#include "iomem/port.h"

/* PAR_EL1: Arm ARM, D19 "Physical Address Register" */
#define PAR_F         1u
#define PAR_FST(par)  ((uint8_t)((par) >> 1 & 0x3f))
#define PAR_SH(par)   ((uint8_t)((par) >> 7 & 3))
#define PAR_ATTR(par) ((uint8_t)((par) >> 56))
#define PAR_PA        0x000ffffffffff000u

#define READ_REGISTER(name)                                                                                            \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " name : "=r"(value_));                                                              \
        value_;                                                                                                        \
    })

static void translate(uint64_t va, enum at_access access)
{
    if (access == AT_READ)
        __asm__ volatile("at s1e1r, %0" ::"r"(va) : "memory");
    else if (access == AT_WRITE)
        __asm__ volatile("at s1e1w, %0" ::"r"(va) : "memory");
    else
        __asm__ volatile("at s1e0r, %0" ::"r"(va) : "memory");
    __asm__ volatile("isb"); /* PAR_EL1 holds the answer only after a context synchronisation */
}

struct at_answer at_ask(uint64_t va, enum at_access access)
{
    uintptr_t was = port_interrupts_mask(); /* a handler that asks AT too would leave its own answer in PAR_EL1 */
    translate(va, access);
    uint64_t par = READ_REGISTER("par_el1");
    port_interrupts_restore(was);

    if (par & PAR_F)
        return (struct at_answer){.status = PAR_FST(par)};
    return (struct at_answer){
        .translates = true,
        .tells_type = true,
        .pa = (par & PAR_PA) | (va & 0xfff),
        .mair = PAR_ATTR(par),
        .shareability = PAR_SH(par),
    };
}

uint8_t at_mair_byte(unsigned attr_index)
{
    return (uint8_t)(READ_REGISTER("mair_el1") >> (attr_index & 7) * 8);
}

uint8_t at_mair_reduced(uint8_t mair)
{
    return mair;
}

unsigned at_pa_bits(void)
{
    /* 52 bits come with FEAT_LPA2 and tables of another layout, which the runtime does not use */
    static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 48};
    unsigned range = READ_REGISTER("id_aa64mmfr0_el1") & 0xf;

    return range < sizeof bits ? bits[range] : 48;
}

uint64_t at_exception_level(void)
{
    return READ_REGISTER("CurrentEL") >> 2 & 3;
}
