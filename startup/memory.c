/*
 * From the boot tables to the kernel space. The frames' records and the tables of the linear map are needed
 * before there is a linear map: they come from one chunk of RAM that the boot tables show in 2 MiB blocks at its
 * final address. What is left of the chunk becomes ordinary RAM.
 *
 * The linear map is made of the largest leaves that fit, and one that a cache mode is to change a part of is cut, for
 * which it is away for a moment (break-before-make). Another core that touches it meanwhile tries again (fault.c). The
 * core that cuts must not need it: so a sixteenth of RAM, at its end, is mapped by pages, which are never cut, and has
 * all that a change of tables and an abort handler touch through the linear map: tables, spaces, the frames' records.
 * Image, stacks and heap are mapped by pages elsewhere. Other frames come from the end only when nothing else is left.
 */
#include "startup/memory.h"

#include <inttypes.h>
#include <libfdt.h>

#include "boards/board.h"
#include "mmu/cache.h"
#include "mmu/space.h"
#include "mmu/tlb.h"
#include "startup/boot.h"
#include "startup/core.h"
#include "startup/cpu.h"
#include "startup/frames.h"
#include "startup/layout.h"
#include "startup/print.h"
#include "startup/runtime.h"
#include "startup/stacks.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define BLOCK      ((uint64_t)1 << 21)
#define READ_ONLY  (MMU_WRITEBACK | MMU_PAGES)
#define READ_WRITE (MMU_WRITEBACK | MMU_WRITE | MMU_PAGES)
#define PAGED_PART 16 /* of RAM, one in so many */

static struct mmu_space first_kernel_space, *kernel_space = &first_kernel_space;
static struct ram_map ram;
static struct frame_range paged; /* what the linear map shows by pages */
static struct frame_range chunk; /* of that: tables are taken from its start until the kernel space is live */
static bool live;

struct mmu_space *mmu_kernel_space(void)
{
    return kernel_space;
}

const struct ram_map *memory_ram(void)
{
    return &ram;
}

void *memory_linear(uint64_t pa)
{
    return (void *)(uintptr_t)(LINEAR_VA + pa);
}

static uint64_t image_size_bytes(void)
{
    return (uint64_t)(image_end - image_start);
}

const void *memory_at(uint64_t pa)
{
    if (pa - boot_info.image_pa < image_size_bytes())
        return image_start + (pa - boot_info.image_pa);
    return live && ram_contains(&ram, pa, 1) ? memory_linear(pa) : NULL;
}

static void *table_alloc(size_t size)
{
    const struct frame_range range = {chunk.start, paged.end}; /* below are the first tables and the records */
    uint64_t pa;

    if (size < PAGE) /* frames are what table_free can give back */
        size = PAGE;
    if (live) {
        pa = frame_alloc_in(&range, size, size, PORT_OWNER_RUNTIME);
        return pa == PORT_NO_FRAME ? NULL : memory_linear(pa);
    }
    pa = (chunk.start + size - 1) & ~((uint64_t)size - 1);
    if (pa + size > chunk.end)
        return NULL;
    chunk.start = pa + size;
    return memory_linear(pa);
}

/* What is reserved has never come from table_alloc: the image's, or firmware's, in a tree that somebody has adopted. */
static void table_free(void *table, size_t size)
{
    uint64_t pa = (uintptr_t)table - LINEAR_VA;

    if (!ram_is_reserved(&ram, pa))
        frame_free(pa, size);
}

/*
 * Some pages at a time, by a window of the core's own: their place in the linear map may be what is broken just now,
 * and DC by a virtual address that is not mapped faults as a load does (Arm ARM, data cache maintenance and MMU
 * faults). The windows' table stays, so the calls below take no table and free none.
 */
static void clean_invalidate(uint64_t pa, uint64_t size)
{
    struct mmu_range window = {.va = CLEAN_VA + core_this()->number * CLEAN_SIZE, .attr = READ_ONLY};
    int error = MMU_OK;

    if (!ram_contains(&ram, pa, size)) /* the caches hold nothing else that we made cacheable */
        return;
    for (uint64_t end = pa + size; pa < end && error == MMU_OK; pa += window.size) {
        window.pa = pa;
        window.size = end - pa < CLEAN_SIZE ? end - pa : CLEAN_SIZE;
        error = mmu_map(kernel_space, &window);
        if (error == MMU_OK) {
            cache_clean_invalidate((void *)(uintptr_t)window.va, (size_t)window.size);
            error = mmu_unmap(kernel_space, window.va, window.size);
        }
    }
    if (error)
        panic("the kernel space: cannot clean %" PRIx64 ": error %d", pa, error);
}

