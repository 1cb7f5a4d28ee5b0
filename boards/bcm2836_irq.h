/*
 * The interrupt controllers of the Raspberry Pi 2 and 3: each core's own ("ARM local", BCM2836 QA7) and, behind one of
 * its lines, the BCM2835's for everybody's devices. INTIDs: 16 + n is line n of the core's own (3 the virtual timer),
 * 32 + n the BCM2835's interrupt n as its documents count, 0 to 63.
 *
 * registers: ARM local's, and the BCM2835's 0x200 bytes from ...b200 on. All of the BCM2835's interrupts go to one
 * core, the one that enabled one last.
 */
#ifndef BOARDS_BCM2836_IRQ_H
#define BOARDS_BCM2836_IRQ_H

#include "boards/irq_controller.h"

extern const struct irq_controller bcm2836_irq_controller;

/*
 * 32-bit firmware keeps a core waiting until its mailbox 3 holds an address to go to. base: ARM local, mapped. Stores
 * made before are seen by the core; an event wakes it, where it waits for one.
 */
void bcm2836_call_core(uintptr_t base, unsigned number, uint32_t entry);

enum { BCM2836_VIRTUAL_TIMER = 16 + 3 };

#endif
