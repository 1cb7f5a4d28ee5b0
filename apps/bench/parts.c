/* Pages from anywhere, and a page cut out of a block. */
#include <stddef.h>

#include "apps/bench/bench.h"
#include "mmu/mmu.h"

#define K 1024ull
#define M (1024 * K)
#define G (1024 * M)

#define VA (96 * G)
#define PA (32 * G)

#define ATTR (MMU_WRITEBACK | MMU_WRITE)

enum { WARM_UP = 3, PAGES = 512 };

static bool failed;

static void must(int error)
{
    if (error != MMU_OK)
        failed = true;
}

/* All of a call for PAGES pages, for each of them, rounded up */
static uint32_t each(uint32_t count)
{
    return (count + PAGES - 1) / PAGES;
}

static void count_scattered(struct mmu_space *space, struct results *results)
{
    static uint64_t pages[PAGES];
    uint64_t pa = 0, length = 0;
    int error = MMU_OK;

    for (size_t i = 0; i < PAGES; i++)
        pages[i] = PA + i * 37 % PAGES * 8 * K;
    for (int i = 0; i < WARM_UP; i++) {
        results->scattered_map = each(BENCH_COUNT(error = mmu_map_pages(space, VA, pages, PAGES, ATTR)));
        must(error);
        length = mmu_segment(space, VA, G, &pa);
        results->scattered_segment = BENCH_COUNT(length = mmu_segment(space, VA + 64 * K, G, &pa));
        results->scattered_unmap = each(BENCH_COUNT(error = mmu_unmap(space, VA, PAGES * 4 * K)));
        must(error);
    }
    if (length != 4 * K || pa != pages[16])
        failed = true;
}

static void count_split(struct mmu_space *space, struct results *results)
{
    struct mmu_range block = {VA, PA, 2 * M, ATTR};
    int error = MMU_OK;

    for (int i = 0; i < WARM_UP; i++) {
        must(mmu_map(space, &block));
        results->split = BENCH_COUNT(error = mmu_unmap(space, VA + M, 4 * K));
        must(error);
        must(mmu_unmap(space, VA, M));
        must(mmu_unmap(space, VA + M + 4 * K, M - 4 * K));
    }
}

bool bench_parts(struct mmu_space *space, struct results *results)
{
    static const struct peers scattered = {"56.1 / 11.1", "110 / 19.2", "487866 / 839959", "473 / 1658"};
    static const struct peers segment = {"74..76", "117..146", "119 (no PA)", "168"};
    static const struct peers none = {0};
    struct mmu_range neighbour = {VA + 2 * M, PA, 4 * K, ATTR};

    must(mmu_map(space, &neighbour));
    count_scattered(space, results);
    count_split(space, results);
    must(mmu_unmap(space, neighbour.va, neighbour.size));

    bench_print_two("512 scattered pages, for each page", results->scattered_map, results->scattered_unmap, &scattered);
    bench_print_one("segment of 1 of them", results->scattered_segment, &segment);
    bench_print_one("unmap 1 page of a block of 2M", results->split, &none);
    return !failed;
}
