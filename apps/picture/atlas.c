#include "apps/picture/atlas.h"

#include <stddef.h>

#include "startup/layout.h"

enum { NAMES_MAX = 24 };

static struct name {
    uint64_t va, end;
    const char *text;
} names[NAMES_MAX];
static unsigned name_count;

/* linker/sections.ld */
extern char image_start[], image_text_end[], image_rodata_end[], image_end[];

#define ADDRESS(symbol) ((uint64_t)(uintptr_t)(symbol))

bool atlas_name(uint64_t va, uint64_t size, const char *name)
{
    if (name_count == NAMES_MAX)
        return false;
    names[name_count++] = (struct name){va & ~UINT64_C(4095), va + size, name};
    return true;
}

static bool in_linear_map(uint64_t va)
{
    uint64_t start = (uintptr_t)LINEAR_VA + (uint64_t)LINEAR_START;

    return va - (uintptr_t)start < LINEAR_END - LINEAR_START;
}

static const char *runtime_name(uint64_t va)
{
    const struct name places[] = {
        {WINDOW_VA, WINDOW_END, "other maps"},
        {HEAP_VA, HEAP_END, "heap"},
        {STACKS_VA, DEVICES_VA, "stacks, guarded"},
        {CONSOLE_VA, DEVICE_TREE_VA, "devices"},
        {DEVICE_TREE_VA, CLEAN_VA, "device tree"},
        {CLEAN_VA, DRIVERS_END, "drivers"},
        {ADDRESS(image_start), ADDRESS(image_text_end), "program: code"},
        {ADDRESS(image_text_end), ADDRESS(image_rodata_end), "program: constants"},
        {ADDRESS(image_rodata_end), ADDRESS(image_end), "program: data"},
    };

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (va >= places[i].va && va < places[i].end)
            return places[i].text;
    return in_linear_map(va) ? "linear map" : "other";
}

static const char *find_name(uint64_t va)
{
    for (unsigned i = 0; i < name_count; i++)
        if (va >= names[i].va && va < names[i].end)
            return names[i].text;
    return runtime_name(va);
}

static enum kind find_kind(const struct piece *piece, uint32_t attr)
{
    switch (attr & MMU_TYPE_MASK) {
    case MMU_UNCACHED:
        return KIND_WRITE_COMBINED;
    case MMU_WRITETHROUGH:
        return KIND_WRITE_THROUGH;
    case MMU_WRITEBACK:
        break;
    default:
        return KIND_DEVICE;
    }
    if (attr & MMU_EXEC)
        return KIND_CODE;
    if (attr & MMU_USER)
        return KIND_USER;
    if (!(attr & MMU_WRITE))
        return KIND_READ_ONLY;
    return piece->linear ? KIND_FREE : KIND_DATA;
}

static int add(void *context, const struct mmu_range *range, const struct mmu_leaf *first)
{
    struct atlas *atlas = context;
    struct piece piece = {range->va, range->pa, range->size, find_name(range->va), KIND_GUARD, false};

    if (first->tag && first->tag != MMU_TAG_GUARD)
        return 0;
    if (atlas->count == ATLAS_MAX) {
        atlas->left_out++;
        return 0;
    }
    piece.linear = in_linear_map(range->va);
    if (first->tag == MMU_TAG_NONE)
        piece.kind = find_kind(&piece, range->attr);
    atlas->pieces[atlas->count++] = piece;
    return 0;
}

void atlas_read(struct atlas *atlas, struct mmu_space *low)
{
    atlas->count = atlas->left_out = 0;
    if (low)
        mmu_dump(low, add, atlas);
    mmu_dump(mmu_kernel_space(), add, atlas);
}
