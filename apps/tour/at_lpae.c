#include "apps/tour/at.h"

#include "iomem/port.h"

/* PAR in its 64-bit form: DDI 0406C, B4.1.112 */
#define PAR_F         1u
#define PAR_FST(par)  ((uint8_t)((par) >> 1 & 0x3f))
#define PAR_SH(par)   ((uint8_t)((par) >> 7 & 3))
#define PAR_ATTR(par) ((uint8_t)((par) >> 56))
#define PAR_PA        0x000000fffffff000u

/* ATS1CPR, ATS1CPW, ATS1CUR */
static uint64_t translate(uint32_t va, enum at_access access)
{
    uint64_t par;

    if (access == AT_READ)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" ::"r"(va) : "memory");
    else if (access == AT_WRITE)
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" ::"r"(va) : "memory");
    else
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" ::"r"(va) : "memory");
    __asm__ volatile("isb\n\tmrrc p15, 0, %Q0, %R0, c7" : "=r"(par));
    return par;
}

struct at_answer at_ask(uint64_t va, enum at_access access)
{
    if (va >> 32)
        return (struct at_answer){.status = 5}; /* no such address: a translation fault, as at level 1 */

    uintptr_t was = port_interrupts_mask(); /* a handler that asks too would leave its own answer in PAR */
    uint64_t par = translate((uint32_t)va, access);
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
    uint32_t mair0, mair1;

    __asm__ volatile("mrc p15, 0, %0, c10, c2, 0" : "=r"(mair0));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 1" : "=r"(mair1));
    return (uint8_t)((attr_index & 4 ? mair1 : mair0) >> (attr_index & 3) * 8);
}

/* One type, Device, stands for nGnRE, nGRE and GRE. */
uint8_t at_mair_reduced(uint8_t mair)
{
    return mair == 0x08 || mair == 0x0c ? 0x04 : mair;
}

unsigned at_pa_bits(void)
{
    return 40; /* what long descriptors hold */
}

uint64_t at_exception_level(void)
{
    return 1; /* SYS mode: PL1 */
}