const struct mmu_backend mmu_cpu_backend = {
    .table_alloc = table_alloc,
    .table_free = table_free,
    .publish = tlb_publish,
    .invalidate = tlb_invalidate,
    .cache_clean_invalidate = clean_invalidate,
    .pa_bits = cpu_pa_bits,
    .no_break = tlb_no_break,
    .table_offset = LINEAR_VA,
};

static void map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    struct mmu_range range = {va, pa, size, attr};
    int error = mmu_map(kernel_space, &range);

    if (error)
        panic("the kernel space: cannot map %" PRIx64 " at %" PRIx64 ": error %d", pa, va, error);
}

static void map_image_part(const char *from, const char *to, uint32_t attr)
{
    uint64_t offset = (uint64_t)(from - image_start);

    map((uintptr_t)from, boot_info.image_pa + offset, (uint64_t)(to - from), attr);
}

/* The linear map is no way around the image's permissions, nor the device tree's. */
static void protect_linear(uint64_t pa, uint64_t size)
{
    int error = MMU_OK;

    if (size && ram_contains(&ram, pa, size))
        error = mmu_protect(kernel_space, LINEAR_VA + pa, size, MMU_WRITEBACK);
    if (error)
        panic("the kernel space: cannot protect %" PRIx64 ": error %d", pa, error);
}

static void map_device_tree(void)
{
    uint64_t first = boot_info.device_tree_pa & ~(PAGE - 1);
    uint64_t end = (boot_info.device_tree_pa + boot_info.device_tree_size + PAGE - 1) & ~(PAGE - 1);

    if (!boot_info.device_tree_size)
        return;
    map(DEVICE_TREE_VA, first, end - first, READ_ONLY);
    protect_linear(first, end - first);
}

static void map_board_registers(void)
{
    uint64_t va = CONSOLE_VA;

    for (int i = 0; i < BOARD_REGISTERS && board.registers[i].size; i++) {
        map(va, board.registers[i].pa, board.registers[i].size, MMU_DEVICE_nGnRnE | MMU_WRITE | MMU_PAGES);
        va += board.registers[i].size;
    }
}

/* A page that is for nobody, so that those in the same table always have one. */
static void keep_table(uint64_t va, unsigned tag)
{
    if (mmu_tag(kernel_space, va, PAGE, tag, 0))
        panic("the kernel space: no memory for the table of %" PRIx64, va);
}

static void map_linear(uint64_t start, uint64_t end, uint32_t attr)
{
    if (start < end)
        map(LINEAR_VA + start, start, end - start, attr);
}

static void map_bank(const struct frame_range *bank)
{
    const uint32_t largest = READ_WRITE & ~(uint32_t)MMU_PAGES;

    if (paged.start < bank->start || paged.start >= bank->end) {
        map_linear(bank->start, bank->end, largest);
        return;
    }
    map_linear(bank->start, paged.start, largest);
    map_linear(paged.start, paged.end, READ_WRITE);
    map_linear(paged.end, bank->end, largest);
}

static void map_all(void)
{
    for (size_t i = 0; i < ram.bank_count; i++)
        map_bank(&ram.banks[i]);
    protect_linear(boot_info.image_pa, (uint64_t)(image_data_start - image_start));
    map_image_part(image_start, image_text_end, READ_ONLY | MMU_EXEC);
    map_image_part(image_rodata_start, image_rodata_end, READ_ONLY);
    map_image_part(image_data_start, image_end, READ_WRITE);
    map_board_registers();
    map_device_tree();
    keep_table(CLEAN_VA + CORE_MAX * CLEAN_SIZE, MMU_TAG_RESERVED);
    keep_table(WINDOW_VA, MMU_TAG_GUARD);
}

/*
 * What a core stands on while it changes tables must not be away: stacks and devices at no time; the image and the
 * memory of tables not while leaves are joined, but single pages of programs' there may change their type.
 */
