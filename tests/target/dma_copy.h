/* Copies from map to map by a Raspberry Pi's DMA engine. */
#ifndef TESTS_TARGET_DMA_COPY_H
#define TESTS_TARGET_DMA_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "boards/bcm2835_dma.h"
#include "boards/board.h"
#include "iomem/iomem.h"
#include "startup/runtime.h"

#define DMA_COPY_BLOCKS 128

struct dma_copier {
    struct dma_channel channel;
    struct bus_window window;
    bool mapped;     /* the system mapper answers with bus addresses; else the window says what they are */
    unsigned starts; /* of the channel, so far */

    IOMemoryDescriptorRef memory;
    struct dma_block *blocks;
    uint64_t blocks_bus;
    uint8_t *to[DMA_COPY_BLOCKS]; /* where each block writes, as the CPU sees it */
    unsigned count;
};

const struct board_device *dma_engine(void); /* NULL: this board has none */
uintptr_t dma_engine_map(uint64_t va);       /* its registers there, a page; 0: refused */
unsigned dma_engine_channel(unsigned from);  /* the first from there on that a program may have */

/* engine: its registers. false: no memory, or no window is known. */
bool dma_copier_open(struct dma_copier *copier, uintptr_t engine, unsigned channel);
void dma_copier_close(struct dma_copier *copier);

enum {
    DMA_COPY_LENGTH = -101, /* the maps are not of one length */
    DMA_COPY_REACH = -102   /* a byte is not mapped, or the engine does not reach it; nothing has been written */
};

/*
 * All of one map to the other, by the segments that the maps have at that moment. Both are of Normal memory, and do not
 * overlap. A cache line of the target that is not written whole by one block is written by the CPU: what else is in
 * it, at either end, may be anybody's and change meanwhile. 0, an error of the above, or of the engine.
 */
int dma_copy(struct dma_copier *copier, IOMemoryMapRef to, IOMemoryMapRef from);

#endif
