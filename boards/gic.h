/*
 * Arm's generic interrupt controllers: GICv2 (Arm IHI 0048B) and GICv3 and v4 (Arm IHI 0069), seen from EL1.
 * The distributors' register files are alike in what both drivers use.
 */
#ifndef BOARDS_GIC_H
#define BOARDS_GIC_H

#include "boards/irq_controller.h"

extern const struct irq_controller gicv2_controller, gicv3_controller;

enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ICPENDR = 0x280,
    GICD_IPRIORITYR = 0x400
};

static inline volatile uint32_t *gic_register(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/* The bit of an INTID in a file of one bit each. */
static inline void gic_set_bit(uintptr_t file, unsigned id)
{
    *gic_register(file, id / 32 * 4) = UINT32_C(1) << (id % 32);
}

/* INTIDs [from, to), from a multiple of 32: off, not pending, of one priority. */
void gic_quiet(uintptr_t base, unsigned from, unsigned to);

/* The number of INTIDs that GICD_TYPER tells. */
unsigned gic_id_count(uintptr_t distributor);

/* GICv3's CPU interface is system registers: startup/ has the instructions. */
void gicv3_cpu_start(void);
unsigned gicv3_cpu_take(void); /* acknowledges and ends */
void gicv3_cpu_send(uint64_t sgi1r);

#endif
