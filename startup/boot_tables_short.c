/* The boot tables in short descriptors. All but boot_map_chunk runs with the MMU off (boot_tables_v7.c). */
#include <stdbool.h>

#include "arch/boot_tables.h"
#include "startup/boot.h"
#include "startup/layout.h"

/* Arm ARM B3.5.1, with SCTLR.AFE (AP[2:1], and AP[0] is the access flag) and TRE: regions of boot_format_short.S */
enum { TABLE = 1, SECTION = 2, SECTION_XN = 1 << 4, SECTION_AF = 1 << 10, SECTION_S = 1 << 16 };
enum { SECTION_WRITEBACK = 1 << 12 | 3 << 2 };
enum { PAGE = 2, PAGE_XN = 1, PAGE_AF = 1 << 4, PAGE_READ_ONLY = 1 << 9, PAGE_S = 1 << 10 };
enum { PAGE_WRITEBACK = 1 << 6 | 3 << 2 };

#define ENTRIES 256
#define MIB     (1u << 20)

typedef volatile uint32_t entry; /* volatile: no store may become a memset, which uses SIMD */

entry boot_root[4096] __attribute__((aligned(16384)));    /* TTBR1's: indexed by all of the address */
entry boot_identity[2048] __attribute__((aligned(8192))); /* TTBR0's */
static entry devices_pages[8 * ENTRIES] __attribute__((aligned(1024)));
static entry identity_pages[ENTRIES] __attribute__((aligned(1024)));
extern entry boot_image_pages[]; /* linker/sections.ld: more than enough for the image */

static uint32_t attributes(enum boot_memory memory)
{
    switch (memory) {
    case BOOT_TEXT:
        return PAGE | PAGE_AF | PAGE_S | PAGE_WRITEBACK | PAGE_READ_ONLY;
    case BOOT_RODATA:
        return PAGE | PAGE_AF | PAGE_S | PAGE_WRITEBACK | PAGE_READ_ONLY | PAGE_XN;
    case BOOT_DATA:
        return PAGE | PAGE_AF | PAGE_S | PAGE_WRITEBACK | PAGE_XN;
    default:
        return PAGE | PAGE_AF | PAGE_S | PAGE_XN; /* region 0: Strongly-ordered */
    }
}

/* The devices' window lies below the image's; the arrays are flat: the last level's entries from there on. */
void boot_map(const struct boot_range *range, enum boot_memory memory)
{
    bool image = range->va >= (uint32_t)IMAGE_VA;
    entry *pages = image ? boot_image_pages : devices_pages;
    uint32_t first = range->va - (image ? (uint32_t)IMAGE_VA : (uint32_t)DEVICES_VA);

    for (uint32_t done = 0; done < range->size; done += 4096)
        pages[(first + done) >> 12] = (range->pa + done) | attributes(memory);
}

static void link_tables(uint32_t va, entry *pages, uint32_t size)
{
    for (uint32_t done = 0; done < size; done += MIB)
        boot_root[(va + done) >> 20] = (uintptr_t)&pages[done >> 12] | TABLE;
}

void boot_link_tables(uint32_t image_va, uint32_t image_size)
{
    link_tables(image_va, boot_image_pages, image_size);
    link_tables(DEVICES_VA, devices_pages, sizeof devices_pages / 4 * 4096);
}

void boot_map_identity(uint32_t pa)
{
    boot_identity[pa >> 20 & 2047] = (uintptr_t)identity_pages | TABLE;
    identity_pages[pa >> 12 & (ENTRIES - 1)] = pa | attributes(BOOT_TEXT);
}

void boot_map_chunk(uint64_t pa, uint64_t size)
{
    const uint32_t data = SECTION | SECTION_AF | SECTION_S | SECTION_WRITEBACK | SECTION_XN;

    for (uint64_t done = 0; done < size; done += MIB)
        boot_root[(LINEAR_VA + pa + done) >> 20] = (uint32_t)(pa + done) | data;
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}
