#include "boards/bcm2835_dma.h"

#include "mmu/cache.h"

enum { CHANNELS = 15, CHANNEL_SIZE = 0x100, FIRST_LITE = 7 };

/* A channel's, and the engine's ENABLE, a bit a channel. */
enum { CS = 0x00, CONBLK_AD = 0x04, DEBUG = 0x20, ENABLE = 0xff0 };

#define CS_ACTIVE                      (UINT32_C(1) << 0)
#define CS_END                         (UINT32_C(1) << 1)
#define CS_INT                         (UINT32_C(1) << 2)
#define CS_WAITING_FOR_WRITES          (UINT32_C(1) << 6)
#define CS_ERROR                       (UINT32_C(1) << 8)
#define CS_PRIORITY_SHIFT              16
#define CS_PANIC_PRIORITY_SHIFT        20
#define CS_WAIT_FOR_OUTSTANDING_WRITES (UINT32_C(1) << 28)
#define CS_RESET                       (UINT32_C(1) << 31)

/* An even share of the bus; and it is done when its writes have arrived. */
#define CS_SHARE (CS_WAIT_FOR_OUTSTANDING_WRITES | 8u << CS_PRIORITY_SHIFT | 8u << CS_PANIC_PRIORITY_SHIFT)

enum { TI_INTEN = 1 << 0, TI_DEST_INC = 1 << 4, TI_SRC_INC = 1 << 8 };
enum { DEBUG_ERRORS = DMA_ERROR_LAST_NOT_SET | DMA_ERROR_FIFO | DMA_ERROR_READ }; /* written as ones, they go */

#define LENGTH_MAX      (UINT32_C(0x40000000) - DMA_UNIT) /* 30 bits */
#define LENGTH_MAX_LITE (UINT32_C(0x10000) - DMA_UNIT)    /* 16 bits */

enum { PATIENCE = 1000000 };

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

int dma_open(struct dma_channel *channel, uintptr_t engine, unsigned number)
{
    if (number >= CHANNELS)
        return DMA_NONE;
    *channel = (struct dma_channel){
        .registers = engine + number * CHANNEL_SIZE,
        .limit = number < FIRST_LITE ? LENGTH_MAX : LENGTH_MAX_LITE,
    };
    *reg(engine, ENABLE) |= UINT32_C(1) << number;
    dma_stop(channel);
    return 0;
}

void dma_block_copy(struct dma_block *block, uint32_t to, uint32_t from, uint32_t size)
{
    *block = (struct dma_block){
        .information = TI_SRC_INC | TI_DEST_INC,
        .source = from,
        .destination = to,
        .length = size,
    };
}

static bool fit(const struct dma_channel *channel, const struct dma_block *blocks, unsigned count, uint64_t bus)
{
    const uint64_t reach = UINT64_C(1) << 32;

    if (!count || bus % sizeof *blocks || bus >= reach || count > (reach - bus) / sizeof *blocks)
        return false;
    for (unsigned i = 0; i < count; i++)
        if (!blocks[i].length || blocks[i].length % DMA_UNIT || blocks[i].length > channel->limit)
            return false;
    return true;
}

int dma_start(struct dma_channel *channel, struct dma_block *blocks, unsigned count, uint64_t bus)
{
    if (!fit(channel, blocks, count, bus))
        return DMA_BLOCKS;
    if (channel->started)
        return DMA_BUSY;
    channel->started = true;
    for (unsigned i = 0; i < count; i++)
        blocks[i].next = (uint32_t)(bus + (i + 1) * sizeof *blocks);
    blocks[count - 1].next = 0;
    blocks[count - 1].information |= TI_INTEN;
    cache_clean(blocks, count * sizeof *blocks);
    *reg(channel->registers, CONBLK_AD) = (uint32_t)bus;
    *reg(channel->registers, CS) = CS_SHARE | CS_END | CS_INT | CS_ACTIVE; /* END and INT: written as ones, they go */
    return 0;
}

/*
 * ACTIVE goes before the last writes have arrived, and END comes with every block. INT comes once, with the last block,
 * after its writes.
 */
int dma_finish(struct dma_channel *channel)
{
    uint32_t status = *reg(channel->registers, CS);

    if (!channel->started)
        return DMA_IDLE;
    if (status & CS_ERROR) {
        channel->errors = *reg(channel->registers, DEBUG) & DEBUG_ERRORS;
        dma_stop(channel);
        return DMA_FAILED;
    }
    if (!(status & CS_INT))
        return DMA_ACTIVE;
    *reg(channel->registers, CS) = CS_SHARE | CS_END | CS_INT;
    channel->started = false;
    cache_barrier(); /* or what it wrote could be read before the status was */
    return DMA_DONE;
}

/* Paused first: a reset amid the bus's answers would lose them. */
void dma_stop(struct dma_channel *channel)
{
    *reg(channel->registers, CS) = 0;
    for (int patience = PATIENCE; patience && (*reg(channel->registers, CS) & CS_WAITING_FOR_WRITES); patience--)
        ;
    *reg(channel->registers, CS) = CS_RESET;
    *reg(channel->registers, DEBUG) = DEBUG_ERRORS;
    channel->started = false;
    cache_barrier();
}
