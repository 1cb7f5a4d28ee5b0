#include "startup/cpu.h"

void cpu_unmask(void)
{
    __asm__ volatile("cpsie aif" ::: "memory");
}

uint64_t cpu_timer(uint64_t hertz)
{
    uint64_t count;
    uint32_t frequency;

    __asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(count)); /* CNTVCT, not read ahead of what it times */
    __asm__("mrc p15, 0, %0, c14, c0, 0" : "=r"(frequency));
    if (!frequency) /* firmware that never set it: time stands still */
        return 0;
    return count / frequency * hertz + count % frequency * hertz / frequency;
}
