/* Exceptions: offered to the port's abort handler, to fault_try, and last to the report that ends the run. */
#include "startup/exception.h"

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "startup/core.h"
#include "startup/el0.h"
#include "startup/end.h"
#include "startup/landing.h"
#include "startup/spaces.h"

enum { PSTATE_I = 1 << 7 };
enum { VECTOR_IRQ = 1 };

static port_abort_handler abort_handler;
static void (*interrupt_handler)(void);

void port_set_abort_handler(port_abort_handler handler)
{
    __atomic_store_n(&abort_handler, handler, __ATOMIC_RELEASE);
}

void exception_set_interrupt_handler(void (*serve)(void))
{
    __atomic_store_n(&interrupt_handler, serve, __ATOMIC_RELEASE);
}

/* True: somebody has mended it, the access is tried again. */
static bool offer_to_port(const struct exception *e, const struct syndrome *s)
{
    port_abort_handler handler = __atomic_load_n(&abort_handler, __ATOMIC_ACQUIRE);
    struct port_abort abort = {
        .va = e->va,
        .space = spaces_of(e->va),
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

enum { RETRIES_MAX = 100 };

/*
 * Another core had broken the leaf to change it, and has not made it again (break-before-make, Arm ARM D8.16.1):
 * mmu_walk waits for that core. An access that fails again and again all the same has another reason.
 */
static bool met_broken_leaf(const struct exception *e, const struct syndrome *s)
{
    static struct {
        uint64_t va, pc;
        unsigned retries;
    } last[CORE_MAX], *mine;
    struct mmu_space *space = spaces_of(e->va);
    struct mmu_leaf leaf;

    if (!s->far_valid || !syndrome_is_translation(s) || !space || mmu_walk(space, e->va, &leaf) != MMU_OK)
        return false;
    mine = &last[core_self()];
    if (mine->va != e->va || mine->pc != e->pc)
        mine->retries = 0;
    mine->va = e->va;
    mine->pc = e->pc;
    return mine->retries++ < RETRIES_MAX;
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

static struct fault describe(const struct exception *e, const struct syndrome *s)
{
    struct view view;

    view_take(&view, e, s);
    return (struct fault){s->far_valid ? e->va : 0, e->pc, e->syndrome, fault_verdict(s, &view)};
}

static void land(const struct exception *e, const struct syndrome *s)
{
    struct attempt *attempt = (struct attempt *)landing_find(LANDING_FAULT);

    if (!attempt)
        return;
    attempt->fault = describe(e, s);
    landing_take(&attempt->landing);
}

/* Something that EL0 has done is for who runs it to deal with. */
static void leave_el0(const struct exception *e, const struct syndrome *s)
{
    struct fault fault = {.pc = e->pc};
    bool call = s->class == EC_SVC;

    if (!call)
        fault = describe(e, s);
    core_this()->el0->leave(e, call ? EL0_SYSCALL : EL0_FAULT, &fault);
}

/* Back to what was interrupted, if it may go on. */
static void resume(const struct exception *e)
{
    const struct fault stopped = {.pc = e->pc};

    if (el0_is_to_stop(e))
        core_this()->el0->leave(e, EL0_INTERRUPTED, &stopped);
}

/* The vectors come in fours: synchronous, IRQ, FIQ, SError. */
static bool is_synchronous(unsigned vector)
{
    return vector % 4 == 0;
}

static bool serve_interrupt(unsigned vector)
{
    void (*serve)(void) = __atomic_load_n(&interrupt_handler, __ATOMIC_ACQUIRE);

    if (vector % 4 != VECTOR_IRQ || !serve)
        return false;
    serve();
    return true;
}

static bool is_served(struct exception *e, const struct syndrome *s)
{
    return skip_semihosting(e, s) || met_broken_leaf(e, s) || offer_to_port(e, s);
}

void exception_handle(struct exception *e, unsigned vector)
{
    struct syndrome s;

    if (serve_interrupt(vector)) {
        resume(e);
        return;
    }
    syndrome_decode(&s, e);
    if (vector != VECTOR_OVERFLOW && is_synchronous(vector)) {
        if (is_served(e, &s)) {
            resume(e);
            return;
        }
        if (el0_is_mine(e))
            leave_el0(e, &s);
        land(e, &s);
    }
    fault_report(e, vector);
}
