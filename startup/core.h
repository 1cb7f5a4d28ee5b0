/* What a core keeps for itself. Its record's address is its core_key(); its number comes first. */
#ifndef STARTUP_CORE_H
#define STARTUP_CORE_H

#include <reent.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/cpu.h"
#include "boards/irq_controller.h"
#include "startup/layout.h"

struct el0_thread;
struct landing;
struct loan;
struct mmu_space;

/* Accesses that its abort handler has had tried again without telling anybody: fault.c's. */
struct retries {
    unsigned broken;    /* met a leaf that another core had broken to change it */
    unsigned conflicts; /* met two TLB entries for one address */
    unsigned in_a_row;  /* of these the last ones, by the instruction at pc that wants va */
    uint64_t pc, va;
};

/* CLAIMED: its work is being written down. STARTING: it may take the work as soon as it comes. */
enum core_state { CORE_OFF, CORE_CLAIMED, CORE_STARTING, CORE_RUNNING, CORE_IDLE };

struct core {
    unsigned number;
    uintptr_t exception_stack_top; /* the handlers' SP when nothing is being handled */
    uintptr_t main_stack_top;      /* SP at the start */
    struct landing *landings;      /* innermost fault_try or panic_try first */
    struct loan *loans;            /* innermost first: landing.h */
    unsigned reports;              /* reports begun: a report that faults itself is not reported again */
    struct el0_thread *el0;        /* el0_run is under way: whose registers EL0 has now */
    bool el0_stop;                 /* it, or the next one, is to return at once */
    struct mmu_space *task_space;  /* the task's that it has active, NULL: none; spaces.c's */
    struct mmu_space *low_space;   /* the program's own: cpu_low_space */
    struct _reent *reent;          /* newlib's state: errno, the streams */
    bool irq_ready;                /* its part of the interrupt controller is on */
    unsigned interrupts;           /* taken so far */
    struct irq_core irq;
    struct retries retries;

    enum core_state state; /* changed in one step by whoever moves it on; cpu_start's */
    void (*run)(void *);
    void *arg;
};

extern struct core cores[CORE_MAX];

/* Have an OFF core enter run on its stacks, with interrupts masked. 0, or firmware's error. */
int core_wake(const struct core *core, void (*run)(void));

/* What it then finds: the physical address of its struct boot_core, in memory. */
uint64_t core_prepare(const struct core *core, uint64_t affinity, void (*run)(void));

/* Wait for core_rouse or an interrupt, perhaps in vain. Called masked; interrupts that have come are taken inside. */
void core_doze(const struct core *core);
void core_rouse(const struct core *core);

static inline struct core *core_this(void)
{
    return (struct core *)core_key();
}

#endif
