#include "tests/target/interrupted.h"

bool interrupted_is_masked(void)
{
    uint64_t daif;

    __asm__ volatile("mrs %0, daif" : "=r"(daif));
    return daif & 1 << 7;
}

void interrupted_scribble(void)
{
    __asm__ volatile("movi v0.16b, #0x55\n\tmovi v7.16b, #0x55\n\tmovi v8.16b, #0x55\n\tmovi v31.16b, #0x55\n\t"
                     "mov x9, #-1\n\tmov x17, #-1\n\tcmp x9, #5\n\tmsr fpsr, x9"
                     :
                     :
                     : "v0", "v7", "v8", "v31", "x9", "x17", "cc");
}

/* All in one piece of assembler: between the load and the look the compiler must have no say. */
uint64_t interrupted_registers(volatile int *count)
{
    uint64_t lost;

    __asm__ volatile("movi v0.16b, #0x11\n\tmovi v7.16b, #0x17\n\tmovi v8.16b, #0x18\n\tmovi v31.16b, #0x31\n\t"
                     "mov x9, #9\n\tmov x17, #17\n"
                     "1:\tldr w10, [%1]\n\tcbz w10, 1b\n\t"
                     "umov w11, v0.b[15]\n\tmov x12, #0x11\n\teor %0, x11, x12\n\t"
                     "umov w11, v7.b[0]\n\tmov x12, #0x17\n\teor x11, x11, x12\n\torr %0, %0, x11\n\t"
                     "umov w11, v8.b[8]\n\teor x11, x11, #0x18\n\torr %0, %0, x11\n\t"
                     "umov w11, v31.b[15]\n\tmov x12, #0x31\n\teor x11, x11, x12\n\torr %0, %0, x11\n\t"
                     "mov x12, #9\n\teor x11, x9, x12\n\torr %0, %0, x11\n\t"
                     "mov x12, #17\n\teor x11, x17, x12\n\torr %0, %0, x11"
                     : "=&r"(lost)
                     : "r"(count)
                     : "x9", "x10", "x11", "x12", "x17", "v0", "v7", "v8", "v31", "memory");
    return lost;
}
