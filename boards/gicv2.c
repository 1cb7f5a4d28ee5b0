/*
 * GICv2: the distributor and the CPU interface, both in memory, both banked by core. Interrupts stay in the
 * group they are in: 0 out of reset, without security extensions; 1 when firmware has given them to Non-secure code,
 * whose view of both control registers has that group's enable at bit 0 (IHI 0048B 4.3.1, 4.4.1).
 */
#include "boards/gic.h"

enum { GICD_ITARGETSR = 0x800, GICD_SGIR = 0xf00 };
enum { GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_IAR = 0x0c, GICC_EOIR = 0x10 };
enum { ENABLE = 1, INTID_MASK = 0x3ff, SGIR_TARGETS_SHIFT = 16 };

static const char *const compatible[] = {"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a7-gic", "arm,cortex-a9-gic",
                                         NULL};
static uintptr_t distributor, interface;

static unsigned start(const struct irq_registers registers[2])
{
    distributor = registers[0].base;
    interface = registers[1].base;
    *gic_register(distributor, GICD_CTLR) = 0;
    gic_quiet(distributor, IRQ_OWN_COUNT, gic_id_count(distributor));
    *gic_register(distributor, GICD_CTLR) = ENABLE;
    return gic_id_count(distributor);
}

/* A core reads its own bit from the targets of its own interrupts; the only core of a machine reads 0. */
static int start_core(struct irq_core *core)
{
    core->doorbell = *gic_register(distributor, GICD_ITARGETSR) & 0xff;
    gic_quiet(distributor, 0, IRQ_OWN_COUNT);
    gic_set_bit(distributor + GICD_ISENABLER, 0);
    *gic_register(interface, GICC_PMR) = 0xff;
    *gic_register(interface, GICC_CTLR) = ENABLE;
    return 0;
}

static void enable(const struct irq_core *core, unsigned id)
{
    if (id >= IRQ_OWN_COUNT)
        *(volatile uint8_t *)(distributor + GICD_ITARGETSR + id) = (uint8_t)core->doorbell;
    gic_set_bit(distributor + GICD_ISENABLER, id);
}

static void disable(const struct irq_core *core, unsigned id)
{
    (void)core;
    gic_set_bit(distributor + GICD_ICENABLER, id);
}

static unsigned take(const struct irq_core *core)
{
    uint32_t iar = *gic_register(interface, GICC_IAR);

    (void)core;
    if ((iar & INTID_MASK) < IRQ_ID_MAX)
        *gic_register(interface, GICC_EOIR) = iar; /* whole: an SGI's sender is part of it */
    return iar & INTID_MASK;
}

static void ring(uint64_t doorbell)
{
    *gic_register(distributor, GICD_SGIR) = (uint32_t)doorbell << SGIR_TARGETS_SHIFT;
}

const struct irq_controller gicv2_controller = {compatible, start, start_core, enable, disable, take, ring};
