/*
 * GICv3 and v4: a distributor for shared interrupts, a redistributor a core for its own, and the CPU
 * interface in system registers. Affinity routing is on; interrupts are in group 1, which Non-secure code has.
 */
#include "boards/gic.h"

enum { GICD_IGROUPR = 0x80, GICD_IROUTER = 0x6000 };
enum { CTLR_ENABLE_GROUP_1 = 1 << 1, CTLR_ARE = 1 << 4 };
enum { GICD_CTLR_RWP = 31, GICR_CTLR_RWP = 3 }; /* bits: a register write is still on its way */
enum { GICR_CTLR = 0x00, GICR_TYPER = 0x08, GICR_TYPER_AFFINITY = 0x0c, GICR_WAKER = 0x14 };
enum { TYPER_VLPIS = 1 << 1, TYPER_LAST = 1 << 4 };
enum { WAKER_PROCESSOR_SLEEP = 1 << 1, WAKER_CHILDREN_ASLEEP = 1 << 2 };
enum { FRAME = 0x10000, PATIENCE = 1000000 };

static const char *const compatible[] = {"arm,gic-v3", NULL};
static uintptr_t distributor;
static struct irq_registers redistributors;

static void settle(uintptr_t base, unsigned bit)
{
    for (int patience = PATIENCE; patience && *gic_register(base, 0) >> bit & 1; patience--)
        ;
}

static void set_group_1(uintptr_t base, unsigned from, unsigned to)
{
    for (unsigned id = from; id < to; id += 32)
        *gic_register(base, GICD_IGROUPR + id / 8) = UINT32_MAX; /* ignored from Non-secure code */
}

static unsigned start(const struct irq_registers registers[2])
{
    unsigned count;

    distributor = registers[0].base;
    redistributors = registers[1];
    count = gic_id_count(distributor);
    *gic_register(distributor, GICD_CTLR) = 0;
    settle(distributor, GICD_CTLR_RWP); /* affinity routing changes only while all groups are off */
    *gic_register(distributor, GICD_CTLR) = CTLR_ARE;
    settle(distributor, GICD_CTLR_RWP);
    gic_quiet(distributor, IRQ_OWN_COUNT, count);
    set_group_1(distributor, IRQ_OWN_COUNT, count);
    settle(distributor, GICD_CTLR_RWP);
    *gic_register(distributor, GICD_CTLR) = CTLR_ARE | CTLR_ENABLE_GROUP_1;
    return count;
}

/* The affinity as GICR_TYPER holds it: Aff3.Aff2.Aff1.Aff0 in 32 bits. */
static uint32_t packed(uint64_t affinity)
{
    return (uint32_t)((affinity >> 8 & 0xff000000) | (affinity & 0xffffff));
}

/* The redistributors lie one after the other, with two frames more where there are virtual LPIs. */
static uintptr_t find_redistributor(uint64_t affinity)
{
    uintptr_t base = redistributors.base, end = base + redistributors.size;

    for (uint32_t type = 0; base + 2 * FRAME <= end && !(type & TYPER_LAST);
         base += type & TYPER_VLPIS ? 4 * FRAME : 2 * FRAME) {
        type = *gic_register(base, GICR_TYPER);
        if (*gic_register(base, GICR_TYPER_AFFINITY) == packed(affinity))
            return base;
    }
    return 0;
}

static int wake(uintptr_t base)
{
    *gic_register(base, GICR_WAKER) &= ~(uint32_t)WAKER_PROCESSOR_SLEEP;
    for (int patience = PATIENCE; patience; patience--)
        if (!(*gic_register(base, GICR_WAKER) & WAKER_CHILDREN_ASLEEP))
            return 0;
    return -1;
}

/* ICC_SGI1R_EL1: Aff3, Aff2, Aff1, the range of 16 that Aff0 lies in, and its bit there. */
static uint64_t doorbell_of(uint64_t affinity)
{
    return (affinity >> 32 & 0xff) << 48 | (affinity >> 4 & 0xf) << 44 | (affinity >> 16 & 0xff) << 32 |
           (affinity >> 8 & 0xff) << 16 | UINT64_C(1) << (affinity & 0xf);
}

static int start_core(struct irq_core *core)
{
    uintptr_t base = find_redistributor(core->affinity);

    if (!base || wake(base))
        return -1;
    core->own = base + FRAME;
    core->doorbell = doorbell_of(core->affinity);
    gic_quiet(core->own, 0, IRQ_OWN_COUNT);
    set_group_1(core->own, 0, IRQ_OWN_COUNT);
    settle(base + GICR_CTLR, GICR_CTLR_RWP);
    gic_set_bit(core->own + GICD_ISENABLER, 0);
    gicv3_cpu_start();
    return 0;
}

static void enable(const struct irq_core *core, unsigned id)
{
    if (id < IRQ_OWN_COUNT) {
        gic_set_bit(core->own + GICD_ISENABLER, id);
        return;
    }
    *gic_register(distributor, GICD_IROUTER + 8 * id) = (uint32_t)(core->affinity & 0xffffff);
    *gic_register(distributor, GICD_IROUTER + 8 * id + 4) = (uint32_t)(core->affinity >> 32 & 0xff);
    gic_set_bit(distributor + GICD_ISENABLER, id);
}

static void disable(const struct irq_core *core, unsigned id)
{
    if (id < IRQ_OWN_COUNT) {
        gic_set_bit(core->own + GICD_ICENABLER, id);
        settle(core->own - FRAME + GICR_CTLR, GICR_CTLR_RWP);
        return;
    }
    gic_set_bit(distributor + GICD_ICENABLER, id);
    settle(distributor, GICD_CTLR_RWP);
}

static unsigned take(const struct irq_core *core)
{
    (void)core;
    return gicv3_cpu_take();
}

const struct irq_controller gicv3_controller = {compatible, start, start_core, enable, disable, take, gicv3_cpu_send};
