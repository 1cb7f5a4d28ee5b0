#include "startup/cpu.h"

unsigned cpu_pa_bits(void)
{
    static const unsigned char bits[16] = {32, 36, 40, 42, 44, 48, 52, 52};
    uint64_t mmfr0;

    __asm__("mrs %0, id_aa64mmfr0_el1" : "=r"(mmfr0));
    return bits[mmfr0 & 0xf];
}

void cpu_unmask(void)
{
    __asm__ volatile("msr daifclr, #7" ::: "memory");
}
