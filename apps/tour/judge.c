#include "apps/tour/judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "apps/tour/at.h"
#include "iomem/IOAddressSpace.h"

#define PAGE 4096u
#define EVERY_MAX                                                                                                      \
    (64u << 20) /* bytes: of a larger map one page a leaf is judged, or blocks of 1G would take minutes                \
                 */

enum { PROTECTION_WRITE = 2, OUTER_SHAREABLE = 2 };

static void object(struct judgement *judgement, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void object(struct judgement *judgement, const char *format, ...)
{
    va_list list;

    judgement->agrees = false;
    va_start(list, format);
    vsnprintf(judgement->why, sizeof judgement->why, format, list);
    va_end(list);
}

/*
 * Shareability means something for cacheable memory only. For the rest AT may answer with the
 * entry's own field or with Outer Shareable (Arm ARM, PAR_EL1.SH), and machines do either.
 */
static bool shareability_agrees(const struct at_answer *at, uint8_t in_table)
{
    bool cacheable = at->mair == 0xbb || at->mair == 0xff;

    return at->shareability == in_table || (!cacheable && at->shareability == OUTER_SHAREABLE);
}

static void judge_write(struct judgement *judgement, uint64_t va, bool writable)
{
    struct at_answer at = at_ask(va, AT_WRITE);

    if (at.translates != writable)
        object(judgement, "0x%" PRIx64 ": the table says %s, AT says %s", va, writable ? "writable" : "read-only",
               at.translates ? "writable" : "not writable");
}

static void judge_page(struct judgement *judgement, uint64_t va, uint64_t pa, int mair)
{
    struct at_answer at = at_ask(va, AT_READ);
    struct IOPageInfo page;

    bool mapped = IOAddressSpaceQuery(kernel_task, va, &page) == kIOReturnSuccess;
    uint8_t in_table = mapped ? at_mair_byte(page.attr_index) : 0;

    if (!mapped)
        object(judgement, "0x%" PRIx64 ": a segment, but no mapping", va);
    else if (!at.translates)
        object(judgement, "0x%" PRIx64 ": mapped, but AT cannot translate it (status 0x%02x)", va, at.status);
    else if (at.pa != pa || page.pa != pa)
        object(judgement, "0x%" PRIx64 ": segment 0x%" PRIx64 ", table 0x%" PRIx64 ", AT 0x%" PRIx64, va, pa, page.pa,
               at.pa);
    else if ((at.tells_type && at.mair != in_table) || (mair >= 0 && in_table != mair))
        object(judgement, "0x%" PRIx64 ": MAIR byte %02x in the table, %02x by AT, %02x by its cache mode", va,
               in_table, at.tells_type ? at.mair : in_table, mair >= 0 ? (unsigned)mair : in_table);
    else if (at.tells_type && !shareability_agrees(&at, page.shareability))
        object(judgement, "0x%" PRIx64 ": shareability %u in the table, %u by AT", va, page.shareability,
               at.shareability);
    else
        judge_write(judgement, va, page.protection & PROTECTION_WRITE);
}

static uint64_t leaf_size(uint64_t va)
{
    struct IOPageInfo leaf;

    return IOAddressSpaceQuery(kernel_task, va, &leaf) == kIOReturnSuccess ? leaf.size : PAGE;
}

struct segment {
    uint64_t va, pa, size;
};

static void judge_segment(struct judgement *judgement, const struct segment *segment, int mair, bool every_page)
{
    for (uint64_t done = 0, step; done < segment->size && judgement->agrees; done += step, judgement->pages++) {
        uint64_t va = segment->va + done;
        judge_page(judgement, va, segment->pa + done, mair);
        uint64_t unit = every_page ? PAGE : leaf_size(va);
        step = unit - va % unit;
    }
}

struct judgement judge_map(IOMemoryMapRef map, int mode_mair)
{
    int mair = mode_mair < 0 ? mode_mair : at_mair_reduced((uint8_t)mode_mair);
    struct judgement judgement = {.agrees = true};
    uint64_t length = IOMemoryMapGetLength(map);
    struct segment segment = {.va = IOMemoryMapGetVirtualAddress(map)};

    for (uint64_t offset = 0; offset < length && judgement.agrees; offset += segment.size, segment.va += segment.size) {
        segment.pa = IOMemoryMapGetPhysicalSegment(map, offset, &segment.size, kIOMemoryMapperNone);
        if (segment.size == 0)
            object(&judgement, "0x%" PRIx64 ": inside the mapping, but no segment", segment.va);
        judge_segment(&judgement, &segment, mair, length <= EVERY_MAX);
    }
    return judgement;
}
