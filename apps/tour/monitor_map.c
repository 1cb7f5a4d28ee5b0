/* The monitor's commands that change what is mapped. */
#include "apps/tour/monitor.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/at.h"
#include "apps/tour/lines.h"
#include "apps/tour/table.h"
#include "apps/tour/words.h"
#include "iomem/port.h"

void monitor_maps(const struct words *words)
{
    unsigned count = 0;
    uint64_t pages = 0;

    (void)words;
    if (lines_first() == NULL)
        puts("There are no mappings. Make one: map 0x9000000 4K");
    else
        table_print_all(&count, &pages);
}

static bool cacheable(IOOptionBits mode)
{
    return mode == kIOMapWriteThruCache || mode == kIOMapCopybackCache || mode == kIOMapCopybackInnerCache;
}

/* A frame of the range that belongs to the runtime: its cache mode never changes. */
static bool holds_runtime(uint64_t pa, uint64_t length)
{
    for (uint64_t offset = 0; offset < length; offset += PORT_PAGE_SIZE) {
        const struct port_frame *frame = port_frame(pa + offset);
        if (frame && frame->owner == PORT_OWNER_RUNTIME)
            return true;
    }
    return false;
}

static const char *why_refused(uint64_t pa, uint64_t length, IOOptionBits mode)
{
    bool ram = port_is_ram(pa, length);

    if (length == 0)
        return "there is nothing to map: the length is 0";
    if (pa + length - 1 < pa || (pa + length - 1) >> at_pa_bits() != 0)
        return "the range ends beyond the physical addresses that this CPU can put out";
    if (cacheable(mode) && !ram)
        return "a cached mode is for RAM only, and not all of this is RAM";
    if (mode && ram && (pa | length) % PORT_PAGE_SIZE)
        return "RAM has one cache mode a page: give whole pages (4K)";
    if (mode && ram && holds_runtime(pa, length))
        return "the runtime itself uses some of these pages, and their cache mode stays as it is";
    return "there is no free range of addresses that long, or no memory for its tables";
}

void monitor_map(const struct words *words)
{
    uint64_t pa, length, pages = 0;
    IOOptionBits mode = kIOMapDefaultCache;

    if (!monitor_number(words, 1, "PA", &pa) || !monitor_number(words, 2, "LEN", &length))
        return;
    if (words->count > 3 && !words_parse_cache_mode(words->word[3], &mode)) {
        printf("\"%s\" is not a cache mode. They are:", words->word[3]);
        for (IOOptionBits i = 0; i < 10; i++)
            printf(" %s", words_cache_mode(i << kIOMapCacheShift));
        puts("");
        return;
    }
    struct line *line = lines_add("yours", IOMemoryDescriptorCreateWithPhysicalAddress(pa, length, kIODirectionInOut),
                                  kIOMapUnique | mode);
    if (line == NULL) {
        printf("Refused: %s.\n", why_refused(pa, length, mode));
        return;
    }
    if (mode && port_is_ram(pa, length))
        lines_forget_mair();
    table_print_header();
    table_print_line(line, &pages);
}

static const char *why_not_redirected(IOReturn error)
{
    switch (error) {
    case kIOReturnBadArgument:
        return "only a mapping that shares its pages with no other is redirected: those that map made";
    case kIOReturnNotAligned:
        return "PA must have the same offset in its page as the memory that is mapped there now";
    default:
        return "that memory cannot be mapped there";
    }
}

void monitor_redirect(const struct words *words)
{
    uint64_t number, pa, pages = 0;

    if (!monitor_number(words, 1, "N", &number) || !monitor_number(words, 2, "PA", &pa))
        return;
    struct line *line = number <= UINT32_MAX ? lines_find((unsigned)number) : NULL;
    if (line == NULL) {
        puts("No mapping has that number; \"maps\" lists them.");
        return;
    }
    IOMemoryDescriptorRef memory =
        IOMemoryDescriptorCreateWithPhysicalAddress(pa, IOMemoryMapGetLength(line->map), kIODirectionInOut);
    IOReturn error = memory ? IOMemoryMapRedirect(line->map, memory, 0, 0) : kIOReturnError;
    OSObjectRelease((OSObjectRef)memory);
    if (error != kIOReturnSuccess) {
        printf("Refused: %s (0x%x).\n", why_not_redirected(error), (unsigned)error);
        return;
    }
    line->mair = -1; /* the new memory has a cache mode of its own */
    table_print_header();
    table_print_line(line, &pages);
}

void monitor_unmap(const struct words *words)
{
    uint64_t which;

    if (!monitor_number(words, 1, "N|VA", &which))
        return;
    struct line *line = which <= UINT32_MAX ? lines_find((unsigned)which) : lines_find_va(which);
    if (line == NULL) {
        puts(which <= UINT32_MAX ? "No mapping has that number; \"maps\" lists them."
                                 : "No mapping of \"maps\" covers that address.");
        return;
    }
    printf("Unmapped #%u, %s, at 0x%" PRIx64 ".\n", line->number, line->name, IOMemoryMapGetVirtualAddress(line->map));
    lines_remove(line);
}
