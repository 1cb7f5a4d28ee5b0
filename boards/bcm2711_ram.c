#include "boards/bcm2711_ram.h"

/* RAM is one piece from 0 on, but from 0xFC000000 to 4 GiB the peripherals hide it. */
size_t bcm2711_upper_ram(uint64_t bytes, struct board_range ranges[2])
{
    const uint64_t first = UINT64_C(1) << 30, hidden = 0xFC000000, shown = UINT64_C(1) << 32;
    size_t count = 0;

    if (bytes > first)
        ranges[count++] = (struct board_range){first, (bytes < hidden ? bytes : hidden) - first};
    if (bytes > shown)
        ranges[count++] = (struct board_range){shown, bytes - shown};
    return count;
}
