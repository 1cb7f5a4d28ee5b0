/* The runtime's calls for programs: faults and panics survived, cores, interrupts, EL0, RAM. */
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
    FAULT_OTHER,
    FAULT_NO_MEMORY, /* for a page that comes when it is touched, or is copied when it is written */
    FAULT_BLOCKED    /* the page is blocked for now (IOMemoryMapRedirect), and nobody could have ended the wait */
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
 * Run a function on another core, once (without PSCI: one that the loader sent to the program's first instruction, or
 * that polls a spin table): at EL1, in the kernel space, with its own guarded stacks, errno and standard streams,
 * interrupts on. Returns 0 when the core has taken it, or an error; then it will not run. At its end the core's streams
 * are flushed and it waits for the next cpu_start, still serving its interrupts. A fault or a panic that nothing
 * catches there ends the whole run. Not for interrupt handlers: the first start of a core allocates.
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

/* Why el0_run has returned. */
enum { EL0_SYSCALL, EL0_FAULT, EL0_INTERRUPTED };
struct el0_exit {
    int kind;           /* one of these */
    uint64_t number;    /* EL0_SYSCALL: the call's; otherwise 0, and so are the args */
    uint64_t args[6];   /* EL0_SYSCALL: the call's */
    struct fault fault; /* of EL0_FAULT; otherwise 0 but for pc, the instruction that EL0 goes on with */
};
enum {
    EL0_BAD = -1,     /* caller: no task or kernel_task; exit is NULL, or the memory to copy to or from is not his */
                      /* AArch32: entry or stack beyond 32 bits, or an even entry that is no multiple of 4 */
    EL0_CONTEXT = -2, /* caller: interrupts are masked, or it is a handler of one, or EL0 runs already */
    EL0_NOTHING = -3, /* caller: entry is 0, and EL0 has never run in this task on this core */
    EL0_MEMORY = -4,  /* the machine: no memory for EL0's registers */
    EL0_POINTER = -6  /* el0_copy_in, el0_copy_out: EL0 may not access all of the range */
};

/*
 * Run a task's program on this core, at EL0 in its address space, until it makes a system call, faults or is stopped;
 * *exit says which. The space is active meanwhile; the one that was before is again afterwards. task: a task_t.
 *
 * entry other than 0: EL0 begins there, with SP = stack and x0 = arg. Every other register that it can read is 0 (FP
 * and SIMD, the flags and TPIDR_EL0 too), interrupts are on. Nothing is checked beforehand: a bad entry or stack faults
 * at EL0.
 * entry 0: EL0 goes on where it was left last in this task on this core, all registers as they were; after a system
 * call with x0 = arg, its result. stack is ignored, and arg, too, after a fault (the instruction is tried again) or a
 * stop. Each core has a program of its own in a task; another task may have been run in between.
 *
 * EL0_SYSCALL: SVC. number is its immediate or, when that is 0, x8; args are x0 to x5.
 * EL0_FAULT: any other exception of EL0's that nobody serves. Faults that can be served (demand-zero, copy-on-write, a
 * page that is blocked for now) are, and EL0 goes on; where they cannot, the verdict says why. What is nobody's, an
 * SError or an FIQ, ends the run with a report.
 * EL0_INTERRUPTED: a handler called el0_stop. Interrupts are served while EL0 runs, as at any time, and EL0 goes
 * on after them, unless so asked.
 *
 * On AArch32 it is User mode: r0 to r5 for x0 to x5, of which arg and results are the low 32 bits, r7 for x8, TPIDRURW
 * for TPIDR_EL0. An odd entry is Thumb's.
 *
 * 0, or an error: nothing has run, and *exit is as it was.
 *
 * It does not return when a fault or a panic in serving EL0 comes back to a fault_try or panic_try outside: the space
 * that was active before is so again, and EL0 has nothing to go on with there.
 */
struct IOAddressSpace;
int el0_run(struct IOAddressSpace *task, uint64_t entry, uint64_t stack, uint64_t arg, struct el0_exit *exit);

/*
 * Copy between the caller's memory and a task's, which EL0 must be allowed to read or to write: for the pointers that
 * system calls bring. No address of the task's makes the kernel fault. Pages that are served on demand are, and one
 * that is blocked for now is waited for, but not with interrupts masked or a lock held: then it is EL0_POINTER.
 * 0, EL0_BAD, or EL0_POINTER; after an error a part may have been copied.
 */
int el0_copy_in(struct IOAddressSpace *task, void *to, uint64_t from, size_t size);
int el0_copy_out(struct IOAddressSpace *task, uint64_t to, const void *from, size_t size);

/*
 * For handlers of interrupts: el0_run on this core returns with EL0_INTERRUPTED when the handler has returned. When
 * none is under way, the next one does, before EL0's first instruction: a time slice that ends early is not lost.
 */
void el0_stop(void);

/* The RAM that the runtime hands out. */
struct frame_stats {
    uint64_t total, free, largest_run; /* bytes: all of it, what is free now, the largest free piece */
};
void frame_get_stats(struct frame_stats *stats);

/*
 * The kernel space's tables, which TTBR1 holds, have become a space of the program's own: by mmu_space_adopt
 * (mmu/space.h) with MMU_SPACE_HIGH and MMU_SPACE_TAGS. From now on mmu_kernel_space() is that one, for the runtime
 * too, and the one before is nobody's; what the runtime stands on is declared to it (mmu_space_keep). For a time when
 * nobody else is in a call for the kernel space. 0, or mmu_space_keep's error: then it is the one before.
 */
struct mmu_space;
int runtime_hand_over(struct mmu_space *space);

/*
 * The program has put this space's tables into this core's TTBR0 itself, with no task's space active: an access that
 * meets one of its leaves while another core changes it is tried again, as in spaces of the runtime's own. NULL: it has
 * taken them out again.
 */
void cpu_low_space(struct mmu_space *space);

/* The device tree, mapped read-only; NULL on a board that passed none. Read it with libfdt. */
const void *runtime_device_tree(void);

/*
 * A window by which the devices of a bus reach physical memory: size bytes from pa on, at bus addresses that are offset
 * more (modulo 2^64). IOMapperCreateWithOffset(offset, pa, size) makes the mapper that says so.
 */
struct bus_window {
    uint64_t pa, size, offset; /* bytes */
};

/*
 * The index-th window of the bus that has a device of that kind, as a device tree's `compatible` names it, or of the
 * bus that the device makes when it is a bridge ("brcm,bcm2711-pcie"): 0 is RAM's. From the device tree's dma-ranges
 * or, where it has none, from what the board is known for. false: none is known, and *window is as it was; a bus
 * without any has the CPU's addresses.
 */
bool runtime_bus_window(const char *compatible, unsigned index, struct bus_window *window);

#ifdef __cplusplus
}
#endif

#endif
