#include "apps/tour/at.h"

#include "iomem/port.h"

/* PAR in its 32-bit form: DDI 0406C, B4.1.112. With SS a supersection's, PA[39:32] in bits [23:16]. */
#define PAR_F       1u
#define PAR_SS      2u
#define PAR_FS(par) ((par) >> 1 & 0x1f)
#define PAR_SH      (1u << 7)
#define PAR_NOS     (1u << 10)
#define PAR_TYPE    0x4fcu /* NOS, SH, Inner, Outer: all 0 would be Normal memory not shared, which is nowhere */

#define READ_CP15(where)                                                                                               \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("mrc p15, 0, %0, " where : "=r"(value_));                                                     \
        value_;                                                                                                        \
    })

/* ATS1CPR, ATS1CPW, ATS1CUR */
static uint32_t translate(uint32_t va, enum at_access access)
{
    if (access == AT_READ)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" ::"r"(va) : "memory");
    else if (access == AT_WRITE)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" ::"r"(va) : "memory");
    else
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" ::"r"(va) : "memory");
    __asm__ volatile("isb");
    return READ_CP15("c7, c4, 0");
}

/* FS as the long descriptors' status (B4.1.51), which has the level in its low two bits */
static uint8_t long_status(unsigned fs)
{
    static const uint8_t status[32] = {
        [0x03] = 0x09, [0x06] = 0x0a, [0x05] = 0x05, [0x07] = 0x06, [0x0d] = 0x0d, [0x0f] = 0x0e,
    };

    return status[fs] ? status[fs] : 0x3f;
}

static uint8_t type_of(uint32_t par)
{
    static const uint8_t inner[8] = {0x4, 0, 0, 0, 0, 0xf, 0xb, 0xf}, outer[4] = {0x4, 0xf, 0xb, 0xf};
    unsigned in = par >> 4 & 7;

    if (in == 1 || in == 3)
        return in == 1 ? 0x00 : 0x04; /* Strongly-ordered, Device */
    return (uint8_t)(outer[par >> 2 & 3] << 4 | inner[in]);
}

static uint8_t shareability_of(uint32_t par)
{
    if (!(par & PAR_SH))
        return 0;
    return par & PAR_NOS ? 3 : 2;
}

struct at_answer at_ask(uint64_t va, enum at_access access)
{
    if (va >> 32)
        return (struct at_answer){.status = 5}; /* no such address: a translation fault, as at level 1 */

    uintptr_t was = port_interrupts_mask(); /* a handler that asks too would leave its own answer in PAR */
    uint32_t par = translate((uint32_t)va, access);
    port_interrupts_restore(was);

    struct at_answer at = {.translates = !(par & PAR_F), .tells_type = (par & PAR_TYPE) && !(par & PAR_F)};
    if (!at.translates)
        at.status = long_status(PAR_FS(par));
    else if (par & PAR_SS)
        at.pa = (uint64_t)(par >> 16 & 0xff) << 32 | (par & 0xff000000) | (va & 0x00ffffff);
    else
        at.pa = (par & 0xfffff000) | (va & 0xfff);
    if (at.tells_type) {
        at.mair = type_of(par);
        at.shareability = shareability_of(par);
    }
    return at;
}

/* The region that the memory type of this index has (mmu/short_leaf.h), by PRRR and NMRR (B3.8.3) */
uint8_t at_mair_byte(unsigned attr_index)
{
    static const uint8_t regions[8] = {7, 4, 5, 0, 6, 1, 2, 3}, cacheable[4] = {0x4, 0xf, 0xb, 0xf};
    unsigned shift = 2 * regions[attr_index & 7];
    uint32_t type = READ_CP15("c10, c2, 0") >> shift & 3, nmrr = READ_CP15("c10, c2, 1") >> shift;

    return type == 2 ? (uint8_t)(cacheable[nmrr >> 16 & 3] << 4 | cacheable[nmrr & 3]) : (uint8_t)(type * 4);
}

/* One type, Device, stands for nGnRE, nGRE and GRE. */
uint8_t at_mair_reduced(uint8_t mair)
{
    return mair == 0x08 || mair == 0x0c ? 0x04 : mair;
}

unsigned at_pa_bits(void)
{
    return 32;
}

uint64_t at_exception_level(void)
{
    return 1; /* SYS mode: PL1 */
}
