#include "tests/target/dma_copy.h"

#include <string.h>

#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "tests/target/classes.h"

/* A data cache's line on every core that a Pi has. */
enum { LINE = 64 };

const struct board_device *dma_engine(void)
{
    for (const struct board_device *device = board.devices; device && device->compatible; device++)
        if (strcmp(device->compatible, "brcm,bcm2835-dma") == 0)
            return device;
    return NULL;
}

uintptr_t dma_engine_map(uint64_t va)
{
    struct mmu_range range = {va, dma_engine()->registers.pa, 4096, MMU_DEVICE_nGnRE | MMU_WRITE};

    return mmu_map(mmu_kernel_space(), &range) == MMU_OK ? (uintptr_t)va : 0;
}

unsigned dma_engine_channel(unsigned from)
{
    while (from < 32 && !(board.dma_channels & 1u << from))
        from++;
    return from;
}

bool dma_copier_open(struct dma_copier *copier, uintptr_t engine, unsigned channel)
{
    IOOptionBits options = kIODirectionInOut | kIOMemoryPhysicallyContiguous | kIOMemoryMapperNone;
    uint64_t size = DMA_COPY_BLOCKS * sizeof *copier->blocks, run;

    *copier = (struct dma_copier){0};
    if (!runtime_bus_window("brcm,bcm2835-dma", 0, &copier->window))
        return false;
    copier->memory = (IOMemoryDescriptorRef)IOBufferMemoryDescriptorCreateInTaskWithPhysicalMask(
        kernel_task, options, size, (copier->window.pa + copier->window.size - 1) & ~(uint64_t)4095);
    if (!copier->memory)
        return false;
    copier->blocks = (struct dma_block *)(void *)bytes_of(copier->memory);
    copier->blocks_bus = IOMemoryDescriptorGetPhysicalSegment(copier->memory, 0, &run, kIOMemoryMapperNone);
    copier->blocks_bus += copier->window.offset;
    return run == size && dma_open(&copier->channel, engine, channel) == 0;
}

void dma_copier_close(struct dma_copier *copier)
{
    dma_stop(&copier->channel);
    release(copier->memory);
}

/* The bus address of a map's byte; *size: how far memory lies together from there, 0 when it is out of reach. */
static uint64_t bus_segment(const struct dma_copier *copier, IOMemoryMapRef map, uint64_t offset, uint64_t *size)
{
    const struct bus_window *window = &copier->window;
    uint64_t pa, into;

    if (copier->mapped)
        return IOMemoryMapGetPhysicalSegment(map, offset, size, 0);
    pa = IOMemoryMapGetPhysicalSegment(map, offset, size, kIOMemoryMapperNone);
    into = pa - window->pa;
    if (into >= window->size)
        *size = 0;
    else if (*size > window->size - into)
        *size = window->size - into;
    return pa + window->offset;
}

struct piece {
    uint64_t to, from, size; /* bus addresses; bytes */
};

static struct piece piece_at(const struct dma_copier *copier, IOMemoryMapRef to, IOMemoryMapRef from, uint64_t offset)
{
    uint64_t to_size, from_size;
    struct piece piece = {
        .to = bus_segment(copier, to, offset, &to_size),
        .from = bus_segment(copier, from, offset, &from_size),
    };

    piece.size = to_size < from_size ? to_size : from_size;
    return piece;
}

/* What was read ahead into the caches while the engine wrote is dropped. */
static int run(struct dma_copier *copier)
{
    int status;

    if (copier->count == 0)
        return 0;
    status = dma_start(&copier->channel, copier->blocks, copier->count, copier->blocks_bus);
    if (status != 0)
        return status;
    copier->starts++;
    while ((status = dma_finish(&copier->channel)) == DMA_ACTIVE)
        ;
    for (unsigned i = 0; i < copier->count; i++)
        cache_invalidate(copier->to[i], copier->blocks[i].length);
    copier->count = 0;
    return status;
}

/* Whole lines. What the CPU wrote to the source gets out, and what it wrote to the target will not get out later. */
static int add_block(struct dma_copier *copier, struct piece piece, uint8_t *to, const uint8_t *from)
{
    int error = copier->count == DMA_COPY_BLOCKS ? run(copier) : 0;

    if (error)
        return error;
    cache_clean(from, piece.size);
    cache_invalidate(to, piece.size);
    copier->to[copier->count] = to;
    dma_block_copy(&copier->blocks[copier->count++], (uint32_t)piece.to, (uint32_t)piece.from, (uint32_t)piece.size);
    return 0;
}

static void copy_by_cpu(uint8_t *to, const uint8_t *from, uint64_t size)
{
    memcpy(to, from, size);
    cache_clean(to, size); /* as if the engine had written it */
}

static int copy_piece(struct dma_copier *copier, struct piece piece, uint8_t *to, const uint8_t *from)
{
    uint64_t limit = copier->channel.limit & ~(uint32_t)(LINE - 1), head = -piece.to % LINE, done;
    int error = 0;

    done = head < piece.size ? head : piece.size;
    copy_by_cpu(to, from, done);
    while (piece.size - done >= LINE && error == 0) {
        uint64_t size = (piece.size - done) & ~(uint64_t)(LINE - 1);
        struct piece part = {piece.to + done, piece.from + done, size < limit ? size : limit};

        error = add_block(copier, part, to + done, from + done);
        done += part.size;
    }
    copy_by_cpu(to + done, from + done, piece.size - done);
    return error;
}

int dma_copy(struct dma_copier *copier, IOMemoryMapRef to, IOMemoryMapRef from)
{
    uint8_t *target = (uint8_t *)(uintptr_t)address(to);
    const uint8_t *source = (const uint8_t *)(uintptr_t)address(from);
    uint64_t length = IOMemoryMapGetLength(to);
    struct piece piece;
    int error = 0;

    if (IOMemoryMapGetLength(from) != length)
        return DMA_COPY_LENGTH;
    copier->count = 0;
    for (uint64_t offset = 0; offset < length; offset += piece.size) {
        piece = piece_at(copier, to, from, offset);
        if (piece.size == 0)
            return DMA_COPY_REACH;
    }
    for (uint64_t offset = 0; offset < length && error == 0; offset += piece.size) {
        piece = piece_at(copier, to, from, offset);
        error = copy_piece(copier, piece, target + offset, source + offset);
    }
    return error ? error : run(copier);
}