static int keep_all(struct mmu_space *space)
{
    uint64_t image = (uintptr_t)image_start, end = space->base + space->span;
    int error = mmu_space_keep(space, STACKS_VA, image - STACKS_VA);

    if (error == MMU_OK)
        error = mmu_space_keep_sizes(space, image, end - image);
    if (error == MMU_OK)
        error = mmu_space_keep_sizes(space, LINEAR_VA + paged.start, paged.end - paged.start);
    return error;
}

int runtime_hand_over(struct mmu_space *space)
{
    struct mmu_space *before = kernel_space;
    int error = keep_all(space);

    if (error == MMU_OK) {
        kernel_space = space;
        mmu_space_abandon(before);
    }
    return error;
}

static uint64_t round_up(uint64_t size)
{
    return (size + BLOCK - 1) & ~(BLOCK - 1);
}

static uint64_t ram_size(void)
{
    uint64_t size = 0;

    for (size_t i = 0; i < ram.bank_count; i++)
        size += ram.banks[i].end - ram.banks[i].start;
    return size;
}

/* More than enough tables: for what is mapped by pages, above each GiB, at each bank's ends, and for the windows. */
static uint64_t tables_size(void)
{
    uint64_t by_pages = image_size_bytes() + 2 * ram_size() / PAGED_PART;

    return (by_pages / TABLE_SPAN + (ram_size() >> 30) + 8 * ram.bank_count + 64) * PAGE;
}

static void take_chunk(uint64_t metadata)
{
    uint64_t least = round_up(metadata + tables_size()), size = round_up(ram_size() / PAGED_PART), pa;

    if (size < least)
        size = least;
    while ((pa = ram_find(&ram, size, BLOCK)) == PORT_NO_FRAME && size > least)
        size = size / 2 > least ? size / 2 & ~(BLOCK - 1) : least;
    if (pa == PORT_NO_FRAME || least > (uint64_t)1 << 30)
        panic("no %" PRIu64 " KiB of RAM in one piece for the records of RAM", least / 1024);
    boot_map_chunk(pa, least);
    paged = (struct frame_range){pa, pa + size};
    chunk = (struct frame_range){pa, pa + least};
}

static void start_frames(void)
{
    uint64_t metadata = frames_metadata_size(ram.banks, ram.bank_count);

    take_chunk(metadata);
    frames_init(ram.banks, ram.bank_count, memory_linear(chunk.start));
    for (size_t i = 0; i < ram.reserved_count; i++)
        frames_reserve(&ram.reserved[i]);
    frames_reserve(&chunk);
    chunk.start += metadata;
}

/* The board's own description does for a tree that is none, but whoever passed it should know. */
static const void *check_device_tree(void)
{
    const void *tree = runtime_device_tree();

    if (!boot_info.device_tree_pa || (tree && fdt_check_full(tree, (size_t)boot_info.device_tree_size) == 0))
        return tree;
    print("the device tree at %" PRIx64 " is ignored: %s\n", boot_info.device_tree_pa,
          tree ? "it is broken" : "it has no size, or one above 2 MiB");
    boot_info.device_tree_pa = boot_info.device_tree_size = 0;
    return NULL;
}

void memory_start(void)
{
    uint64_t switch_pa = boot_image_pa(boot_switch_ttbr1);
    bool fits = ram_read(&ram, check_device_tree());

    fits &= ram_reserve(&ram, boot_info.image_pa, image_size_bytes());
    fits &= ram_reserve(&ram, boot_info.device_tree_pa, boot_info.device_tree_size);
    if (!fits)
        panic("more ranges of RAM or reservations than the runtime keeps");
    if (!ram.bank_count)
        panic("no RAM from %" PRIx64 " to %" PRIx64 ", where the runtime uses it", (uint64_t)LINEAR_START,
              (uint64_t)LINEAR_END - 1);
    start_frames();
    if (mmu_space_init(kernel_space, &KERNEL_FORMAT, KERNEL_VA_BITS, &mmu_cpu_backend, MMU_SPACE_HIGH))
        panic("no memory for the kernel space");
    map_all();
    if (keep_all(kernel_space))
        panic("the kernel space: cannot keep its own");
    if (!stacks_create(core_this()))
        panic("no memory for the first core's stacks");
    boot_replace_ttbr1(mmu_space_root(kernel_space), boot_info.identity_pa, switch_pa);
    live = true;
    frame_free(chunk.start, chunk.end - chunk.start);
}
