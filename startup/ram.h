/* Where RAM is, by the device tree or by the board's own description. */
#ifndef STARTUP_RAM_H
#define STARTUP_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "startup/frames.h"

#define RAM_RESERVED 64

struct ram_map {
    struct frame_range banks[FRAME_BANKS]; /* what may be mapped: ascending, apart, whole pages; no-map is cut out */
    size_t bank_count;
    struct frame_range reserved[RAM_RESERVED]; /* mapped, never handed out */
    size_t reserved_count;
};

/* fdt may be NULL. false: more ranges than fit, the map cannot be trusted. */
bool ram_read(struct ram_map *map, const void *fdt);
bool ram_reserve(struct ram_map *map, uint64_t start, uint64_t size);

/* The highest place for size bytes of RAM at a multiple of align that nothing has reserved; PORT_NO_FRAME: none. */
uint64_t ram_find(const struct ram_map *map, uint64_t size, uint64_t align);

bool ram_is_reserved(const struct ram_map *map, uint64_t pa);

/* Is every byte of [start, start + size) in a bank? */
bool ram_contains(const struct ram_map *map, uint64_t start, uint64_t size);

int ram_core_count(const void *fdt);    /* cores that /cpus lists, or the board's number */
char ram_psci_conduit(const void *fdt); /* 'h'vc, 's'mc, or 0 */

#endif
