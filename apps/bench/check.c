#include "apps/bench/bench.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

static unsigned test_count, failure_count;

static void expect(uint32_t count, uint32_t limit, const char *what)
{
    bool right = count != BENCH_UNKNOWN && count <= limit;

    printf("%sok %u - %s in at most %" PRIu32 " instructions\n", right ? "" : "not ", ++test_count, what, limit);
    if (!right) {
        printf("# took %" PRIu32 "\n", count);
        failure_count++;
    }
}

int bench_check(const struct results *results)
{
    expect(results->map_page, 130, "mmu_map of 1 page");
    expect(results->unmap_page, 130, "mmu_unmap of 1 page");
    expect(results->map_512, 2200, "mmu_map of 512 pages that cannot be a block");
    expect(results->unmap_512, 700, "mmu_unmap of 512 pages that cannot be a block");
    expect(results->new_table, 600, "a new table on the way");
    expect(results->protect_512, 3500, "mmu_protect of 512 pages");
    expect(results->walk, 60, "mmu_walk of 1 page");
    expect(results->translate, 40, "mmu_translate of 1 page");
    expect(results->segment_page, 4, "mmu_segment over 512 pages, for each page,");
    expect(results->scattered_map, 9, "mmu_map_pages of 512 scattered pages, for each page,");
    expect(results->scattered_unmap, 3, "mmu_unmap of them, for each page,");
    expect(results->scattered_segment, 51, "mmu_segment of one of them");
    expect(results->split, 1800, "mmu_unmap of a page of a block");
    expect(results->device_map, 700, "IOMemoryDescriptorMap of a device's page");
    expect(results->device_release, 500, "its release");
    expect(results->pages_map, 3500, "IOMemoryDescriptorMap of 2M that cannot be a block");
    expect(results->pages_release, 1500, "its release");
    expect(results->huge_map, 700, "IOMemoryDescriptorMap of 1G");
    expect(results->huge_release, 500, "its release");
    expect(results->map_segment, 90, "IOMemoryMapGetPhysicalSegment of a page");
    expect(results->shared, 200, "IOMemoryDescriptorMap of what is mapped");
    expect(results->fault, 900, "a demand-zero fault, beyond zeroing,");
    expect(results->map_many, results->map_few + results->map_few / 10, "map and release of 4K among 10,000 mappings");
    printf("1..%u\n", test_count);
    return failure_count ? 1 : 0;
}
