/* The runtime's calls for programs: faults and panics survived, cores, RAM. */
#ifndef STARTUP_RUNTIME_H
#define STARTUP_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an access was refused for. */
enum {
    FAULT_UNMAPPED,
    FAULT_PERMISSION,
    FAULT_ACCESS_FLAG,
    FAULT_ADDRESS_SIZE,
    FAULT_ALIGNMENT, /* of an access, on Device memory or with SCTLR.A */
    FAULT_EXTERNAL,  /* the bus refused the physical address */
    FAULT_STALE_TLB, /* tables and AT allow what the access was refused */
    FAULT_OTHER
};

/* An access that was refused. */
struct fault {
    uint64_t va, pc, syndrome; /* FAR, ELR, ESR */
    int verdict;               /* a FAULT_ of the above */
};

/*
 * Run a function to its end (true), or until it faults (false; *out says how, out may be NULL).
 * A fault unwinds straight back here: what the function held stays held. Calls nest.
 */
bool fault_try(void (*run)(void *), void *arg, struct fault *out);

/* The same for panic and a failed assert. *message lives until the next panic_try; message may be NULL. */
bool panic_try(void (*run)(void *), void *arg, const char **message);

/* Ends the run with status 139 and this message, unless a panic_try is under way. */
void panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

int cpu_count(void); /* cores that the machine has, 8 at most: more are left alone */
int cpu_self(void);  /* this core's number, from 0 */

enum {
    CPU_NONE = -1,    /* caller: there is no such core */
    CPU_RUNNING = -2, /* caller: it has not come to the end of its last run, or is the caller itself */
    CPU_MEMORY = -3,  /* the machine: no memory for its stacks */
    CPU_REFUSED = -4, /* the machine: firmware does not turn it on */
    CPU_SILENT = -5   /* the machine: it did not come within a second, or nobody holds it ready */
};

/*
 * Run a function on another core, once (without PSCI: one that the loader sent to the program's first instruction): at
 * EL1, in the kernel space, with its own guarded stacks, errno and standard streams, interrupts on. Returns 0 when the
 * core has taken it, or an error; then it will not run. At its end the core's streams are flushed and it waits for the
 * next cpu_start, still serving its interrupts. A fault or a panic that nothing catches there ends the whole run. Not
 * for interrupt handlers: the first start of a core allocates.
 */
int cpu_start(int core, void (*run)(void *), void *arg);

enum {
    IRQ_NONE = -1,  /* the machine: no interrupt controller that the runtime knows, or no timer */
    IRQ_RANGE = -2, /* caller: no such interrupt, or one that cores send */
    IRQ_TAKEN = -3, /* caller: another function or another argument handles it */
    IRQ_FULL = -4   /* caller: TIMER_CALLS calls of this core are outstanding */
};

/*
 * Have run(arg) handle an interrupt, by its INTID (of Arm's controllers: 32 + n for the device tree's shared n, 16 + n
 * for the cores' own n), on the calling core from now on; a core's own is handled where each core has asked for it, by
 * the same function. run = NULL: by nobody any more; a handler that is under way on another core may still be.
 * 0, or an error, and nothing has changed.
 *
 * A handler runs on the core's guarded exception stack (16 KiB) with interrupts masked, and may use floating point,
 * take locks (who holds one has interrupts masked, so that no handler meets its own core holding it), and use
 * fault_try and panic_try; what the interrupted code tries does not catch it. It must not wait for what it interrupted.
 * A device that is not silenced by it interrupts again at once.
 */
int irq_handle(unsigned id, void (*run)(void *), void *arg);

/*
 * Have run(arg) called on this core, as interrupt handlers are, once so many microseconds have passed, never earlier;
 * calls due at one time come in the order in which they were asked for. May be called by a handler. 0, or IRQ_NONE or
 * IRQ_FULL, and it will not be called.
 */
enum { TIMER_CALLS = 32 };
int timer_call(uint64_t microseconds, void (*run)(void *), void *arg);

/* The RAM that the runtime hands out. */
struct frame_stats {
    uint64_t total, free, largest_run; /* bytes: all of it, what is free now, the largest free piece */
};
void frame_get_stats(struct frame_stats *stats);

/* The device tree, mapped read-only; NULL on a board that passed none. Read it with libfdt. */
const void *runtime_device_tree(void);

#ifdef __cplusplus
}
#endif

#endif
