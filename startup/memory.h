/* The kernel space and the frames behind it. */
#ifndef STARTUP_MEMORY_H
#define STARTUP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "startup/ram.h"

/* Once, on the boot tables: RAM is known, frames can be had, and TTBR1 holds the kernel space afterwards. */
void memory_start(void);

const struct ram_map *memory_ram(void);

/* Where the kernel space shows this physical address of the image or of RAM; NULL when nowhere. */
const void *memory_at(uint64_t pa);

/* The same, to write: RAM only. The address is as good as the linear map is. */
void *memory_linear(uint64_t pa);

#endif
