/* Exceptions: offered to the port's abort handler, to fault_try, and last to the report that ends the run. */
#include "startup/exception.h"

#include "iomem/port.h"
#include "startup/core.h"
#include "startup/end.h"
#include "startup/landing.h"

enum { PSTATE_I = 1 << 7 };

static port_abort_handler abort_handler;

void port_set_abort_handler(port_abort_handler handler)
{
    __atomic_store_n(&abort_handler, handler, __ATOMIC_RELEASE);
}

/* True: somebody has mended it, the access is tried again. */
static bool offer_to_port(const struct exception *e, const struct syndrome *s)
{
    port_abort_handler handler = __atomic_load_n(&abort_handler, __ATOMIC_ACQUIRE);
    struct port_abort abort = {
        .va = e->va,
        .write = s->write,
        .user = s->user,
        .translation = syndrome_is_translation(s),
        .permission = syndrome_is_permission(s),
        .can_wait = !(e->pstate & PSTATE_I),
    };

    if (!handler || !s->far_valid || (!abort.translation && !abort.permission))
        return false;
    return handler(&abort);
}

/* A HLT that nobody listens to is undefined: semihosting_call answers -1. */
static bool skip_semihosting(struct exception *e, const struct syndrome *s)
{
    if (s->class != EC_UNKNOWN || e->pc != (uintptr_t)semihosting_hlt)
        return false;
    exception_skip(e, -1);
    return true;
}

struct attempt {
    struct landing landing;
    struct fault fault;
};

bool fault_try(void (*run)(void *), void *arg, struct fault *out)
{
    struct attempt attempt;
    bool ended = landing_try(&attempt.landing, LANDING_FAULT, run, arg);

    if (!ended && out)
        *out = attempt.fault;
    return ended;
}

static void land(const struct exception *e, const struct syndrome *s)
{
    struct attempt *attempt = (struct attempt *)landing_find(LANDING_FAULT);
    struct view view;

    if (!attempt)
        return;
    view_take(&view, e, s);
    attempt->fault = (struct fault){e->va, e->pc, e->syndrome, fault_verdict(s, &view)};
    if (!s->far_valid)
        attempt->fault.va = 0;
    landing_take(&attempt->landing);
}

/* The vectors come in fours: synchronous, IRQ, FIQ, SError. */
static bool is_synchronous(unsigned vector)
{
    return vector % 4 == 0;
}

void exception_handle(struct exception *e, unsigned vector)
{
    struct syndrome s;

    syndrome_decode(&s, e);
    if (vector != VECTOR_OVERFLOW && is_synchronous(vector)) {
        if (skip_semihosting(e, &s) || offer_to_port(e, &s))
            return;
        land(e, &s);
    }
    fault_report(e, vector);
}
