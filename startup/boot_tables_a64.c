/*
 * The tables that the MMU is turned on with. All of this but boot_map_chunk runs with the MMU off, at
 * physical addresses: no pointer that the linker made may be followed, and the Makefile forbids SIMD.
 */
#include "startup/boot.h"

#include "arch/user_rights.h"
#include "boards/board.h"
#include "mmu/vmsa64.h"
#include "startup/layout.h"

struct ttbrs {
    uint64_t low, high;
};

struct ttbrs boot_tables(uint64_t device_tree, uint64_t entry_el);
uint64_t boot_tcr(void);
uint64_t boot_sctlr(void);
extern char boot_switch[];

#define NORMAL     (AF | SH_INNER | UXN | ATTRINDX(MAIR_WRITEBACK))
#define TEXT       (KIND | NORMAL | AP_READ_ONLY)
#define RODATA     (KIND | NORMAL | AP_READ_ONLY | PXN)
#define DATA       (KIND | NORMAL | PXN)
#define DATA_BLOCK (VALID | NORMAL | PXN)
#define DEVICE     (KIND | AF | SH_OUTER | UXN | PXN | ATTRINDX(MAIR_DEVICE_nGnRnE))

#define ENTRIES   512
#define FDT_MAGIC 0xd00dfeed

typedef volatile uint64_t entry; /* volatile: no store may become a memset, which uses SIMD and DC ZVA */

struct boot_info boot_info;
static entry root[ENTRIES] __attribute__((aligned(4096)));
static entry image_level2[ENTRIES] __attribute__((aligned(4096)));
static entry devices_level2[ENTRIES] __attribute__((aligned(4096)));
static entry devices_pages[4 * ENTRIES] __attribute__((aligned(4096)));
static entry chunk_level2[2 * ENTRIES] __attribute__((aligned(4096)));
static entry identity[3][ENTRIES] __attribute__((aligned(4096)));
extern entry boot_image_pages[]; /* linker/sections.ld: as many tables as the image needs */

static unsigned level1_index(uint64_t va)
{
    return (va >> 30) & (ENTRIES - 1);
}

static unsigned level2_index(uint64_t va)
{
    return (va >> 21) & (ENTRIES - 1);
}

/* pages is the flat array of the last level's entries for base and on. */
static void map_pages(entry *pages, uint64_t offset, uint64_t pa, uint64_t size, uint64_t attributes)
{
    for (uint64_t done = 0; done < size; done += 4096)
        pages[(offset + done) >> 12] = (pa + done) | attributes;
}

static void link_tables(entry *level2, entry *pages, uint64_t size)
{
    for (uint64_t done = 0; done < size; done += 1 << 21)
        level2[done >> 21] = (uint64_t)&pages[done >> 12] | KIND;
}

static void map_section(const char *from, const char *to, uint64_t attributes)
{
    map_pages(boot_image_pages, (uint64_t)(from - image_start), (uint64_t)from, (uint64_t)(to - from), attributes);
}

static void map_image(void)
{
    map_section(image_start, image_text_end, TEXT);
    map_section(image_rodata_start, image_rodata_end, RODATA);
    map_section(image_data_start, image_end, DATA);
    link_tables(image_level2, boot_image_pages, (uint64_t)(image_end - image_start));
    root[level1_index(0xFFFFFFFF80000000)] = (uint64_t)image_level2 | KIND; /* image_va of linker/sections.ld */
}

static uint32_t big_endian(const volatile uint32_t *word)
{
    return __builtin_bswap32(*word);
}

/* A loader's x0 may be anything; without one, QEMU leaves the tree at the start of RAM for an ELF image. */
static void find_device_tree(uint64_t given)
{
    uint64_t tried[2] = {given, board.device_tree};

    for (int i = 0; i < 2; i++) {
        const volatile uint32_t *header = (const volatile uint32_t *)tried[i];

        if (!header || tried[i] % 8 || big_endian(header) != FDT_MAGIC)
            continue;
        boot_info.device_tree_pa = tried[i];
        boot_info.device_tree_size = big_endian(header + 1) <= DEVICE_TREE_MAX ? big_endian(header + 1) : 0;
        if (boot_info.device_tree_size)
            return;
    }
}

