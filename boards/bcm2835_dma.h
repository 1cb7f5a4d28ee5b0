/*
 * The DMA engine of the BCM2835, which the Raspberry Pi 2, 3 and 4 have too: channels that each work off a chain of
 * control blocks in memory ("BCM2835 ARM Peripherals", chapter 4). It is given bus addresses and sees none of the
 * ARM's caches: what it is to read is cleaned before it starts; what it is to write is cleaned or invalidated before it
 * starts and invalidated when it is done, and shares no cache line with anything that is written meanwhile.
 */
#ifndef BOARDS_BCM2835_DMA_H
#define BOARDS_BCM2835_DMA_H

#include <stdbool.h>
#include <stdint.h>

/* As the engine reads it. */
struct dma_block {
    uint32_t information, source, destination, length, stride, next, reserved[2];
} __attribute__((aligned(32)));
_Static_assert(sizeof(struct dma_block) == 32, "the engine's layout");

/* A channel has one user: calls for it do not overlap. The fields are the driver's. */
struct dma_channel {
    uintptr_t registers;
    uint32_t limit;  /* bytes that a block moves at most: 7 and above are "lite" */
    uint32_t errors; /* DMA_ERROR_ bits of what failed last */
    bool started;
};

/* The chip moves any number of bytes, QEMU's model whole words only. */
#define DMA_UNIT 4

enum {
    DMA_DONE = 0,
    DMA_ACTIVE = 1,
    DMA_NONE = -1,   /* caller: no such channel, 0 to 14 */
    DMA_BLOCKS = -2, /* caller: no blocks, one that is too long, empty or no multiple of DMA_UNIT, or out of reach */
    DMA_BUSY = -3,   /* caller: it has been started, and not come to its end */
    DMA_IDLE = -4,   /* caller: it has not been started */
    DMA_FAILED = -5  /* the machine: channel.errors says what. A part may have been written */
};

/* The first is not quite an error of the bus: a read came back without its "last" mark. */
enum { DMA_ERROR_LAST_NOT_SET = 1, DMA_ERROR_FIFO = 2, DMA_ERROR_READ = 4 };

/*
 * Make a channel ready, whatever it did before. engine is where the registers are mapped, as Device. Which channels
 * the firmware leaves to the ARM, board.dma_channels says; on a Pi 4 those from 11 on are engines of another kind.
 */
int dma_open(struct dma_channel *channel, uintptr_t engine, unsigned number);

/* Have a block copy size bytes from one bus address to another, of any alignment; the two do not overlap. */
void dma_block_copy(struct dma_block *block, uint32_t to, uint32_t from, uint32_t size);

/*
 * Link the blocks in their order, clean them, and start. They lie together, bus is the first one's address, a
 * multiple of 32; they and the memory that they name stay as they are until the channel is done. With the last one the
 * channel interrupts. 0, DMA_BLOCKS or DMA_BUSY: nothing has been started.
 */
int dma_start(struct dma_channel *channel, struct dma_block *blocks, unsigned count, uint64_t bus);

/*
 * DMA_ACTIVE: still at work, and the interrupt, if one came, is another channel's (some share one). DMA_DONE: the
 * interrupt is silenced, all is written and seen by accesses that follow, and the channel may be started again.
 * DMA_FAILED: the same, the channel has been reset; such an end may come without an interrupt. DMA_IDLE.
 */
int dma_finish(struct dma_channel *channel);

/* Before its end, or in any state: what is written by then stays written, and nothing more is. */
void dma_stop(struct dma_channel *channel);

#endif
