/*
 * An interrupt controller, as the runtime drives it. An interrupt is known by its INTID: 0..15 are sent by
 * cores, 16..31 come from each core's own devices, 32 and up from everybody's. Calls are made with interrupts masked.
 */
#ifndef BOARDS_IRQ_CONTROLLER_H
#define BOARDS_IRQ_CONTROLLER_H

#include <stddef.h>
#include <stdint.h>

#define IRQ_OWN_COUNT 32   /* INTIDs below this are each core's own */
#define IRQ_ID_MAX    1020 /* from here on they mean "none" */

/* Registers, as the device tree lists them, mapped. */
struct irq_registers {
    uintptr_t base;
    size_t size;
};

/* What a controller knows of one core. The runtime keeps it. */
struct irq_core {
    uint64_t affinity; /* MPIDR's affinity fields: the runtime's to fill in */
    uint64_t doorbell; /* what ring takes to interrupt this core */
    uintptr_t own;     /* GICv3: the core's redistributor */
};

struct irq_controller {
    const char *const *compatible; /* names in a device tree, ended by NULL; NULL: only the board tells */

    /* Once: every shared interrupt off and of one priority. Returns the number of INTIDs. */
    unsigned (*start)(const struct irq_registers registers[2]);

    /* On each core: its own interrupts off, those that cores send on, and the core listens. 0, or -1: it cannot. */
    int (*start_core)(struct irq_core *core);

    void (*enable)(const struct irq_core *core, unsigned id); /* a shared one goes to this core, the caller's */
    void (*disable)(const struct irq_core *core, unsigned id);

    /*
     * The INTID to serve now, IRQ_ID_MAX or more when there is none. It is acknowledged and ended: a level that
     * its handler leaves high comes again.
     */
    unsigned (*take)(const struct irq_core *core); /* the caller's */

    void (*ring)(uint64_t doorbell); /* INTID 0 to another core */
};

#endif
