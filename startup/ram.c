/* The list of banks: ranges added, joined and cut. startup/ram_tree.c reads the device tree into it. */
#include "startup/ram.h"

#include <string.h>

#include "boards/board.h"
#include "startup/access.h"
#include "startup/layout.h"
#include "startup/ram_tree.h"

#define PAGE_MASK ((uint64_t)PORT_PAGE_SIZE - 1)

static bool insert(struct ram_map *map, size_t at, struct frame_range range)
{
    if (map->bank_count == FRAME_BANKS)
        return false;
    memmove(&map->banks[at + 1], &map->banks[at], (map->bank_count - at) * sizeof map->banks[0]);
    map->banks[at] = range;
    map->bank_count++;
    return true;
}

static void drop(struct ram_map *map, size_t at)
{
    map->bank_count--;
    memmove(&map->banks[at], &map->banks[at + 1], (map->bank_count - at) * sizeof map->banks[0]);
}

/* The end of a range that a device tree gave: it may be nonsense. */
static uint64_t end_of(uint64_t start, uint64_t size)
{
    return start + size < start ? UINT64_MAX & ~PAGE_MASK : start + size;
}

bool ram_add(struct ram_map *map, uint64_t start, uint64_t size)
{
    struct frame_range range = {(start + PAGE_MASK) & ~PAGE_MASK, end_of(start, size) & ~PAGE_MASK};
    const struct frame_range linear = {LINEAR_START, LINEAR_END};
    size_t at = 0;

    if (range.start < linear.start) /* outside the linear map: not ours to use */
        range.start = linear.start;
    if (range.end > linear.end)
        range.end = linear.end;
    if (start > range.end || range.start >= range.end)
        return true;
    while (at < map->bank_count && map->banks[at].end < range.start)
        at++;
    while (at < map->bank_count && map->banks[at].start <= range.end) {
        range.start = map->banks[at].start < range.start ? map->banks[at].start : range.start;
        range.end = map->banks[at].end > range.end ? map->banks[at].end : range.end;
        drop(map, at);
    }
    return insert(map, at, range);
}

bool ram_cut(struct ram_map *map, uint64_t start, uint64_t size)
{
    struct frame_range hole = {start & ~PAGE_MASK, (end_of(start, size) + PAGE_MASK) & ~PAGE_MASK};

    if (!size)
        return true;
    for (size_t at = 0; at < map->bank_count; at++) {
        struct frame_range bank = map->banks[at];

        if (bank.end <= hole.start || bank.start >= hole.end)
            continue;
        drop(map, at);
        if (bank.start < hole.start && !insert(map, at++, (struct frame_range){bank.start, hole.start}))
            return false;
        if (bank.end > hole.end && !insert(map, at++, (struct frame_range){hole.end, bank.end}))
            return false;
        at--; /* wraps at 0, and the loop's increment brings it back */
    }
    return true;
}

bool ram_reserve(struct ram_map *map, uint64_t start, uint64_t size)
{
    if (!size)
        return true;
    if (map->reserved_count == RAM_RESERVED)
        return false;
    map->reserved[map->reserved_count++] =
        (struct frame_range){start & ~PAGE_MASK, (end_of(start, size) + PAGE_MASK) & ~PAGE_MASK};
    return true;
}

static bool read_board(struct ram_map *map)
{
    struct board_range found[BOARD_RAM_MAX];
    struct board_access access = access_lend();
    size_t count = board.find_ram ? board.find_ram(&access, found) : 0;
    bool fits = true;

    for (size_t i = 0; i < count; i++)
        fits &= ram_add(map, found[i].pa, found[i].size);
    for (const struct board_range *range = board.ram; !count && range->size; range++)
        fits &= ram_add(map, range->pa, range->size);
    for (const struct board_range *range = board.reserved; range->size; range++)
        fits &= ram_reserve(map, range->pa, range->size);
    return fits;
}

bool ram_read(struct ram_map *map, const void *fdt)
{
    bool fits = fdt ? ram_read_tree(map, fdt) : true;

    if (!map->bank_count) /* no tree, or one that knows no RAM */
        fits &= read_board(map);
    return fits & ram_reserve(map, 0, PORT_PAGE_SIZE); /* so that no physical address in use is 0 */
}

/* The highest address at or below `pa` where nothing reserved is met before the bank's start; 0 = none. */
static uint64_t settle(const struct ram_map *map, uint64_t pa, uint64_t size, uint64_t align)
{
    for (size_t i = 0; i < map->reserved_count; i++) {
        const struct frame_range *taken = &map->reserved[i];

        if (taken->start >= pa + size || taken->end <= pa)
            continue;
        if (taken->start < size)
            return 0;
        pa = (taken->start - size) & ~(align - 1);
        i = (size_t)-1; /* look at all of them again */
    }
    return pa;
}

uint64_t ram_find(const struct ram_map *map, uint64_t size, uint64_t align)
{
    for (size_t i = map->bank_count; i-- > 0;) {
        const struct frame_range *bank = &map->banks[i];
        uint64_t pa;

        if (bank->end - bank->start < size)
            continue;
        pa = settle(map, (bank->end - size) & ~(align - 1), size, align);
        if (pa && pa >= bank->start)
            return pa;
    }
    return PORT_NO_FRAME;
}

bool ram_is_reserved(const struct ram_map *map, uint64_t pa)
{
    for (size_t i = 0; i < map->reserved_count; i++)
        if (pa >= map->reserved[i].start && pa < map->reserved[i].end)
            return true;
    return false;
}

bool ram_contains(const struct ram_map *map, uint64_t start, uint64_t size)
{
    for (size_t i = 0; i < map->bank_count; i++)
        if (start >= map->banks[i].start && start < map->banks[i].end)
            return size <= map->banks[i].end - start;
    return false;
}
