/* What asks a device who it is, through its map: prints the answer; false when it is not what it should be. */
#ifndef APPS_TOUR_IDENTIFY_H
#define APPS_TOUR_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/tour/lines.h"

struct kind {
    const char *compatible, *name;
    bool (*identify)(const struct line *line);
};

static inline volatile void *identify_at(const struct line *line, size_t offset)
{
    return (volatile void *)(uintptr_t)(IOMemoryMapGetVirtualAddress(line->map) + offset);
}

static inline uint32_t identify_read(const struct line *line, size_t offset)
{
    return *(volatile uint32_t *)identify_at(line, offset);
}

/* The Raspberry Pi's (identify_rpi.c). */
bool identify_mailbox(const struct line *line);
bool identify_system_timer(const struct line *line);
bool identify_gpio(const struct line *line);
bool identify_aux(const struct line *line);
bool identify_arm_local(const struct line *line);

#endif
