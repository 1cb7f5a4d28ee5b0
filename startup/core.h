/* What a core keeps for itself. Its record's address is its core_key(); its number comes first. */
#ifndef STARTUP_CORE_H
#define STARTUP_CORE_H

#include <reent.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/cpu.h"
#include "startup/layout.h"

struct landing;

struct core {
    unsigned number;
    uintptr_t exception_stack_top; /* the handlers' SP when nothing is being handled */
    uintptr_t main_stack_top;      /* SP at the start */
    struct landing *landings;      /* innermost fault_try or panic_try first */
    unsigned reports;              /* reports begun: a report that faults itself is not reported again */
    struct _reent *reent;          /* newlib's state: errno, the streams */
};

extern struct core cores[CORE_MAX];

static inline struct core *core_this(void)
{
    return (struct core *)core_key();
}

#endif
