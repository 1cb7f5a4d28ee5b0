/* Loads and stores by PL1 with PL0's rights: LDRT and STRT (Arm ARM A8.8). */
#ifndef ARCH_USER_ACCESS_H
#define ARCH_USER_ACCESS_H

#include <stdint.h>

static inline uint8_t user_load_byte(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldrbt %0, [%1]" : "=&r"(value), "+r"(va) : : "memory");
    return (uint8_t)value;
}

static inline void user_store_byte(uintptr_t va, uint8_t value)
{
    __asm__ volatile("strbt %1, [%0]" : "+r"(va) : "r"((uint32_t)value) : "memory");
}

static inline uintptr_t user_load(uintptr_t va)
{
    uintptr_t value;

    __asm__ volatile("ldrt %0, [%1]" : "=&r"(value), "+r"(va) : : "memory");
    return value;
}

static inline void user_store(uintptr_t va, uintptr_t value)
{
    __asm__ volatile("strt %1, [%0]" : "+r"(va) : "r"(value) : "memory");
}

#endif
