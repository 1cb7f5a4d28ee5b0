/* The runtime's calls for programs: faults and panics survived, cores, RAM. */
#ifndef STARTUP_RUNTIME_H
#define STARTUP_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

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

struct fault {
    uint64_t va, pc, syndrome; /* FAR, ELR, ESR */
    int verdict;
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

int cpu_count(void); /* cores that the machine has */
int cpu_self(void);  /* this core's number, from 0 */

struct frame_stats {
    uint64_t total, free, largest_run; /* bytes of RAM */
};
void frame_get_stats(struct frame_stats *stats);

/* The device tree, mapped read-only; NULL on a board that passed none. Read it with libfdt. */
const void *runtime_device_tree(void);

#ifdef __cplusplus
}
#endif

#endif
