/* The engine's calls, in a space of its own that nothing runs in: only the tables are exercised. */
#include "apps/bench/bench.h"

#include <stddef.h>
#include <stdio.h>

#include "mmu/mmu.h"

#define K 1024ull
#define M (1024 * K)
#define G (1024 * M)

/* 1 GiB aligned, and so is the physical address: each row adds what it needs to be off by. */
#define VA (64 * G)
#define PA (32 * G)

#define ATTR (MMU_WRITEBACK | MMU_WRITE)

enum { WARM_UP = 3 };

static struct mmu_space *made;
static bool failed;

static void must(int error)
{
    if (error != MMU_OK)
        failed = true;
}

struct pair {
    uint32_t first, second;
};

/* A mapped page `neighbour` bytes on keeps the tables above the row's entries in place. */
static void with_neighbour(uint64_t neighbour, bool present)
{
    struct mmu_range range = {VA + neighbour, PA, 4 * K, ATTR};

    must(present ? mmu_map(made, &range) : mmu_unmap(made, range.va, range.size));
}

static struct pair count_map(uint64_t size, uint64_t pa_offset, uint64_t neighbour)
{
    struct mmu_space *const space = made; /* in a register: loading it is not the call's cost */
    struct mmu_range range = {VA, PA + pa_offset, size, ATTR};
    struct pair pair = {0};
    int error = MMU_OK;

    with_neighbour(neighbour, true);
    for (int i = 0; i < WARM_UP; i++) {
        pair.first = BENCH_COUNT(error = mmu_map(space, &range));
        must(error);
        pair.second = BENCH_COUNT(error = mmu_unmap(space, VA, size));
        must(error);
    }
    with_neighbour(neighbour, false);
    return pair;
}

/* Write taken away, then given back. */
static struct pair count_protect(uint64_t size, uint64_t pa_offset, uint64_t neighbour)
{
    struct mmu_space *const space = made;
    struct mmu_range range = {VA, PA + pa_offset, size, ATTR};
    struct pair pair = {0};
    int error = MMU_OK;

    with_neighbour(neighbour, true);
    must(mmu_map(space, &range));
    for (int i = 0; i < WARM_UP; i++) {
        pair.first = BENCH_COUNT(error = mmu_protect(space, VA, size, MMU_WRITEBACK));
        must(error);
        pair.second = BENCH_COUNT(error = mmu_protect(space, VA, size, ATTR));
        must(error);
    }
    must(mmu_unmap(space, VA, size));
    with_neighbour(neighbour, false);
    return pair;
}

static uint32_t count_segment(uint64_t size, uint64_t pa_offset)
{
    struct mmu_space *const space = made;
    struct mmu_range range = {VA, PA + pa_offset, size, ATTR};
    uint32_t count = 0;
    uint64_t length = 0, pa = 0;

    must(mmu_map(space, &range));
    for (int i = 0; i < WARM_UP; i++)
        count = BENCH_COUNT(length = mmu_segment(space, VA, size, &pa));
    if (length != size || pa != range.pa)
        failed = true;
    must(mmu_unmap(space, VA, size));
    return count;
}

static void count_lookups(uint32_t *walk, uint32_t *translate)
{
    struct mmu_space *const space = made;
    struct mmu_range range = {VA, PA + 4 * K, 4 * K, ATTR};
    struct mmu_leaf leaf;
    uint64_t pa = 0;
    int error = MMU_OK;

    must(mmu_map(space, &range));
    for (int i = 0; i < WARM_UP; i++) {
        *walk = BENCH_COUNT(error = mmu_walk(space, VA, &leaf));
        must(error);
        *translate = BENCH_COUNT(error = mmu_translate(space, VA, &pa));
        must(error);
    }
    if (leaf.pa != range.pa || pa != range.pa)
        failed = true;
    must(mmu_unmap(space, VA, range.size));
}

