#include "startup/landing.h"

#include <stddef.h>

#include "startup/core.h"

_Static_assert(offsetof(struct landing, outer) >= 192, "landing_a64.S");

bool landing_try(struct landing *landing, enum landing_kind kind, void (*run)(void *), void *arg)
{
    struct core *core = core_this();
    bool ended;

    landing->kind = kind;
    landing->outer = core->landings;
    landing->loans = core->loans;
    landing->el0 = core->el0;
    core->landings = landing;
    ended = landing_run(landing, run, arg);
    core->landings = landing->outer;
    return ended;
}

struct landing *landing_find(enum landing_kind kind)
{
    struct landing *landing = core_this()->landings;

    while (landing && landing->kind != kind)
        landing = landing->outer;
    return landing;
}

void landing_take(struct landing *landing)
{
    struct core *core = core_this();

    core->el0 = landing->el0;
    while (core->loans != landing->loans)
        core->loans->end(core->loans);
    landing_return(landing, core->exception_stack_top);
}
