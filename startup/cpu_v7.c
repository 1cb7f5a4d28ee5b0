#include "startup/cpu.h"

void cpu_unmask(void)
{
    __asm__ volatile("cpsie aif" ::: "memory");
}
