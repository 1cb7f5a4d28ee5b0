/*
 * The tables that the MMU is turned on with: what is mapped. All of this runs with the MMU
 * off, at physical addresses: no pointer that the linker made may be followed, and the Makefile forbids SIMD.
 */
#include "startup/boot.h"

#include "arch/boot_tables.h"
#include "boards/board.h"
#include "startup/layout.h"

#define FDT_MAGIC 0xd00dfeed

void boot_tables(uintptr_t device_tree, unsigned entry_el);
extern char boot_switch[], boot_identity[];

struct boot_info boot_info;

static void map_section(const char *from, const char *to, enum boot_memory memory)
{
    struct boot_range range = {IMAGE_VA + (uint32_t)(from - image_start), (uint32_t)from, (uint32_t)(to - from)};

    boot_map(&range, memory);
}

static uint32_t big_endian(const volatile uint32_t *word)
{
    return __builtin_bswap32(*word);
}

/* A loader's r2 may be anything; without one, QEMU leaves the tree at the start of RAM for an ELF image. */
static void find_device_tree(uintptr_t given)
{
    uintptr_t tried[2] = {given, (uintptr_t)board.device_tree};

    for (int i = 0; i < 2; i++) {
        const volatile uint32_t *header = (const volatile uint32_t *)tried[i];

        if (!header || tried[i] % 4 || big_endian(header) != FDT_MAGIC)
            continue;
        boot_info.device_tree_pa = tried[i];
        boot_info.device_tree_size = big_endian(header + 1) <= DEVICE_TREE_MAX ? big_endian(header + 1) : 0;
        if (boot_info.device_tree_size)
            return;
    }
}

static void map_devices(void)
{
    uint32_t first = (uint32_t)boot_info.device_tree_pa & ~4095u;
    uint32_t end = (uint32_t)(boot_info.device_tree_pa + boot_info.device_tree_size + 4095) & ~4095u;
    struct boot_range registers = {CONSOLE_VA, 0, 0};
    struct boot_range tree = {DEVICE_TREE_VA, first, end - first};

    for (int i = 0; i < BOARD_REGISTERS && board.registers[i].size; i++) {
        registers.pa = (uint32_t)board.registers[i].pa;
        registers.size = (uint32_t)board.registers[i].size;
        boot_map(&registers, BOOT_DEVICE);
        registers.va += registers.size;
    }
    boot_map(&tree, BOOT_RODATA);
}

void boot_tables(uintptr_t device_tree, unsigned entry_el)
{
    boot_info.image_pa = (uintptr_t)image_start;
    boot_info.entry_el = entry_el;
    boot_info.identity_pa = (uintptr_t)boot_identity;
    find_device_tree(device_tree);
    map_section(image_start, image_text_end, BOOT_TEXT);
    map_section(image_rodata_start, image_rodata_end, BOOT_RODATA);
    map_section(image_data_start, image_end, BOOT_DATA);
    map_devices();
    boot_map_identity((uint32_t)boot_switch & ~4095u);
    boot_link_tables(IMAGE_VA, (uint32_t)(image_end - image_start));
}
