/* The boot tables: boot_tables_v7.c says what is mapped, boot_tables_lpae.c or boot_tables_short.c how. */
#ifndef ARCH_BOOT_TABLES_H
#define ARCH_BOOT_TABLES_H

#include <stdint.h>

enum boot_memory { BOOT_TEXT, BOOT_RODATA, BOOT_DATA, BOOT_DEVICE };

struct boot_range {
    uint32_t va, pa, size; /* whole pages, all of them in the image's or the devices' window */
};

/* All of this runs with the MMU off, at physical addresses. */
void boot_map(const struct boot_range *range, enum boot_memory memory);
void boot_map_identity(uint32_t pa); /* one page of text at its own address */
void boot_link_tables(uint32_t image_va, uint32_t image_size);

#endif
