#include "apps/tour/memory.h"

#include <inttypes.h>
#include <stdio.h>

#include "apps/tour/lines.h"
#include "apps/tour/words.h"
#include "iomem/IOBufferMemoryDescriptor.h"
#include "iomem/OSObject.h"

#define PAGE       4096u
#define MODE_COUNT 10u

/* A buffer's pages, some left out and two swapped; neighbours that follow each other are to become one segment. */
static const unsigned char scattered_pages[] = {0, 1, 2, 5, 9, 8, 12, 13};
#define SCATTERED_COUNT  (sizeof scattered_pages / sizeof scattered_pages[0])
#define SCATTERED_RUNS   5
#define SCATTERED_BUFFER (16 * PAGE)

#define FLIPPED_SIZE (64 * 1024)

static IOBufferMemoryDescriptorRef scattered_buffer;
static IOBufferMemoryDescriptorRef flipped_buffers[2];

static IOBufferMemoryDescriptorRef make_buffer(uint64_t size)
{
    return IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPhysicallyContiguous, size, size);
}

/* The map and the buffer's own address show the same bytes: what one writes the other reads. */
static bool same_memory(volatile uint64_t *map, volatile uint64_t *own, uint64_t size, uint64_t mark)
{
    size_t last = size / sizeof *map - 1;

    map[0] = mark;
    map[last] = ~mark;
    bool there = own[0] == mark && own[last] == ~mark;
    own[0] = mark + 1;
    return there && map[0] == mark + 1;
}

static bool show_buffer(uint64_t size, IOOptionBits mode)
{
    char text[WORDS_SIZE], name[LINES_NAME_SIZE];
    IOBufferMemoryDescriptorRef buffer = make_buffer(size);
    volatile uint64_t *own = IOBufferMemoryDescriptorGetBytesNoCopy(buffer);

    snprintf(name, sizeof name, "RAM, %s", words_size(size, text));
    struct line *line = lines_add(name, (IOMemoryDescriptorRef)buffer, kIOMapUnique | mode << kIOMapCacheShift);
    if (line == NULL) {
        printf("  %s with cache mode %s could not be mapped\n", name, words_cache_mode(mode << kIOMapCacheShift));
        return false;
    }
    volatile uint64_t *map = (volatile uint64_t *)(uintptr_t)IOMemoryMapGetVirtualAddress(line->map);
    if (same_memory(map, own, size, 0x10e0000000000000 + size + mode))
        return true;
    printf("  %s with cache mode %s: the mapping and the buffer show different bytes\n", name,
           words_cache_mode(mode << kIOMapCacheShift));
    return false;
}

unsigned memory_show_buffers(void)
{
    static const uint64_t sizes[] = {PAGE, 64 * 1024, 2 * 1024 * 1024};
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (IOOptionBits mode = 0; mode < MODE_COUNT; mode++)
            wrong += !show_buffer(sizes[i], mode);
    printf("  buffers of 4K, 64K and 2M, each in all ten cache modes: %s\n",
           wrong ? "NOT ALL of them show their memory" : "written through the mapping, read back from the buffer");
    return wrong;
}

static IOMemoryDescriptorRef describe_scattered(uint64_t buffer_pa)
{
    IOAddressRange ranges[SCATTERED_COUNT];

    for (size_t i = 0; i < SCATTERED_COUNT; i++)
        ranges[i] = (IOAddressRange){buffer_pa + scattered_pages[i] * PAGE, PAGE};
    return IOMemoryDescriptorCreateWithAddressRanges(ranges, SCATTERED_COUNT, kIODirectionInOut, NULL);
}

/* Page i of the mapping must be page scattered_pages[i] of the buffer. */
static bool pages_in_order(const struct line *line)
{
    volatile uint64_t *map = (volatile uint64_t *)(uintptr_t)IOMemoryMapGetVirtualAddress(line->map);
    volatile uint64_t *own = IOBufferMemoryDescriptorGetBytesNoCopy(scattered_buffer);
    const size_t page_words = PAGE / sizeof *map;
    bool right = true;

    for (size_t i = 0; i < SCATTERED_COUNT; i++)
        map[i * page_words] = i + 1;
    for (size_t i = 0; i < SCATTERED_COUNT; i++)
        right = right && own[scattered_pages[i] * page_words] == i + 1;
    return right;
}

