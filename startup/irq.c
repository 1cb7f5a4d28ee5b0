/*
 * Interrupts: who handles which, and the way there from the vectors. Nothing of this is in a program that asks
 * for no interrupt, no timer and no second core.
 */
#include "startup/irq.h"

#include <errno.h>

#include "boards/board.h"
#include "mmu/lock.h"
#include "startup/core.h"
#include "startup/device.h"
#include "startup/exception.h"
#include "startup/irq_tree.h"
#include "startup/runtime.h"
#include "startup/wakers.h"

enum { FIRST_DEVICE = 16 }; /* INTIDs below it are sent by cores */

/* GICv3's redistributors may be listed for many more cores than the runtime keeps. */
#define REGISTERS_MAX (CORE_MAX * UINT64_C(0x40000))

struct handler {
    void (*run)(void *);
    void *arg;
    bool wakes; /* it may end a wait */
};

static struct lock irq_lock = LOCK_INIT; /* the handlers, and the controller's shared registers */
static const struct irq_controller *controller;
static unsigned id_count;
static bool sought;
static struct handler handlers[IRQ_ID_MAX];

/*
 * The interrupt has been ended already: a handler that leaves by a landing leaves nothing active behind, and
 * a level that is still high comes again after it. One for which there is no handler any more is switched off, or it
 * would come for ever.
 */
static void run_handler(unsigned id)
{
    uintptr_t entered = lock_enter(&irq_lock);
    struct handler handler = handlers[id];

    if (!handler.run && id >= FIRST_DEVICE)
        controller->disable(&core_this()->irq, id);
    lock_leave(&irq_lock, entered);
    if (handler.run)
        handler.run(handler.arg);
}

/* A handler is no part of what it interrupted: not of a fault_try there, nor of a check of errno. */
static void serve(void)
{
    struct core *core = core_this();
    struct landing *landings = core->landings;
    int error = errno;
    unsigned id = controller->take(&core->irq);

    core->interrupts++;
    core->landings = NULL;
    if (id < IRQ_ID_MAX)
        run_handler(id);
    core->landings = landings;
    errno = error;
}

/* A board that knows where its one controller is need not be told. */
static bool find_registers(const struct irq_controller *candidate, struct board_range ranges[2])
{
    ranges[0] = board.irq_registers[0];
    ranges[1] = board.irq_registers[1];
    return ranges[0].size || irq_tree_registers(runtime_device_tree(), candidate->compatible, ranges);
}

static bool map_registers(const struct irq_controller *candidate, struct irq_registers registers[2])
{
    struct board_range ranges[2];

    if (!find_registers(candidate, ranges))
        return false;
    for (int i = 0; i < 2; i++) {
        registers[i].size = (size_t)(ranges[i].size < REGISTERS_MAX ? ranges[i].size : REGISTERS_MAX);
        registers[i].base = device_map(ranges[i].pa, registers[i].size);
        if (!registers[i].base)
            return false;
    }
    return true;
}

static void start_controller(void)
{
    const struct irq_controller *const *candidate = board_irq_controllers;
    struct irq_registers registers[2];

    sought = true;
    while (*candidate && !map_registers(*candidate, registers))
        candidate++;
    if (!*candidate)
        return;
    controller = *candidate;
    id_count = controller->start(registers);
    exception_set_interrupt_handler(serve);
}

bool irq_ready(void)
{
    struct core *core = core_this();
    uintptr_t entered;

    if (core->irq_ready)
        return true;
    entered = lock_enter(&irq_lock);
    if (!sought)
        start_controller();
    if (controller) {
        core->irq.affinity = irq_tree_affinity(runtime_device_tree(), (int)core->number);
        core->irq_ready = controller->start_core(&core->irq) == 0;
    }
    lock_leave(&irq_lock, entered);
    return core->irq_ready;
}

void irq_ring(const struct core *core)
{
    __asm__ volatile("dsb ishst" : : : "memory"); /* an interrupt may overtake stores (IHI 0069, SGIs) */
    controller->ring(core->irq.doorbell);
}

static void count(bool before, bool after)
{
    if (after && !before)
        wakers_add();
    if (before && !after)
        wakers_remove();
}

static int set_handler(unsigned id, struct handler wanted)
{
    const struct irq_core *core = &core_this()->irq;
    struct handler *handler = &handlers[id];

    if (!wanted.run)
        controller->disable(core, id);
    else if (handler->run && (handler->run != wanted.run || handler->arg != wanted.arg))
        return IRQ_TAKEN;
    count(handler->wakes, wanted.wakes);
    *handler = wanted;
    if (wanted.run)
        controller->enable(core, id);
    return 0;
}

static int handle(unsigned id, struct handler handler)
{
    uintptr_t entered;
    int error;

    if (!irq_ready())
        return IRQ_NONE;
    if (id < FIRST_DEVICE || id >= id_count)
        return IRQ_RANGE;
    entered = lock_enter(&irq_lock);
    error = set_handler(id, handler);
    lock_leave(&irq_lock, entered);
    return error;
}

int irq_handle(unsigned id, void (*run)(void *), void *arg)
{
    return handle(id, (struct handler){run, arg, run != NULL});
}

int irq_handle_quietly(unsigned id, void (*run)(void *), void *arg)
{
    return handle(id, (struct handler){run, arg, false});
}