static void map_devices(void)
{
    uint64_t first = boot_info.device_tree_pa & ~4095ull;
    uint64_t end = boot_info.device_tree_pa + boot_info.device_tree_size, done = CONSOLE_VA - DEVICES_VA;

    for (int i = 0; i < BOARD_REGISTERS && board.registers[i].size; i++) {
        map_pages(devices_pages, done, board.registers[i].pa, board.registers[i].size, DEVICE);
        done += board.registers[i].size;
    }
    map_pages(devices_pages, DEVICE_TREE_VA - DEVICES_VA, first, end - first, RODATA);
    link_tables(devices_level2, devices_pages, sizeof devices_pages / 8 * 4096);
    root[level1_index(DEVICES_VA)] = (uint64_t)devices_level2 | KIND;
}

/* The page of boot_switch at its own address: what runs while the MMU goes on. */
static void map_identity(void)
{
    uint64_t pa = (uint64_t)boot_switch & ~4095ull;

    identity[0][level1_index(pa)] = (uint64_t)identity[1] | KIND;
    identity[1][level2_index(pa)] = (uint64_t)identity[2] | KIND;
    identity[2][(pa >> 12) & (ENTRIES - 1)] = pa | TEXT;
}

struct ttbrs boot_tables(uint64_t device_tree, uint64_t entry_el)
{
    boot_info.image_pa = (uint64_t)image_start;
    boot_info.entry_el = entry_el;
    boot_info.identity_pa = (uint64_t)identity;
    find_device_tree(device_tree);
    map_image();
    map_devices();
    map_identity();
    return (struct ttbrs){(uint64_t)identity, (uint64_t)root};
}

/* TCR_EL1: 4 KiB granules, 39 bits each side; walks are write-back, inner shareable, as every map of RAM is. */
uint64_t boot_tcr(void)
{
    uint64_t mmfr0, half = (3 << 12) | (1 << 10) | (1 << 8) | (64 - KERNEL_VA_BITS);
    uint64_t tcr = half | half << 16 | 2ull << 30;

    __asm__("mrs %0, id_aa64mmfr0_el1" : "=r"(mmfr0));
    tcr |= ((mmfr0 & 0xf) > 5 ? 5 : mmfr0 & 0xf) << 32; /* IPS: 48 bits at most, as without LPA2 */
    if (((mmfr0 >> 4) & 0xf) == 2)
        tcr |= 1ull << 36; /* AS: 16-bit ASIDs */
    return tcr;
}

/*
 * SCTLR_EL1: M, C, SA, ITD, SED, I, WXN, and what EL0 may do; the rest is RES1. A stays 0: unaligned accesses to Normal
 * memory are fine, those to Device memory fault anyway.
 */
uint64_t boot_sctlr(void)
{
    return 0x30c00800 | SCTLR_EL0_RIGHTS | 1 << 0 | 1 << 2 | 1 << 3 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 19;
}

void boot_map_chunk(uint64_t pa, uint64_t size)
{
    uint64_t base = pa & ~((1ull << 30) - 1);

    for (uint64_t done = 0; done < size; done += 1 << 21)
        chunk_level2[(pa - base + done) >> 21] = (pa + done) | DATA_BLOCK;
    __asm__ volatile("dsb ishst" ::: "memory");
    root[level1_index(LINEAR_VA + base)] = boot_image_pa(chunk_level2) | KIND;
    if (pa + size > base + (1ull << 30))
        root[level1_index(LINEAR_VA + base) + 1] = boot_image_pa(chunk_level2 + ENTRIES) | KIND;
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}
