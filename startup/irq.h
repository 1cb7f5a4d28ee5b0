/* Interrupts, below runtime.h: what cores and the timer need of them. */
#ifndef STARTUP_IRQ_H
#define STARTUP_IRQ_H

#include <stdbool.h>

struct core;

/* Find and start the interrupt controller, once, and this core's part of it, once a core. false: there is none. */
bool irq_ready(void);

/*
 * irq_handle for the runtime's own: such a handler is not counted among those that may end a wait (wakers.h).
 */
int irq_handle_quietly(unsigned id, void (*run)(void *), void *arg);

/* Interrupt another core that is irq_ready: it leaves its WFI. Stores made before are seen by it. */
void irq_ring(const struct core *core);

#endif
