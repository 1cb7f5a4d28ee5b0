/*
 * The walk's steps on memory for drivers. Each block is filled, and has to be what it was filled with when it goes: it
 * is nobody else's. Where it may lie, and what a device sees of it, is asked at once.
 */
#include "iomem/address_space.h"
#include "mmu/mmu.h"
#include "tests/host/walk_inner.h"

enum { BLOCKS = 6 };
#define LOW_END   UINT64_C(0x100000000)
#define UNTOUCHED UINT64_C(0x1234567)

static struct block {
    enum { PLAIN, ALIGNED, CONTIGUOUS, FOR_DEVICE } kind;
    uint8_t *memory; /* NULL: none */
    uint64_t size, align, device;
    uint8_t fill;
    bool pinned; /* by a buffer that nobody else sees */
} blocks[BLOCKS];

/* Bytes from its first on that lie together, 0: it is the heap's, of which no table knows here. */
static uint64_t run_of(const struct block *block, uint64_t *pa)
{
    return mmu_segment(address_space_tables(kernel_task), (uintptr_t)block->memory, block->size, pa);
}

void walk_mallocs_pinned(void (*count)(uint64_t pa, uint64_t size))
{
    uint64_t pa;

    for (size_t i = 0; i < BLOCKS; i++)
        if (blocks[i].memory && blocks[i].pinned && run_of(&blocks[i], &pa))
            count(pa, blocks[i].size);
}

static bool is_filled(const struct block *block, uint8_t with)
{
    for (uint64_t i = 0; i < block->size; i++)
        if (block->memory[i] != with)
            return false;
    return true;
}

static void allocate(struct block *block, uint64_t alignment)
{
    block->device = UNTOUCHED;
    switch (block->kind) {
    case PLAIN:
        block->memory = alignment ? IOMalloc(block->size) : IOMallocZero(block->size);
        break;
    case ALIGNED:
        block->memory = IOMallocAligned(block->size, alignment);
        break;
    case CONTIGUOUS:
        block->memory = IOMallocContiguous(block->size, alignment, NULL);
        break;
    case FOR_DEVICE:
        block->memory = IOMallocContiguous(block->size, alignment, &block->device);
        break;
    }
}

/* Contiguous, for the CPU: what is less than a page and the heap's is so where it crosses none. */
static void check_contiguous(const struct block *block)
{
    uint64_t pa, run = run_of(block, &pa);

    if (run ? run < block->size : (uintptr_t)block->memory % PAGE > PAGE - block->size)
        walk_wrong("%ju bytes are to lie together, and do not", (uintmax_t)block->size);
    if (run && !is_filled(block, 0))
        walk_wrong("contiguous memory that is not zero");
}

static void check_for_device(const struct block *block)
{
    uint64_t pa = 0, seen;

    if (run_of(block, &pa) < block->size || pa % PAGE)
        walk_wrong("memory for a device is not of pages of its own");
    if (block->device >= LOW_END || block->size > LOW_END - block->device)
        walk_wrong("memory for a device at %#jx, which is not low", (uintmax_t)block->device);
    for (uint64_t at = 0; at < block->size; at += PAGE)
        if (!walk_bus_to_cpu(block->device + at, &seen) || seen != pa + at)
            walk_wrong("memory at %#jx is not what devices see at %#jx", (uintmax_t)(pa + at),
                       (uintmax_t)(block->device + at));
}

static void check_new(const struct block *block)
{
    if (block->kind != PLAIN && (uintptr_t)block->memory % block->align)
        walk_wrong("memory at %p, to be aligned to %#jx", (void *)block->memory, (uintmax_t)block->align);
    if (block->kind == CONTIGUOUS)
        check_contiguous(block);
    if (block->kind == FOR_DEVICE)
        check_for_device(block);
}

/* The heap has some; of pages there may be too few, or none that lie together. */
static bool may_be_none(const struct block *block)
{
    return block->size == 0 || walk.starved || block->kind == FOR_DEVICE || block->size > PAGE / 4 ||
           (block->kind != PLAIN && block->align >= PAGE);
}

static void make(const uint8_t *b)
{
    static const uint64_t alignments[] = {0, 1, 8, 24, 256, PAGE, 2 * PAGE, 3 * PAGE, 16 * PAGE, LOW_END};
    uint64_t alignment = alignments[b[OFFSET] % 10], align = 1;
    struct block *block = &blocks[b[WHICH] % BLOCKS];
    uint64_t size = b[LENGTH] & 0x80 ? b[LENGTH] & 0x7f : b[LENGTH] * PAGE / 8;

    if (block->memory)
        return;
    while (align < alignment)
        align *= 2;
    *block = (struct block){.kind = b[OPTIONS] & 3, .size = size, .align = align, .fill = b[OTHER] | 1};
    block->pinned = block->kind == FOR_DEVICE && IOMapperGetSystemMapper();
    allocate(block, alignment);
    if (block->memory && (size == 0 || (align == LOW_END && block->kind != PLAIN)))
        walk_wrong("memory of %ju bytes, aligned to %#jx", (uintmax_t)size, (uintmax_t)align);
    if (!block->memory && block->device != UNTOUCHED)
        walk_wrong("no memory for a device, and an address");
    if (!block->memory && !may_be_none(block) && align != LOW_END)
        walk_wrong("no memory of %ju bytes", (uintmax_t)size);
    if (!block->memory)
        return;
    check_new(block);
    memset(block->memory, block->fill, block->size);
}

static void release(const uint8_t *b)
{
    struct block *block = &blocks[b[WHICH] % BLOCKS];

    if (!block->memory)
        return;
    if (!is_filled(block, block->fill))
        walk_wrong("somebody else has written to allocated memory");
    if (block->kind == PLAIN)
        IOFree(block->memory, block->size);
    else if (block->kind == ALIGNED)
        IOFreeAligned(block->memory, block->size);
    else
        IOFreeContiguous(block->memory, block->size);
    *block = (struct block){0};
}

/* What has pages of its own may have any mode; they are write-back again before anybody else gets them. */
static void set_mode(const uint8_t *b)
{
    struct block *block = &blocks[b[WHICH] % BLOCKS];
    uint64_t pa, size = (block->size + PAGE - 1) & ~(PAGE - 1);
    unsigned mode = b[OTHER] % 10;

    if (!block->memory || (uintptr_t)block->memory % PAGE || run_of(block, &pa) < block->size)
        return;
    if (IOSetProcessorCacheMode(kernel_task, (uintptr_t)block->memory, size, mode) != kIOReturnSuccess)
        walk_wrong("allocated pages cannot have the mode %u", mode);
}

void walk_mallocs_end(void)
{
    for (uint8_t i = 0; i < BLOCKS; i++)
        release((const uint8_t[STEP_BYTES]){[WHICH] = i});
}

const struct walk_kind walk_mallocs[] = {{"malloc", 6, make}, {"m.free", 4, release}, {"m.mode", 2, set_mode}};
const size_t walk_mallocs_count = sizeof walk_mallocs / sizeof walk_mallocs[0];
