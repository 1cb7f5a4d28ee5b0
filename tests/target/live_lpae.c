#include "tests/target/live_long.h"

struct live_root live_root(void)
{
    uint64_t ttbr1;
    uint32_t ttbcr, mair0, mair1;

    __asm__ volatile("mrrc p15, 1, %Q0, %R0, c2" : "=r"(ttbr1));
    __asm__ volatile("mrc p15, 0, %0, c2, c0, 2" : "=r"(ttbcr));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 0" : "=r"(mair0));
    __asm__ volatile("mrc p15, 0, %0, c10, c2, 1" : "=r"(mair1));

    unsigned va_bits = 32 - (ttbcr >> 16 & 7);

    return (struct live_root){
        .table = ttbr1 & 0x000000fffffffff8u,
        .va = ((uint64_t)1 << 32) - ((uint64_t)1 << va_bits),
        .va_bits = va_bits,
        .mair = (uint64_t)mair1 << 32 | mair0,
        .xn_is_for_all = true,
    };
}
