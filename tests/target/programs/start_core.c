/* What cpu_start answers for core 1, twice: for scripts that boot machines on which it does not come. */
#include <stdio.h>

#include "startup/runtime.h"

static void nothing(void *unused)
{
    (void)unused;
}

int main(void)
{
    for (int i = 0; i < 2; i++)
        printf("cpu_start %d of %d: %d\n", i, cpu_count(), cpu_start(1, nothing, NULL));
    return 0;
}
