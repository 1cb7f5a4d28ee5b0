/*
 * Programs at EL0. Their registers live in the frame that the vectors save, on the core's exception stack while EL0
 * runs and in a record of the space afterwards. The caller's are kept by a landing, which any exception from EL0
 * that is not served on the spot comes back to.
 */
#include "startup/el0.h"

#include <stdlib.h>

#include "iomem/port.h"
#include "startup/spaces.h"

enum { PSTATE_I = 1 << 7 };
enum { SYSCALL_REGISTER = 8 };

void el0_enter(const struct exception *frame) __attribute__((noreturn)); /* vectors_a64.S */

static __attribute__((noreturn)) void leave(const struct exception *e, int kind, const struct fault *fault)
{
    struct el0_thread *thread = core_this()->el0;
    unsigned immediate = e->syndrome & 0xffff;

    thread->frame = *e;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(thread->pointer));
    thread->exit = (struct el0_exit){.kind = kind, .fault = *fault};
    if (kind == EL0_SYSCALL) {
        thread->exit.number = immediate ? immediate : e->x[SYSCALL_REGISTER];
        for (unsigned i = 0; i < 6; i++)
            thread->exit.args[i] = e->x[i];
    }
    core_this()->el0 = NULL;
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

/* All registers are 0 but these: EL0 sees nothing of the kernel's. PSTATE 0 is EL0, nothing masked. */
static void begin(struct el0_thread *thread, uint64_t entry, uint64_t stack, uint64_t arg)
{
    thread->frame = (struct exception){.pc = entry, .sp = stack};
    thread->frame.x[0] = arg;
    thread->pointer = 0;
}

static void go(void *context)
{
    struct el0_thread *thread = context;
    const struct fault stopped = {.pc = thread->frame.pc};

    irq_mask(); /* until EL0 runs */
    core_this()->el0 = thread;
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(thread->pointer));
    if (core_this()->el0_stop)
        leave(&thread->frame, EL0_INTERRUPTED, &stopped);
    el0_enter(&thread->frame);
}

static bool may_run(void)
{
    uint64_t daif;

    __asm__ volatile("mrs %0, daif" : "=r"(daif));
    return !(daif & PSTATE_I) && !core_this()->el0;
}

static void run(struct el0_thread *thread, struct mmu_space *space, struct el0_exit *out)
{
    struct mmu_space *before = spaces_active();

    port_space_activate(space);
    thread->resumable = true;
    landing_try(&thread->landing, LANDING_EL0, go, thread);
    *out = thread->exit;
    port_space_activate(before); /* the space may have been destroyed meanwhile: then it ends here, with the thread */
}

int el0_run(struct IOAddressSpace *task, uint64_t entry, uint64_t stack, uint64_t arg, struct el0_exit *out)
{
    struct mmu_space *space = task ? ((const struct port_task *)task)->space : NULL;
    struct el0_thread *thread;

    if (!space || !out)
        return EL0_BAD;
    if (!may_run())
        return EL0_CONTEXT;
    thread = thread_of(space);
    if (!thread)
        return EL0_MEMORY;
    if (entry)
        begin(thread, entry, stack, arg);
    else if (!thread->resumable)
        return EL0_NOTHING;
    else if (thread->exit.kind == EL0_SYSCALL)
        thread->frame.x[0] = arg;
    run(thread, space, out);
    return 0;
}

void el0_stop(void)
{
    core_this()->el0_stop = true;
}
