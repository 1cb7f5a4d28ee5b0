/* EL0 (on AArch32: PL0, User mode) under el0_run: what an exception from there does. */
#ifndef STARTUP_EL0_H
#define STARTUP_EL0_H

#include <stdbool.h>

#include "startup/core.h"
#include "startup/exception.h"
#include "startup/landing.h"
#include "startup/runtime.h"

/* What EL0 had when it was left last, on one core in one space. */
struct el0_thread {
    struct el0_thread *next; /* of the same space, another core's */
    unsigned core;
    bool resumable;
    /* The exception ends el0_run. A pointer, so that programs without EL0 have nothing of this. */
    void (*leave)(const struct exception *e, int kind, const struct fault *fault) __attribute__((noreturn));
    struct landing landing; /* where el0_run goes on */
    struct el0_exit exit;
    uintptr_t pointer; /* TPIDR_EL0; on AArch32 TPIDRURW */
    struct exception frame;
};

/* Did this exception interrupt an EL0 that el0_run is to answer for? M[3:0] is 0 at EL0 and in User mode. */
static inline bool el0_is_mine(const struct exception *e)
{
    return core_this()->el0 && (e->pstate & 0xf) == 0;
}

static inline bool el0_is_to_stop(const struct exception *e)
{
    return core_this()->el0_stop && el0_is_mine(e);
}

/* The architecture's: el0_a64.c, el0_v7.c. */

/* All registers are 0 but these: EL0 sees nothing of the kernel's. false: there is no such entry or stack. */
bool el0_frame_begin(struct exception *frame, uint64_t entry, uint64_t stack, uint64_t arg);
/* What a system call says, after it. It may read the instruction, which was in the active space. */
void el0_frame_call(const struct exception *frame, struct el0_exit *out);
uintptr_t el0_pointer(void);
void el0_set_pointer(uintptr_t pointer);

/* vectors_a64.S, vectors_v7.S: from the main stack, interrupts masked, with nothing on the exception stack */
void el0_enter(const struct exception *frame) __attribute__((noreturn));

#endif
