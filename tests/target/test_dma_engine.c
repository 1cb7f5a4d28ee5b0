/* The DMA engine of a Raspberry Pi itself: what it refuses, how it tells of its end, a stop. */
#include <string.h>

#include "tests/target/classes.h"
#include "tests/target/dma_copy.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/ticks.h"

static uintptr_t engine;
static struct dma_copier copier, lite; /* of a channel of each kind */
static IOMemoryDescriptorRef from, to; /* a page each */
static uint32_t from_bus, to_bus;

static uint32_t bus_of(IOMemoryDescriptorRef page)
{
    uint64_t size;

    return (uint32_t)(IOMemoryDescriptorGetPhysicalSegment(page, 0, &size, kIOMemoryMapperNone) + 0xc0000000);
}

static bool setup(void)
{
    engine = dma_engine_map(machine_corner());
    from = filled_buffer(PAGE, 0);
    to = filled_buffer(PAGE, 0xff);
    from_bus = bus_of(from);
    to_bus = bus_of(to);
    return engine && dma_copier_open(&copier, engine, dma_engine_channel(0)) &&
           dma_copier_open(&lite, engine, dma_engine_channel(7));
}

static int start_one(struct dma_copier *by, uint32_t size, uint64_t bus)
{
    dma_block_copy(by->blocks, to_bus, from_bus, size);
    return dma_start(&by->channel, by->blocks, 1, bus);
}

static void copy(uint8_t byte)
{
    memset(bytes_of(from), byte, PAGE);
    IOMemoryDescriptorPerformOperation(from, kIOMemoryIncoherentIOStore, 0, PAGE);
    IOMemoryDescriptorPerformOperation(to, kIOMemoryIncoherentIOFlush, 0, PAGE);
    CHECK_EQ(start_one(&copier, PAGE, copier.blocks_bus), 0);
}

/* The CPU looks when the engine has come to its end, and not at what the caches held before. */
static void check(uint8_t byte)
{
    IOMemoryDescriptorPerformOperation(to, kIOMemoryIncoherentIOFlush, 0, PAGE);
    for (uint64_t i = 0; i < PAGE; i++)
        CHECK_EQ(bytes_of(to)[i], byte);
}

static void start__refuses_what_the_engine_cannot_do(void)
{
    struct dma_channel none;

    CHECK_EQ(dma_open(&none, engine, 15), DMA_NONE);
    CHECK_EQ(dma_start(&copier.channel, copier.blocks, 0, copier.blocks_bus), DMA_BLOCKS);
    CHECK_EQ(start_one(&copier, 0, copier.blocks_bus), DMA_BLOCKS);
    CHECK_EQ(start_one(&copier, 6, copier.blocks_bus), DMA_BLOCKS);
    CHECK_EQ(start_one(&copier, 0x40000000, copier.blocks_bus), DMA_BLOCKS);
    CHECK_EQ(start_one(&lite, 0x10000, lite.blocks_bus), DMA_BLOCKS);
    CHECK_EQ(start_one(&copier, 64, copier.blocks_bus + 16), DMA_BLOCKS);
    CHECK_EQ(start_one(&copier, 64, copier.blocks_bus + (1ull << 32)), DMA_BLOCKS);
    CHECK_EQ(dma_start(&copier.channel, copier.blocks, 2, 0xffffffe0), DMA_BLOCKS);
    CHECK_EQ(dma_finish(&copier.channel), DMA_IDLE);
}

static volatile int interrupts;
static int last_status;

static void served(void *unused)
{
    (void)unused;
    last_status = dma_finish(&copier.channel);
    if (last_status != DMA_ACTIVE)
        interrupts++;
}

/* QEMU has it at once. */
static bool wait_for_interrupt(int wanted)
{
    return ticks_wait(&interrupts, wanted) && last_status == DMA_DONE;
}

/* The handler finishes the channel: one more dma_finish finds it idle. */
static void end__is_told_by_an_interrupt(void)
{
    unsigned irq = dma_engine()->irq + dma_engine_channel(0);
    int result = irq_handle(irq, served, NULL);

    for (int i = 0; i < 3 && CHECK_EQ(result, 0); i++) {
        copy((uint8_t)(i + 1));
        CHECK(wait_for_interrupt(i + 1));
        check((uint8_t)(i + 1));
    }
    CHECK_EQ(interrupts, 3);
    CHECK_EQ(irq_handle(irq, NULL, NULL), 0);
    CHECK_EQ(dma_finish(&copier.channel), DMA_IDLE);
}

/* QEMU's model has done all of it when dma_start comes back: what a stop cuts short is not seen there. */
static void stop__makes_the_channel_ready_for_the_next_start(void)
{
    copy(0x51);
    CHECK_EQ(start_one(&copier, PAGE, copier.blocks_bus), DMA_BUSY);
    dma_stop(&copier.channel);
    CHECK_EQ(dma_finish(&copier.channel), DMA_IDLE);
    copy(0x52);
    while (dma_finish(&copier.channel) == DMA_ACTIVE)
        ;
    check(0x52);
}

static void no_engine(void)
{
    tap_skip("this board has no BCM2835 DMA engine");
}

int main(void)
{
    if (!dma_engine()) {
        TAP_RUN(no_engine);
        return tap_done();
    }
    if (!setup())
        return 1;
    TAP_RUN(start__refuses_what_the_engine_cannot_do);
    TAP_RUN(end__is_told_by_an_interrupt);
    TAP_RUN(stop__makes_the_channel_ready_for_the_next_start);
    return tap_done();
}