static const struct map_row {
    const char *name;
    uint64_t size, pa_offset, neighbour;
    struct peers peers;
} map_rows[] = {
    {"1 page", 4 * K, 0, M, {"249 / 211", "343 / 297", "3032 / 2906", "462 / 366"}},
    {"16 pages, PA off by 4K", 64 * K, 4 * K, M, {"549 / 436", "683 / 754", "4397 / 3371", "852 / 666"}},
    {"2M as one block", 2 * M, 0, 2 * M, {"235 / 2195", "251 / 208", "2634 / 2438", "363 / 268"}},
    {"512 pages, PA off by 4K",
     2 * M,
     4 * K,
     2 * M,
     {"10472 / 7876", "33627 / 9984", "49607 / 18771", "15491 / 10745"}},
    {"512 pages, PA off by 64K",
     2 * M,
     64 * K,
     2 * M,
     {"10472 / 7876", "13177 / 12128", "49607 / 18771", "15491 / 10745"}},
    {"1G as one block", G, 0, G, {"192 / 109", "205 / 169", "2406 / 2253", "267 / 187"}},
    {"1G, PA off by 2M (512 blocks)", G, 2 * M, G, {"26299 / 12408", "32447 / 13494", NULL, NULL}},
};

static void print_map_rows(struct results *results)
{
    for (size_t i = 0; i < sizeof map_rows / sizeof map_rows[0]; i++) {
        const struct map_row *row = &map_rows[i];
        struct pair pair = count_map(row->size, row->pa_offset, row->neighbour);
        if (i == 0) {
            results->map_page = pair.first;
            results->unmap_page = pair.second;
        } else if (row->size == 2 * M && row->pa_offset == 4 * K) {
            results->map_512 = pair.first;
            results->unmap_512 = pair.second;
        }
        bench_print_two(row->name, pair.first, pair.second, &row->peers);
    }
}

static void print_other_rows(struct results *results)
{
    static const struct peers new_table = {"+1030", "+1190", "+270", "+1700..2900"};
    static const struct peers protect_page = {"283", "594", "333", NULL};
    static const struct peers protect_512 = {"16635", "16927", "142390", NULL};
    static const struct peers translate_peers = {"68", "111", "114", "163"};
    static const struct peers segment_peers = {"74..76", "117..146", "119 (no PA)", "168"};
    static const struct peers block_peers = {"14.7 M", "21.5 M", NULL, NULL};
    static const struct peers none = {0};

    struct pair table = count_map(4 * K, 0, 2 * M);
    struct pair page = count_protect(4 * K, 4 * K, M), pages = count_protect(2 * M, 4 * K, 2 * M);
    count_lookups(&results->walk, &results->translate);
    uint32_t run = count_segment(2 * M, 4 * K);
    results->segment_page = (run + 511) / 512;
    results->new_table = table.first - results->map_page;
    results->protect_512 = pages.first;

    bench_print_two("1 page and the new table that it needs", table.first, table.second, &none);
    bench_print_one("  of which for the new table", results->new_table, &new_table);
    bench_print_two("protect 1 page: read-only / writable", page.first, page.second, &protect_page);
    bench_print_two("protect 512 pages: read-only / writable", pages.first, pages.second, &protect_512);
    bench_print_one("walk: all about 1 page", results->walk, &none);
    bench_print_one("translate: the address of 1 page", results->translate, &translate_peers);
    bench_print_one("segment of 512 pages, for each page", results->segment_page, &segment_peers);
    bench_print_one("segment of 1G as one block", count_segment(G, 0), &block_peers);
}

bool bench_tables(struct results *results)
{
    made = mmu_space_create(&mmu_vmsa64_4k, 48, &mmu_cpu_backend);
    if (made == NULL) {
        puts("# no memory for a space");
        return false;
    }
    bench_print_header("tables: map / unmap, tables in the pool");
    print_map_rows(results);
    print_other_rows(results);
    failed = !bench_parts(made, results) || failed;
    mmu_space_destroy(made);
    if (failed)
        puts("# a call of the engine failed: the numbers above mean nothing");
    return !failed;
}
