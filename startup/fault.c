/* Exceptions: offered to the port's abort handler, to fault_try, and last to the report that ends the run. */
#include "startup/exception.h"

#include "iomem/port.h"
#include "mmu/space.h"
#include "mmu/tlb.h"
#include "startup/core.h"
#include "startup/el0.h"
#include "startup/end.h"
#include "startup/landing.h"
#include "startup/spaces.h"
#include "startup/view.h"

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
static bool offer_to_port(const struct exception *e, struct syndrome *s)
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
        .refusal = &s->refusal,
    };

    if (!handler || !s->far_valid || (!abort.translation && !abort.permission))
        return false;
    return handler(&abort);
}

/*
 * Another core had broken the leaf to change it, and had not made it again (break-before-make, Arm ARM D8.16.1).
 * Whoever holds the space's lock finds nothing of it broken: what the tables and the CPU's own translator say then is
 * so, and an access that both of them let pass is tried again. No count: every new try may meet the next change.
 */
static bool met_broken_leaf(const struct exception *e, const struct syndrome *s)
{
    struct mmu_space *space = spaces_walked(e->va);
    const struct syndrome read = {.abort = true};
    struct mmu_leaf leaf;
    bool mended;

    if (!s->far_valid || !syndrome_is_translation(s) || !space)
        return false;
    lock_acquire(&space->lock);
    mended = mmu_walk(space, e->va, &leaf) == MMU_OK && !(view_translate(e->va, &read) & 1);
    lock_release(&space->lock);
    core_this()->retries.broken += mended;
    return mended;
}

enum { CONFLICTS_MAX = 100 };

/*
 * Two TLB entries for one address (Arm ARM D8.16.3): forget both, and try again. One access that meets them time and
 * again has another reason: tables that are wrong.
 */
static bool met_conflict(const struct exception *e, const struct syndrome *s)
{
    struct retries *mine = &core_this()->retries;

    if (!syndrome_is_conflict(s))
        return false;
    mine->in_a_row = mine->pc == e->pc && mine->va == e->va ? mine->in_a_row + 1 : 1;
    mine->pc = e->pc;
    mine->va = e->va;
    if (mine->in_a_row > CONFLICTS_MAX)
        return false;
    mine->conflicts++;
    tlb_forget_all();
    return true;
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
    bool call = s->class == EC_SVC || s->class == EC_SVC32;

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

/* The port finds out for itself whether an entry was broken: what comes when it is touched is served first. */
static bool is_served(struct exception *e, struct syndrome *s)
{
    return skip_semihosting(e, s) || offer_to_port(e, s) || met_broken_leaf(e, s) || met_conflict(e, s);
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
    fault_report(e, vector, s.refusal);
}
