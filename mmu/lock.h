/*
 * A spin lock for write-back memory (exclusives work nowhere else, Arm ARM B2.9). Interrupts are
 * masked while it is held; the core that holds it may take it again.
 */
#ifndef MMU_LOCK_H
#define MMU_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/cpu.h"

struct lock {
    uintptr_t holder;  /* core_key() of the core that holds it, 0 = free */
    uintptr_t entered; /* lock_acquire's: what the last lock_release hands to lock_leave */
    unsigned depth;    /* times its holder has taken it again */
};

#define LOCK_INIT                                                                                                      \
    {                                                                                                                  \
        0, 0, 0                                                                                                        \
    }

enum { LOCK_NESTED = 1 }; /* not a bit that irq_mask returns */

/* Returns what lock_leave takes. */
static inline uintptr_t lock_enter(struct lock *lock)
{
    uintptr_t entered = irq_mask();
    uintptr_t self = core_key();

    while (__builtin_expect(!core_claim(&lock->holder, self), 0)) {
        if (__atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == self) {
            entered |= LOCK_NESTED;
            break;
        }
        core_relax();
    }
    return entered;
}

/* lock_enter's without waiting or nesting: false, and nothing changed, when any core holds it. */
static inline bool lock_enter_free(struct lock *lock, uintptr_t *irq)
{
    *irq = irq_mask();
    if (__builtin_expect(core_claim(&lock->holder, core_key()), 1))
        return true;
    irq_restore(*irq);
    return false;
}

static inline void lock_leave_free(struct lock *lock, uintptr_t irq)
{
    __atomic_store_n(&lock->holder, 0, __ATOMIC_RELEASE);
    irq_restore(irq);
}

static inline void lock_leave(struct lock *lock, uintptr_t entered)
{
    __asm__("" : "+r"(entered)); /* or the compiler carries the answer along from lock_enter, in two registers more */
    if (__builtin_expect(entered & LOCK_NESTED, 0))
        return;
    lock_leave_free(lock, entered);
}

/* The same for a holder that cannot keep a value. */
static inline void lock_acquire(struct lock *lock)
{
    uintptr_t entered = lock_enter(lock);

    if (entered & LOCK_NESTED)
        lock->depth++;
    else
        lock->entered = entered;
}

/* Without waiting. False: another core holds it. */
static inline int lock_try_acquire(struct lock *lock)
{
    uintptr_t irq = irq_mask(), self = core_key();

    if (core_claim(&lock->holder, self)) {
        lock->entered = irq;
        return 1;
    }
    if (__atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == self) {
        lock->depth++;
        return 1;
    }
    irq_restore(irq);
    return 0;
}

static inline void lock_release(struct lock *lock)
{
    if (lock->depth)
        lock->depth--;
    else
        lock_leave(lock, lock->entered);
}

#endif
