/* Where the RAM of a Raspberry Pi 4 lies in the low map of its BCM2711. */
#ifndef BOARDS_BCM2711_RAM_H
#define BOARDS_BCM2711_RAM_H

#include <stddef.h>

#include "boards/board.h"

/*
 * Of a board with so many bytes of RAM, what lies above the first GiB, which the VideoCore has a part of: 0 to 2
 * ranges, and how many. 0 bytes, of which nobody knows: none.
 */
size_t bcm2711_upper_ram(uint64_t bytes, struct board_range ranges[2]);

#endif
