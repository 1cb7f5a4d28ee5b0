#include "apps/tour/tour.h"

#include <inttypes.h>
#include <stdio.h>

#include "mmu/mmu.h"
#include "startup/runtime.h"

void stats_print(void)
{
    struct mmu_stats tables;
    struct frame_stats ram;

    mmu_get_stats(mmu_kernel_space(), &tables);
    frame_get_stats(&ram);
    printf("  translation tables  %zu in use, %zu at most so far, %zu ready in the pool; 4K each\n", tables.tables,
           tables.tables_peak, tables.pool_free);
    printf("  RAM                 %" PRIu64 "K, of which %" PRIu64 "K are free, the largest piece %" PRIu64 "K\n",
           ram.total / 1024, ram.free / 1024, ram.largest_run / 1024);
}
