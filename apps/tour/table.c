#include "apps/tour/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apps/tour/at.h"
#include "apps/tour/judge.h"
#include "apps/tour/words.h"
#include "iomem/IOAddressSpace.h"

#define COLUMNS        "%3s  %-14s %-18s %6s  %-23s %-4s %-9s %-12s %s\n"
#define SEGMENTS_SHOWN 8

void table_print_header(void)
{
    printf(COLUMNS, "#", "name", "virtual address", "length", "cache mode", "MAIR", "leaves", "checked",
           "physical segments");
    printf(COLUMNS, "--", "--------------", "------------------", "------", "-----------------------", "----",
           "---------", "------------", "------------------");
}

/* "1 x 2M", "16 x 4K", or both kinds joined by "+": the sizes of the leaves that hold the mapping. */
static void describe_leaves(IOMemoryMapRef map, char *text, size_t size)
{
    uint64_t va = IOMemoryMapGetVirtualAddress(map), end = va + IOMemoryMapGetLength(map);
    uint64_t leaf_size = 0, count = 0;
    struct IOPageInfo leaf;
    char unit[WORDS_SIZE];
    size_t used = 0;

    text[0] = '\0';
    while (va < end && IOAddressSpaceQuery(kernel_task, va, &leaf) == kIOReturnSuccess) {
        count = leaf.size == leaf_size ? count + 1 : 1;
        leaf_size = leaf.size;
        va = (va & ~(leaf_size - 1)) + leaf_size;
        bool last_of_kind =
            va >= end || IOAddressSpaceQuery(kernel_task, va, &leaf) != kIOReturnSuccess || leaf.size != leaf_size;
        if (last_of_kind && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64 " x %s", used ? "+" : "", count,
                                     words_size(leaf_size, unit));
    }
}

static void print_segment(uint64_t pa, uint64_t size)
{
    char text[WORDS_SIZE];

    printf("0x%08" PRIx64 " + %s\n", pa, words_size(size, text));
}

/* The first segment ends the line; each further one has a line of its own below it. */
static void print_segments(IOMemoryMapRef map)
{
    unsigned count = 0;
    IOByteCount size;

    for (uint64_t offset = 0; offset < IOMemoryMapGetLength(map); offset += size, count++) {
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &size, kIOMemoryMapperNone);
        if (size == 0)
            break;
        if (count > 0 && count < SEGMENTS_SHOWN)
            printf("%99s", "");
        if (count < SEGMENTS_SHOWN)
            print_segment(pa, size);
    }
    if (count == 0)
        puts("none: not mapped");
    else if (count > SEGMENTS_SHOWN)
        printf("%99s and %u more\n", "", count - SEGMENTS_SHOWN);
}

bool table_print_line(const struct line *line, uint64_t *pages)
{
    struct judgement judgement = judge_map(line->map, line->mair);
    char length[WORDS_SIZE], leaves[40];
    struct IOPageInfo page = {0};

    IOAddressSpaceQuery(kernel_task, IOMemoryMapGetVirtualAddress(line->map), &page);
    describe_leaves(line->map, leaves, sizeof leaves);
    printf("%3u  %-14s 0x%016" PRIx64 " %6s  %-23s %-4.2x %-9s %-12s ", line->number, line->name,
           IOMemoryMapGetVirtualAddress(line->map), words_size(IOMemoryMapGetLength(line->map), length),
           words_cache_mode(IOMemoryMapGetMapOptions(line->map)), at_mair_byte(page.attr_index), leaves,
           judgement.agrees ? "AT ok" : "AT DISAGREES");
    print_segments(line->map);
    if (!judgement.agrees)
        printf("     disagreement at %s\n", judgement.why);
    *pages += judgement.pages;
    return judgement.agrees;
}

unsigned table_print_all(unsigned *line_count, uint64_t *pages)
{
    unsigned disagreements = 0;

    table_print_header();
    for (struct line *line = lines_first(); line; line = line->next, (*line_count)++)
        disagreements += !table_print_line(line, pages);
    return disagreements;
}
