#include "tests/target/live_long.h"

struct live_root live_root(void)
{
    uint64_t ttbr1, tcr, mair;

    __asm__ volatile("mrs %0, ttbr1_el1" : "=r"(ttbr1));
    __asm__ volatile("mrs %0, tcr_el1" : "=r"(tcr));
    __asm__ volatile("mrs %0, mair_el1" : "=r"(mair));

    unsigned va_bits = 64 - (tcr >> 16 & 0x3f);

    return (struct live_root){
        .table = ttbr1 & 0x0000fffffffffffeu,
        .va = ~0ull << va_bits,
        .va_bits = va_bits,
        .mair = mair,
    };
}
