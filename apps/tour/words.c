#include "apps/tour/words.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "startup/runtime.h"

/* On RAM the strict device modes become Device-GRE, as in IOKit. */
static const struct {
    const char *word;
    uint8_t device, ram; /* MAIR bytes */
} modes[] = {
    [kIODefaultCache] = {"Default", 0x00, 0xff},
    [kIOInhibitCache] = {"Inhibit", 0x00, 0x0c},
    [kIOWriteThruCache] = {"WriteThru", 0xbb, 0xbb},
    [kIOCopybackCache] = {"Copyback", 0xff, 0xff},
    [kIOWriteCombineCache] = {"WriteCombine", 0x44, 0x44},
    [kIOCopybackInnerCache] = {"CopybackInner", 0xff, 0xff},
    [kIOPostedWrite] = {"PostedWrite", 0x04, 0x0c},
    [kIORealTimeCache] = {"RealTime", 0x44, 0x44},
    [kIOPostedReordered] = {"PostedReordered", 0x08, 0x0c},
    [kIOPostedCombinedReordered] = {"PostedCombinedReordered", 0x0c, 0x0c},
};
#define MODE_COUNT (sizeof modes / sizeof modes[0])

static size_t mode_of(IOOptionBits map_options)
{
    size_t mode = (map_options & kIOMapCacheMask) >> kIOMapCacheShift;

    return mode < MODE_COUNT ? mode : kIODefaultCache;
}

const char *words_cache_mode(IOOptionBits map_options)
{
    return modes[mode_of(map_options)].word;
}

bool words_parse_cache_mode(const char *word, IOOptionBits *map_options)
{
    for (size_t i = 0; i < MODE_COUNT; i++)
        if (strcasecmp(word, modes[i].word) == 0 || (word[0] == (char)('0' + i) && word[1] == '\0')) {
            *map_options = (IOOptionBits)i << kIOMapCacheShift;
            return true;
        }
    return false;
}

int words_mair_of(IOOptionBits map_options, bool ram)
{
    return ram ? modes[mode_of(map_options)].ram : modes[mode_of(map_options)].device;
}

const char *words_mair(uint8_t mair)
{
    switch (mair) {
    case 0x00:
        return "Device-nGnRnE";
    case 0x04:
        return "Device-nGnRE";
    case 0x08:
        return "Device-nGRE";
    case 0x0c:
        return "Device-GRE";
    case 0x44:
        return "Normal, not cached";
    case 0xbb:
        return "Normal, write-through";
    case 0xff:
        return "Normal, write-back";
    default:
        return "a type of its own";
    }
}

const char *words_size(uint64_t size, char text[WORDS_SIZE])
{
    static const struct {
        unsigned shift;
        char unit;
    } units[] = {{40, 'T'}, {30, 'G'}, {20, 'M'}, {10, 'K'}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (size && (size & ((1ull << units[i].shift) - 1)) == 0) {
            snprintf(text, WORDS_SIZE, "%" PRIu64 "%c", size >> units[i].shift, units[i].unit);
            return text;
        }
    snprintf(text, WORDS_SIZE, size < 1000000000 ? "%" PRIu64 " B" : "%#" PRIx64, size);
    return text;
}

const char *words_fault(int verdict)
{
    static const char *const words[] = {
        [FAULT_UNMAPPED] = "nothing is mapped at that address",
        [FAULT_PERMISSION] = "the mapping there does not permit this access",
        [FAULT_ACCESS_FLAG] = "the entry there has its access flag clear",
        [FAULT_ADDRESS_SIZE] = "a table there holds a physical address that is too wide for this CPU",
        [FAULT_ALIGNMENT] = "an unaligned access to Device memory",
        [FAULT_EXTERNAL] = "the mapping is fine, but no memory and no device answers at its physical address",
        [FAULT_STALE_TLB] = "the tables allow it, so the TLB must hold an old entry",
        [FAULT_OTHER] = "a fault of another kind",
        [FAULT_NO_MEMORY] = "a page was to come there, but no memory is left",
        [FAULT_BLOCKED] = "the page there is blocked, and nobody could give it back",
    };

    return verdict >= 0 && verdict <= FAULT_BLOCKED ? words[verdict] : words[FAULT_OTHER];
}

static unsigned unit_shift(char unit)
{
    switch (tolower((unsigned char)unit)) {
    case 'k':
        return 10;
    case 'm':
        return 20;
    case 'g':
        return 30;
    default:
        return 0;
    }
}

bool words_parse_number(const char *word, uint64_t *number)
{
    bool hex = word[0] == '0' && tolower((unsigned char)word[1]) == 'x';
    const char *digits = hex ? word + 2 : word;
    char *end;

    if (!(hex ? isxdigit((unsigned char)*digits) : isdigit((unsigned char)*digits)))
        return false; /* strtoull would take a sign, blanks or a second 0x */
    errno = 0;
    uint64_t value = strtoull(digits, &end, hex ? 16 : 10);
    unsigned shift = unit_shift(*end);
    if (errno || value > UINT64_MAX >> shift || end[shift ? 1 : 0] != '\0')
        return false;
    *number = value << shift;
    return true;
}
