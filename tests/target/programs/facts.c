/* A boot in one line: what the machine is to the program. For scripts that boot many machines. */
#include <stdio.h>

#include "startup/runtime.h"

int main(void)
{
    struct frame_stats ram;
    uint64_t level, high = (uintptr_t)main >> 39;

    __asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
    frame_get_stats(&ram);
    printf("EL%u high=%d cores=%d core=%d ram=%lluM free=%lluM tree=%d\n", (unsigned)(level >> 2), high == 0x1ffffff,
           cpu_count(), cpu_self(), (unsigned long long)(ram.total + (1 << 19)) >> 20,
           (unsigned long long)ram.free >> 20, runtime_device_tree() != NULL);
    return 0;
}
