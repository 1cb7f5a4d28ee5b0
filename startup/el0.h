/* EL0 under el0_run: what an exception from there does. */
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
    uint64_t pointer; /* TPIDR_EL0 */
    struct exception frame;
};

/* Did this exception interrupt an EL0 that el0_run is to answer for? */
static inline bool el0_is_mine(const struct exception *e)
{
    return core_this()->el0 && (e->pstate & 0xf) == 0;
}

static inline bool el0_is_to_stop(const struct exception *e)
{
    return core_this()->el0_stop && el0_is_mine(e);
}

#endif
