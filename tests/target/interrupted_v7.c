#include "tests/target/interrupted.h"

bool interrupted_is_masked(void)
{
    uint32_t cpsr;

    __asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
    return cpsr & 1 << 7;
}

void interrupted_scribble(void)
{
    __asm__ volatile("vmov.i8 q0, #0x55\n\tvmov.i8 q7, #0x55\n\tvmov.i8 q15, #0x55\n\t"
                     "mvn r3, #0\n\tmvn r12, #0\n\tcmp r3, #5\n\tvmsr fpscr, r12"
                     :
                     :
                     : "q0", "q7", "q15", "r3", "r12", "cc");
}

/* All in one piece of assembler: between the load and the look the compiler must have no say. The flags too. */
uint64_t interrupted_registers(volatile int *count)
{
    uint32_t lost;

    __asm__ volatile("vmov.i8 q0, #0x11\n\tvmov.i8 q7, #0x17\n\tvmov.i8 q15, #0x1f\n\t"
                     "mov r3, #3\n\tmov r12, #12\n\tmov lr, #14\n"
                     "1:\tldr r4, [%1]\n\tcmp r4, #0\n\tbeq 1b\n\t"
                     "eor %0, r3, #3\n\teor r4, r12, #12\n\torr %0, %0, r4\n\teor r4, lr, #14\n\torr %0, %0, r4\n\t"
                     "vmov.u8 r4, d0[7]\n\teor r4, r4, #0x11\n\torr %0, %0, r4\n\t"
                     "vmov.u8 r4, d14[0]\n\teor r4, r4, #0x17\n\torr %0, %0, r4\n\t"
                     "vmov.u8 r4, d31[7]\n\teor r4, r4, #0x1f\n\torr %0, %0, r4\n\t"
                     "vmrs r4, fpscr\n\tbic r4, r4, #0xf0000000\n\torr %0, %0, r4"
                     : "=&r"(lost)
                     : "r"(count)
                     : "r3", "r4", "r12", "lr", "q0", "q7", "q15", "cc", "memory");
    return lost;
}
