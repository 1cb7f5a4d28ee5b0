/*
 * AT with short descriptors: PAR has 32 bits (DDI 0406C B4.1.112). Here it gets the form of 64. A model may tell no
 * attributes (QEMU): then they are what the live descriptor says, by live_short.c's reading of it.
 */
#include "tests/target/at.h"

#include "tests/target/live.h"

enum { PAR_F = 1, PAR_SS = 2, PAR_SH = 1 << 7, PAR_NOS = 1 << 10, PAR_ATTRIBUTES = PAR_NOS | PAR_SH | 0x7c };

static uint32_t ask(uint32_t va, enum at_access access)
{
    uint32_t par;

    switch (access) {
    case AT_EL1_READ:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 0" ::"r"(va) : "memory"); /* ATS1CPR */
        break;
    case AT_EL1_WRITE:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 1" ::"r"(va) : "memory"); /* ATS1CPW */
        break;
    case AT_EL0_READ:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 2" ::"r"(va) : "memory"); /* ATS1CUR */
        break;
    case AT_EL0_WRITE:
        __asm__ volatile("mcr p15, 0, %0, c7, c8, 3" ::"r"(va) : "memory"); /* ATS1CUW */
        break;
    }
    __asm__ volatile("isb\n\tmrc p15, 0, %0, c7, c4, 0" : "=r"(par)::"memory");
    return par;
}

/* FS[4:0]: the fault, and at which level of two, as the long descriptors' status has it (table B3-23) */
static unsigned long_status(unsigned fs)
{
    switch (fs) {
    case 0x03:
        return 0x09; /* access flag */
    case 0x06:
        return 0x0a;
    case 0x05:
        return 0x05; /* translation */
    case 0x07:
        return 0x06;
    case 0x0d:
        return 0x0d; /* permission */
    case 0x0f:
        return 0x0e;
    default:
        return 0x3f;
    }
}

/* Inner[6:4] and Outer[3:2] */
static uint64_t mair_of(uint32_t par)
{
    static const uint8_t inner[8] = {0x4, 0, 0, 0, 0, 0xf, 0xb, 0xf}, outer[4] = {0x4, 0xf, 0xb, 0xf};

    switch (par >> 4 & 7) {
    case 1:
        return 0x00; /* Strongly-ordered */
    case 3:
        return 0x04; /* Device */
    default:
        return (uint64_t)outer[par >> 2 & 3] << 4 | inner[par >> 4 & 7];
    }
}

static uint64_t sh_of(uint32_t par)
{
    if (!(par & PAR_SH))
        return 0;
    return par & PAR_NOS ? 3 : 2;
}

/* No attributes would be Normal memory, not cached and not shared, which no map of ours is. */
static uint64_t attributes(uint32_t par, uint64_t va)
{
    struct live_leaf leaf = {.mair = 0xee}; /* nobody's */

    if (par & PAR_ATTRIBUTES)
        return mair_of(par) << 56 | sh_of(par) << 7;
    live_find(va, &leaf);
    return (uint64_t)leaf.mair << 56 | (uint64_t)leaf.sh << 7;
}

uint64_t at_ask(uint64_t va, enum at_access access)
{
    uint32_t par = ask((uint32_t)va, access);

    if (par & PAR_F)
        return PAR_F | (uint64_t)long_status(par >> 1 & 0x1f) << 1;
    if (par & PAR_SS) /* a supersection: PA[39:32] in [23:16] */
        return attributes(par, va) | (uint64_t)(par >> 16 & 0xff) << 32 | (par & 0xff000000) | (va & 0x00fff000);
    return attributes(par, va) | (par & 0xfffff000);
}

uint8_t at_mair_here(uint8_t mair)
{
    return mair == 0x08 || mair == 0x0c ? 0x04 : mair;
}
