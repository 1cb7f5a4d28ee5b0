#include "boards/bcm2836_irq.h"

#include "mmu/cache.h"

/* ARM local: a word a core, or four for the mailboxes from core to core, of which 0 is the doorbell. */
enum {
    GPU_ROUTING = 0x0c,
    TIMER_CONTROL = 0x40,
    MAILBOX_CONTROL = 0x50,
    IRQ_SOURCE = 0x60,
    MAILBOX_SET = 0x80,
    MAILBOX_3 = 0x0c,
    MAILBOX_CLEAR = 0xc0
};
enum { TIMER_LINES = 4, LINE_DOORBELL = 4, LINE_SHARED = 8, LINES = 12 };

/* BCM2835 ARM Peripherals, 7.5; the words are in the order of the INTIDs. */
enum { PENDING = 0x04, ENABLE = 0x10, DISABLE = 0x1c, SHARED_WORDS = 2 };
enum { FIRST_LINE = 16, ID_COUNT = IRQ_OWN_COUNT + 32 * SHARED_WORDS };

static uintptr_t local, shared;

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/* Cluster 0xf on the Pi 2, 0 on the Pi 3. */
static unsigned number_of(const struct irq_core *core)
{
    return core->affinity & 3;
}

static unsigned start(const struct irq_registers registers[2])
{
    local = registers[0].base;
    shared = registers[1].base;
    for (unsigned word = 0; word < SHARED_WORDS; word++)
        *reg(shared, DISABLE + 4 * word) = UINT32_MAX;
    return ID_COUNT;
}

static int start_core(struct irq_core *core)
{
    unsigned number = number_of(core);

    core->doorbell = local + MAILBOX_SET + 16 * number;
    *reg(local, TIMER_CONTROL + 4 * number) = 0;
    *reg(local, MAILBOX_CLEAR + 16 * number) = UINT32_MAX;
    *reg(local, MAILBOX_CONTROL + 4 * number) = 1;
    return 0;
}

static void set_line(const struct irq_core *core, unsigned line, uint32_t on)
{
    volatile uint32_t *control = reg(local, TIMER_CONTROL + 4 * number_of(core));

    if (line < TIMER_LINES)
        *control = (*control & ~(UINT32_C(1) << line)) | on << line;
}

static void enable(const struct irq_core *core, unsigned id)
{
    if (id < IRQ_OWN_COUNT) {
        set_line(core, id - FIRST_LINE, 1);
        return;
    }
    *reg(local, GPU_ROUTING) = number_of(core); /* FIQ stays with core 0, where none is enabled */
    *reg(shared, ENABLE + (id / 32 - 1) * 4) = UINT32_C(1) << id % 32;
}

static void disable(const struct irq_core *core, unsigned id)
{
    if (id < IRQ_OWN_COUNT)
        set_line(core, id - FIRST_LINE, 0);
    else
        *reg(shared, DISABLE + (id / 32 - 1) * 4) = UINT32_C(1) << id % 32;
}

/* The lowest that is pending and enabled: the pending words show no other. */
static unsigned take_shared(void)
{
    for (unsigned word = 0; word < SHARED_WORDS; word++) {
        uint32_t pending = *reg(shared, PENDING + 4 * word);

        if (pending)
            return IRQ_OWN_COUNT + 32 * word + (unsigned)__builtin_ctz(pending);
    }
    return IRQ_ID_MAX;
}

static unsigned take(const struct irq_core *core)
{
    uint32_t source = *reg(local, IRQ_SOURCE + 4 * number_of(core)) & ((1 << LINES) - 1);
    unsigned line = source ? (unsigned)__builtin_ctz(source) : LINES;

    if (line == LINE_DOORBELL) {
        *reg(local, MAILBOX_CLEAR + 16 * number_of(core)) = UINT32_MAX;
        return 0;
    }
    if (line == LINE_SHARED)
        return take_shared();
    return line < LINES ? FIRST_LINE + line : IRQ_ID_MAX;
}

static void ring(uint64_t doorbell)
{
    *reg((uintptr_t)doorbell, 0) = 1;
}

const struct irq_controller bcm2836_irq_controller = {NULL, start, start_core, enable, disable, take, ring};

void bcm2836_call_core(uintptr_t base, unsigned number, uint32_t entry)
{
    cache_barrier();
    *reg(base, MAILBOX_SET + MAILBOX_3 + 16 * number) = entry;
}
