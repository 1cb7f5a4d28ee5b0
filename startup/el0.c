/*
 * Programs at EL0. Their registers live in the frame that the vectors save, on the core's exception stack while EL0
 * runs and in a record of the space afterwards. The caller's are kept by a landing, which any exception from EL0
 * that is not served on the spot comes back to.
 */
#include "startup/el0.h"

#include <stdlib.h>

#include "iomem/port.h"
#include "startup/spaces.h"

enum { MASKED_I = 1 << 7 }; /* of what irq_mask returns: PSTATE.I, CPSR.I */

static __attribute__((noreturn)) void leave(const struct exception *e, int kind, const struct fault *fault)
{
    struct el0_thread *thread = core_this()->el0;

    thread->frame = *e;
    thread->pointer = el0_pointer();
    thread->exit = (struct el0_exit){.kind = kind, .fault = *fault};
    if (kind == EL0_INTERRUPTED)
        core_this()->el0_stop = false;
    landing_take(&thread->landing);
}

static struct el0_thread *thread_of(struct mmu_space *space)
{
    struct el0_thread **list = spaces_threads(space), *thread = __atomic_load_n(list, __ATOMIC_ACQUIRE);
    unsigned core = core_self();

    while (thread && thread->core != core)
        thread = thread->next;
    if (thread)
        return thread;
    thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    thread->core = core;
    thread->leave = leave;
    thread->next = __atomic_load_n(list, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(list, &thread->next, thread, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    return thread;
}

static void go(void *context)
{
    struct el0_thread *thread = context;
    const struct fault stopped = {.pc = thread->frame.pc};

    irq_mask(); /* until EL0 runs */
    core_this()->el0 = thread;
    el0_set_pointer(thread->pointer);
    if (core_this()->el0_stop)
        leave(&thread->frame, EL0_INTERRUPTED, &stopped);
    el0_enter(&thread->frame);
}

static bool may_run(void)
{
    uintptr_t was = irq_mask();

    irq_restore(was);
    return !(was & MASKED_I) && !core_this()->el0;
}

static void run(struct el0_thread *thread, struct mmu_space *space, struct el0_exit *out)
{
    struct space_loan loan;

    spaces_borrow(&loan, space);
    thread->resumable = false; /* unless it comes back here */
    landing_try(&thread->landing, LANDING_EL0, go, thread);
    if (thread->exit.kind == EL0_SYSCALL)
        el0_frame_call(&thread->frame, &thread->exit);
    *out = thread->exit;
    thread->resumable = true;
    spaces_return(&loan); /* it may have been destroyed meanwhile: then it ends here, with the thread */
}

/* What it goes on with: 0, or why not. */
static int prepare(struct el0_thread *thread, uint64_t entry, uint64_t stack, uint64_t arg)
{
    if (entry) {
        thread->pointer = 0;
        return el0_frame_begin(&thread->frame, entry, stack, arg) ? 0 : EL0_BAD;
    }
    if (!thread->resumable)
        return EL0_NOTHING;
    if (thread->exit.kind == EL0_SYSCALL)
        thread->frame.x[0] = (uintptr_t)arg;
    return 0;
}

int el0_run(struct IOAddressSpace *task, uint64_t entry, uint64_t stack, uint64_t arg, struct el0_exit *out)
{
    struct mmu_space *space = task ? ((const struct port_task *)task)->space : NULL;
    struct el0_thread *thread;
    int error;

    if (!space || !out)
        return EL0_BAD;
    if (!may_run())
        return EL0_CONTEXT;
    thread = thread_of(space);
    if (!thread)
        return EL0_MEMORY;
    error = prepare(thread, entry, stack, arg);
    if (!error)
        run(thread, space, out);
    return error;
}

void el0_stop(void)
{
    core_this()->el0_stop = true;
}
