/* A boot in one line: what the machine is to the program. For scripts that boot many machines. */
#include <stdio.h>

#include "startup/runtime.h"
#include "tests/target/boot_state.h"
#include "tests/target/live.h"

int main(void)
{
    struct frame_stats ram;

    frame_get_stats(&ram);
    printf("EL%u high=%d cores=%d core=%d ram=%lluM free=%lluM tree=%d\n", boot_state_level(),
           (uintptr_t)main >= live_root().va, cpu_count(), cpu_self(),
           (unsigned long long)(ram.total + (1 << 19)) >> 20, (unsigned long long)ram.free >> 20,
           runtime_device_tree() != NULL);
    return 0;
}