static unsigned print_runs(IOMemoryMapRef map)
{
    unsigned count = 0;
    IOByteCount size;
    char text[WORDS_SIZE];

    for (uint64_t offset = 0; offset < IOMemoryMapGetLength(map); offset += size, count++) {
        uint64_t pa = IOMemoryMapGetPhysicalSegment(map, offset, &size, kIOMemoryMapperNone);
        if (size == 0)
            break;
        printf("    bytes 0x%04" PRIx64 "..0x%04" PRIx64 " lie at physical 0x%08" PRIx64 ", %s in one piece\n", offset,
               offset + size - 1, pa, words_size(size, text));
    }
    return count;
}

unsigned memory_show_scattered(void)
{
    scattered_buffer = make_buffer(SCATTERED_BUFFER);
    if (scattered_buffer == NULL) {
        puts("  no memory for the scattered pages");
        return 1;
    }
    uint64_t pa =
        IOMemoryDescriptorGetPhysicalSegment((IOMemoryDescriptorRef)scattered_buffer, 0, NULL, kIOMemoryMapperNone);
    struct line *line = lines_add("scattered", describe_scattered(pa), kIOMapDefaultCache);
    if (line == NULL) {
        puts("  the scattered pages could not be mapped");
        return 1;
    }
    printf("  %zu pages from here and there in RAM, mapped as one run at 0x%" PRIx64 ":\n", SCATTERED_COUNT,
           IOMemoryMapGetVirtualAddress(line->map));
    bool right = print_runs(line->map) == SCATTERED_RUNS && pages_in_order(line);
    puts(right ? "  written through the mapping, every page was found where its segment says"
               : "  NOT where they should be");
    return !right;
}

/* What a program with two pictures does: it always writes at the same address, and the memory behind it changes. */
unsigned memory_show_redirect(void)
{
    for (unsigned i = 0; i < 2; i++)
        if ((flipped_buffers[i] = make_buffer(FLIPPED_SIZE)) == NULL) {
            puts("  no memory for two buffers");
            return 1;
        }
    OSObjectRetain((OSObjectRef)flipped_buffers[0]);
    struct line *line =
        lines_add("flipped", (IOMemoryDescriptorRef)flipped_buffers[0], kIOMapUnique | kIOMapWriteCombineCache);
    if (line == NULL) {
        puts("  the first of two buffers could not be mapped");
        return 1;
    }
    volatile uint64_t *map = (volatile uint64_t *)(uintptr_t)IOMemoryMapGetVirtualAddress(line->map);
    volatile uint64_t *first = IOBufferMemoryDescriptorGetBytesNoCopy(flipped_buffers[0]);
    volatile uint64_t *second = IOBufferMemoryDescriptorGetBytesNoCopy(flipped_buffers[1]);
    *map = 1;
    IOReturn error = IOMemoryMapRedirect(line->map, (IOMemoryDescriptorRef)flipped_buffers[1], 0, 0);
    *map = 2;
    bool right = error == kIOReturnSuccess && *first == 1 && *second == 2;
    printf("  two buffers, one address, 0x%" PRIx64 ": %s\n", IOMemoryMapGetVirtualAddress(line->map),
           right ? "written, redirected, written again: each buffer has its own word"
                 : "the redirect did NOT reach the second one");
    return !right;
}

void memory_release(void)
{
    for (unsigned i = 0; i < 2; i++) {
        OSObjectRelease((OSObjectRef)flipped_buffers[i]);
        flipped_buffers[i] = NULL;
    }
    OSObjectRelease((OSObjectRef)scattered_buffer);
    scattered_buffer = NULL;
}
