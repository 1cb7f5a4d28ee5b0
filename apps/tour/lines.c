#include "apps/tour/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "apps/tour/words.h"
#include "iomem/port.h"

static struct line *first;
static unsigned last_number;

static struct line **end_of_list(void)
{
    struct line **link = &first;

    while (*link)
        link = &(*link)->next;
    return link;
}

struct line *lines_add(const char *name, IOMemoryDescriptorRef memory, IOOptionBits options)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(memory, options);
    struct line *line = map ? calloc(1, sizeof *line) : NULL;

    OSObjectRelease((OSObjectRef)memory); /* the map holds its descriptor */
    if (line == NULL) {
        OSObjectRelease((OSObjectRef)map);
        return NULL;
    }
    IOByteCount length;
    uint64_t pa = IOMemoryMapGetPhysicalSegment(map, 0, &length, kIOMemoryMapperNone);
    snprintf(line->name, sizeof line->name, "%s", name);
    line->number = ++last_number;
    line->map = map;
    line->mair = words_mair_of(IOMemoryMapGetMapOptions(map), port_is_ram(pa, length));
    *end_of_list() = line;
    return line;
}

struct line *lines_first(void)
{
    return first;
}

struct line *lines_find(unsigned number)
{
    struct line *line = first;

    while (line && line->number != number)
        line = line->next;
    return line;
}

struct line *lines_find_va(uint64_t va)
{
    struct line *line = first;

    while (line && va - IOMemoryMapGetVirtualAddress(line->map) >= IOMemoryMapGetLength(line->map))
        line = line->next;
    return line;
}

void lines_remove(struct line *line)
{
    struct line **link = &first;

    while (*link != line)
        link = &(*link)->next;
    *link = line->next;
    OSObjectRelease((OSObjectRef)line->map);
    free(line);
}

void lines_remove_all(void)
{
    while (first)
        lines_remove(first);
}

void lines_forget_mair(void)
{
    for (struct line *line = first; line; line = line->next)
        line->mair = -1;
}
