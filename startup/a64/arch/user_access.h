/* Loads and stores by EL1 with EL0's rights: LDTR and STTR (Arm ARM C6.2). */
#ifndef ARCH_USER_ACCESS_H
#define ARCH_USER_ACCESS_H

#include <stdint.h>

static inline uint8_t user_load_byte(uintptr_t va)
{
    uint32_t value;

    __asm__ volatile("ldtrb %w0, [%1]" : "=r"(value) : "r"(va) : "memory");
    return (uint8_t)value;
}

static inline void user_store_byte(uintptr_t va, uint8_t value)
{
    __asm__ volatile("sttrb %w0, [%1]" : : "r"((uint32_t)value), "r"(va) : "memory");
}

static inline uintptr_t user_load(uintptr_t va)
{
    uintptr_t value;

    __asm__ volatile("ldtr %0, [%1]" : "=r"(value) : "r"(va) : "memory");
    return value;
}

static inline void user_store(uintptr_t va, uintptr_t value)
{
    __asm__ volatile("sttr %0, [%1]" : : "r"(value), "r"(va) : "memory");
}

#endif
