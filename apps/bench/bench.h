/* What the benchmark's parts share: counting, and the table they print into. */
#ifndef APPS_BENCH_BENCH_H
#define APPS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "apps/bench/retired_a64.h"

#define BENCH_UNKNOWN UINT32_MAX

/* What the reading of the counter costs by itself. */
extern uint32_t bench_overhead;

/* Instructions that the statement takes. Arguments it computes on the way are counted with it. */
#define BENCH_COUNT(statement)                                                                                         \
    ({                                                                                                                 \
        uint32_t start_ = retired();                                                                                   \
        statement;                                                                                                     \
        retired() - start_ - bench_overhead;                                                                           \
    })

/* The other code bases' numbers, as printed: "map / unmap" or one number; NULL: it has no such call. */
struct peers {
    const char *linux_6_1, *linux_7_2, *tf_a, *lk;
};

void bench_print_header(const char *title);
void bench_print_one(const char *name, uint32_t count, const struct peers *peers);
void bench_print_two(const char *name, uint32_t first, uint32_t second, const struct peers *peers);

/* The limits that `check` holds us to; the table's parts fill in what they measured. */
struct results {
    uint32_t map_page, unmap_page, map_512, unmap_512, new_table, protect_512, walk, translate, segment_page;
    uint32_t scattered_map, scattered_unmap, scattered_segment, split;
    uint32_t device_map, device_release, huge_map, huge_release, shared, map_segment; /* 4K and 1G of a device */
    uint32_t pages_map, pages_release;                                                /* 2M that cannot be a block */
    uint32_t fault;             /* a page that comes when it is touched, zeroing it left out */
    uint32_t map_few, map_many; /* a user's map and release with 10 and with 10,000 mappings around */
};

bool bench_tables(struct results *results); /* the engine's calls; false: they did not work */
struct mmu_space;
bool bench_parts(struct mmu_space *space, struct results *results);
bool bench_maps(struct results *results); /* the classes' calls */

int bench_check(const struct results *results); /* TAP; returns the status to exit with */

#endif
