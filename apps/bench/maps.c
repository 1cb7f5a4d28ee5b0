/* What a program pays: descriptor calls that find an address, map, and give all of it back. */
#include "apps/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/IODeviceMemory.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"

#define K 1024ull
#define M (1024 * K)
#define G (1024 * M)

/* Physical addresses where no memory is and no device: they are mapped and never touched. 1 GiB aligned. */
#define ROW_PA   (512 * G)
#define CROWD_PA (768 * G)

enum { WARM_UP = 3, FEW = 10, MANY = 10000 };

struct pair {
    uint32_t first, second;
};

static bool failed;

static struct pair count_map(uint64_t size, uint64_t pa_offset)
{
    IOMemoryDescriptorRef memory = IODeviceMemoryCreateWithRange(ROW_PA + pa_offset, size);
    struct pair pair = {0};
    IOMemoryMapRef map = NULL;

    for (int i = 0; i < WARM_UP; i++) {
        pair.first = BENCH_COUNT(map = IOMemoryDescriptorMap(memory, 0));
        failed = failed || map == NULL;
        pair.second = BENCH_COUNT(OSObjectRelease((OSObjectRef)map));
    }
    OSObjectRelease((OSObjectRef)memory);
    return pair;
}

static uint32_t count_segment(void)
{
    IOMemoryDescriptorRef memory = IODeviceMemoryCreateWithRange(ROW_PA, 4 * K);
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, 0);
    IOByteCount length = 0;
    IOPhysicalAddress pa = 0;
    uint32_t count = 0;

    for (int i = 0; i < WARM_UP; i++)
        count = BENCH_COUNT(pa = IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone));
    failed = failed || pa != ROW_PA || length != 4 * K;
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)memory);
    return count;
}

/* The first write to a page of a pageable buffer, all included but zeroing the page. */
static uint32_t count_fault(void)
{
    static uint8_t page[4 * K] __attribute__((aligned(4 * K)));
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 64 * K, 1);
    volatile uint8_t *bytes = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    uint32_t fault = 0, zeroing = 0;

    if (buffer == NULL) {
        failed = true;
        return 0;
    }
    for (unsigned i = 0; i < WARM_UP; i++) {
        fault = BENCH_COUNT(bytes[i * 4 * K] = 1);
        zeroing = BENCH_COUNT(memset(page, 0, sizeof page); __asm__ volatile("" ::: "memory"));
    }
    OSObjectRelease((OSObjectRef)buffer);
    return fault - zeroing;
}

/* A second request for what is mapped already gets the same map. */
static uint32_t count_shared(void)
{
    IOMemoryDescriptorRef memory = IODeviceMemoryCreateWithRange(ROW_PA, 4 * K);
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, 0), again = NULL;
    uint32_t count = 0;

    for (int i = 0; i < WARM_UP; i++) {
        count = BENCH_COUNT(again = IOMemoryDescriptorMap(memory, 0));
        failed = failed || again != map;
        OSObjectRelease((OSObjectRef)again);
    }
    OSObjectRelease((OSObjectRef)map);
    OSObjectRelease((OSObjectRef)memory);
    return count;
}

/* A map of a page of its own, kept until it is released. */
static IOMemoryMapRef join_crowd(unsigned number)
{
    IOMemoryDescriptorRef memory = IODeviceMemoryCreateWithRange(CROWD_PA + number * 8 * K, 4 * K);
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, 0);

    OSObjectRelease((OSObjectRef)memory);
    failed = failed || map == NULL;
    return map;
}

static void count_in_crowd(struct pair *few, struct pair *many)
{
    IOMemoryMapRef *crowd = calloc(MANY, sizeof *crowd);

    if (crowd == NULL) {
        failed = true;
        return;
    }
    for (unsigned i = 0; i < MANY; i++) {
        if (i == FEW)
            *few = count_map(4 * K, 0);
        crowd[i] = join_crowd(i);
    }
    *many = count_map(4 * K, 0);
    for (unsigned i = 0; i < MANY; i++)
        OSObjectRelease((OSObjectRef)crowd[i]);
    free(crowd);
}

static const struct row {
    const char *name;
    uint64_t size, pa_offset;
    struct peers peers;
} rows[] = {
    {"4K", 4 * K, 0, {"1443 / 862", "1642 / 804", NULL, NULL}},
    {"64K", 64 * K, 0, {"2424 / 1080", "2666 / 1190", NULL, NULL}},
    {"2M, aligned", 2 * M, 0, {"1997 / 935", "2234 / 779", NULL, NULL}},
    {"2M, PA off by 4K", 2 * M, 4 * K, {"12234 / 6611", "35610 / 10555", NULL, NULL}},
    {"64M, PA off by 64K", 64 * M, 64 * K, {"331323 / 185308", "417819 / 385346", NULL, NULL}},
    {"1G, aligned", G, 0, {"2137 / 2899", "2271 / 3117", NULL, NULL}},
    {"1G, PA off by 64K", G, 64 * K, {"5276025 / 2924653", "6669821 / 6126488", NULL, NULL}},
};

static void note(struct results *results, const struct row *row, struct pair pair)
{
    if (row->size == 4 * K) {
        results->device_map = pair.first;
        results->device_release = pair.second;
    } else if (row->size == 2 * M && row->pa_offset) {
        results->pages_map = pair.first;
        results->pages_release = pair.second;
    } else if (row->size == G && !row->pa_offset) {
        results->huge_map = pair.first;
        results->huge_release = pair.second;
    }
}

bool bench_maps(struct results *results)
{
    static const struct peers none = {0};
    struct pair few = {0}, many = {0};

    bench_print_header("device: IOMemoryDescriptorMap / release");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair = count_map(rows[i].size, rows[i].pa_offset);
        note(results, &rows[i], pair);
        bench_print_two(rows[i].name, pair.first, pair.second, &rows[i].peers);
    }
    results->map_segment = count_segment();
    results->shared = count_shared();
    results->fault = count_fault();
    bench_print_one("IOMemoryMapGetPhysicalSegment of 4K", results->map_segment, &none);
    bench_print_one("IOMemoryDescriptorMap of what is mapped", results->shared, &none);
    bench_print_one("demand-zero fault, beyond zeroing", results->fault, &none);
    count_in_crowd(&few, &many);
    bench_print_two("4K, with 10 other mappings", few.first, few.second, &none);
    bench_print_two("4K, with 10,000 other mappings", many.first, many.second, &none);
    results->map_few = few.first + few.second;
    results->map_many = many.first + many.second;
    if (failed)
        puts("# a map failed: the numbers above mean nothing");
    return !failed;
}
