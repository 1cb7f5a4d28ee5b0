/* The boot tables in long descriptors. All but boot_map_chunk runs with the MMU off (boot_tables_v7.c). */
#include <stdbool.h>

#include "arch/boot_tables.h"
#include "mmu/vmsa64.h"
#include "startup/boot.h"
#include "startup/layout.h"

/* LPAE has VMSAv8-64's layout (Arm ARM B3.6), but bit 54 forbids execution at both levels: here it is XN. */
#define XN         UXN
#define NORMAL     (AF | SH_INNER | ATTRINDX(MAIR_WRITEBACK))
#define DATA_BLOCK (VALID | NORMAL | XN | PXN)

#define ENTRIES 512

typedef volatile uint64_t entry; /* volatile: no store may become a memset, which uses SIMD */

entry boot_root[2] __attribute__((aligned(4096)));     /* TTBR1's, from 0x80000000 */
entry boot_identity[2] __attribute__((aligned(4096))); /* TTBR0's */
static entry upper_level2[ENTRIES] __attribute__((aligned(4096)));
static entry chunk_level2[ENTRIES] __attribute__((aligned(4096)));
static entry devices_pages[4 * ENTRIES] __attribute__((aligned(4096)));
static entry identity_level2[ENTRIES] __attribute__((aligned(4096)));
static entry identity_pages[ENTRIES] __attribute__((aligned(4096)));
extern entry boot_image_pages[]; /* linker/sections.ld: as many tables as the image needs */

static unsigned level2_index(uint64_t va)
{
    return (va >> 21) & (ENTRIES - 1);
}

static uint64_t attributes(enum boot_memory memory)
{
    switch (memory) {
    case BOOT_TEXT:
        return KIND | NORMAL | AP_READ_ONLY;
    case BOOT_RODATA:
        return KIND | NORMAL | AP_READ_ONLY | XN | PXN;
    case BOOT_DATA:
        return KIND | NORMAL | XN | PXN;
    default:
        return KIND | AF | SH_OUTER | XN | PXN | ATTRINDX(MAIR_DEVICE_nGnRnE);
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
    for (uint32_t done = 0; done < size; done += 1 << 21)
        upper_level2[level2_index(va + done)] = (uintptr_t)&pages[done >> 12] | KIND;
}

void boot_link_tables(uint32_t image_va, uint32_t image_size)
{
    link_tables(image_va, boot_image_pages, image_size);
    link_tables(DEVICES_VA, devices_pages, sizeof devices_pages / 8 * 4096);
    boot_root[1] = (uintptr_t)upper_level2 | KIND;
}

void boot_map_identity(uint32_t pa)
{
    boot_identity[pa >> 30 & 1] = (uintptr_t)identity_level2 | KIND;
    identity_level2[level2_index(pa)] = (uintptr_t)identity_pages | KIND;
    identity_pages[pa >> 12 & (ENTRIES - 1)] = pa | attributes(BOOT_TEXT);
}

void boot_map_chunk(uint64_t pa, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += 1 << 21)
        chunk_level2[level2_index(LINEAR_VA + pa + done)] = (pa + done) | DATA_BLOCK;
    __asm__ volatile("dsb ishst" ::: "memory");
    boot_root[0] = boot_image_pa(chunk_level2) | KIND;
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}
