/* The monitor's commands that only look. */
#include "apps/tour/monitor.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/at.h"
#include "apps/tour/tour.h"
#include "apps/tour/words.h"
#include "mmu/mmu.h"
#include "startup/exception.h"

static const char *const type_words[] = {
    [MMU_DEVICE_nGnRnE] = "Device-nGnRnE", [MMU_DEVICE_nGnRE] = "Device-nGnRE", [MMU_DEVICE_nGRE] = "Device-nGRE",
    [MMU_DEVICE_GRE] = "Device-GRE",       [MMU_UNCACHED] = "uncached",         [MMU_WRITETHROUGH] = "write-through",
    [MMU_WRITEBACK] = "write-back",
};

static const char *const tag_words[] = {
    [MMU_TAG_NONE] = "nothing is mapped there",
    [MMU_TAG_GUARD] = "a guard: running into it faults",
    [MMU_TAG_BLOCKED] = "blocked for now",
    [MMU_TAG_DEMAND] = "to be filled when it is touched",
    [MMU_TAG_RESERVED] = "reserved",
    [MMU_TAG_BUSY] = "being changed",
};

static void print_attributes(uint32_t attr)
{
    unsigned type = attr & MMU_TYPE_MASK;

    printf("r%c%c%s %s", attr & MMU_WRITE ? 'w' : '-', attr & MMU_EXEC ? 'x' : '-', attr & MMU_USER ? " user" : "",
           type < sizeof type_words / sizeof type_words[0] ? type_words[type] : "?");
}

void monitor_walk(const struct words *words)
{
    uint64_t va;
    struct mmu_leaf leaf;
    char size[WORDS_SIZE];

    if (!monitor_number(words, 1, "VA", &va))
        return;
    int error = mmu_walk(mmu_kernel_space(), va, &leaf);
    if (error == MMU_RANGE) {
        puts("That address is not in the kernel's half of the address space.");
        return;
    }
    fflush(stdout); /* the runtime's own report goes to the console past stdout's buffer */
    view_print_walk(va);
    printf("level %d, %s of %s: ", leaf.level, error == MMU_OK ? "a leaf" : "an invalid entry",
           words_size(leaf.size, size));
    if (error != MMU_OK) {
        puts(leaf.tag <= MMU_TAG_BUSY ? tag_words[leaf.tag] : "an unknown tag");
        return;
    }
    printf("physical 0x%" PRIx64 ", ", leaf.pa);
    print_attributes(leaf.attr);
    puts("");
}

void monitor_segments(const struct words *words)
{
    uint64_t va, length, pa, size;
    char text[WORDS_SIZE];

    if (!monitor_number(words, 1, "VA", &va) || !monitor_number(words, 2, "LEN", &length))
        return;
    if (length == 0)
        puts("LEN: a range of 0 bytes has no segments");
    for (uint64_t done = 0; done < length; done += size) {
        size = mmu_segment(mmu_kernel_space(), va + done, length - done, &pa);
        if (size == 0) {
            printf("0x%016" PRIx64 "  not mapped; the list ends here\n", va + done);
            return;
        }
        printf("0x%016" PRIx64 "  physical 0x%08" PRIx64 " + %s\n", va + done, pa, words_size(size, text));
    }
}

static int print_range(void *context, const struct mmu_range *range, const struct mmu_leaf *first)
{
    char size[WORDS_SIZE], leaf[WORDS_SIZE];

    (void)context;
    printf("0x%016" PRIx64 " + %-8s", range->va, words_size(range->size, size));
    if (first->tag) {
        printf("%s\n", first->tag <= MMU_TAG_BUSY ? tag_words[first->tag] : "an unknown tag");
        return 0;
    }
    printf("physical 0x%010" PRIx64 "  leaves from %-5s", range->pa, words_size(first->size, leaf));
    print_attributes(range->attr);
    puts("");
    return 0;
}

void monitor_dump(const struct words *words)
{
    (void)words;
    mmu_dump(mmu_kernel_space(), print_range, NULL);
}

static void print_answer(const char *access, struct at_answer at)
{
    if (at.translates && !at.tells_type)
        printf("%-12s physical 0x%" PRIx64 ", memory type not told\n", access, at.pa);
    else if (at.translates)
        printf("%-12s physical 0x%" PRIx64 ", MAIR %02x (%s), %s shareable\n", access, at.pa, at.mair,
               words_mair(at.mair),
               at.shareability == 3   ? "inner"
               : at.shareability == 2 ? "outer"
                                      : "not");
    else
        printf("%-12s refused: %s, level %u\n", access, syndrome_status_name(at.status), at.status & 3);
}

void monitor_at(const struct words *words)
{
    uint64_t va;

    if (!monitor_number(words, 1, "VA", &va))
        return;
    print_answer("read", at_ask(va, AT_READ));
    print_answer("write", at_ask(va, AT_WRITE));
    print_answer("read at EL0", at_ask(va, AT_USER_READ));
}

void monitor_stats(const struct words *words)
{
    (void)words;
    stats_print();
}
