/* port_wait and port_wake. */
#include "startup/wakers.h"

#include "arch/cpu.h"
#include "iomem/port.h"
#include "mmu/lock.h"
#include "startup/core.h"
#include "startup/cpu.h"

_Static_assert(CORE_MAX <= 32, "a bit a core");

static struct lock lock = LOCK_INIT;
static unsigned wakers = 1, wakes;
static uint32_t waiting; /* cores that found what they want missing, and nobody has woken them since */

static void change(unsigned by)
{
    uintptr_t entered = lock_enter(&lock);

    wakers += by;
    lock_leave(&lock, entered);
}

void wakers_add(void)
{
    change(1);
}

void wakers_remove(void)
{
    change(0u - 1);
    port_wake();
}

unsigned port_wakes(void)
{
    return __atomic_load_n(&wakes, __ATOMIC_ACQUIRE);
}

/* From here on they all count as running: what they want may be there. */
void port_wake(void)
{
    uintptr_t entered = lock_enter(&lock);

    __atomic_store_n(&wakes, wakes + 1, __ATOMIC_RELEASE);
    waiting = 0;
    lock_leave(&lock, entered);
    __asm__ volatile("dsb ish\n\tsev" ::: "memory");
}

enum answer { WAIT, WOKEN, LAST }; /* LAST: nobody is left who could go on */

static enum answer enter(unsigned seen)
{
    uintptr_t entered = lock_enter(&lock);
    uint32_t with_self = waiting | UINT32_C(1) << core_self();
    enum answer answer = WOKEN;

    if (wakes == seen)
        answer = wakers > (unsigned)__builtin_popcount(with_self) ? WAIT : LAST;
    if (answer == WAIT)
        waiting = with_self;
    lock_leave(&lock, entered);
    return answer;
}

static void leave(void)
{
    uintptr_t entered = lock_enter(&lock);

    waiting &= ~(UINT32_C(1) << core_self());
    lock_leave(&lock, entered);
}

static bool nothing_came(unsigned seen, unsigned interrupts)
{
    return port_wakes() == seen && __atomic_load_n(&core_this()->interrupts, __ATOMIC_RELAXED) == interrupts;
}

/*
 * An abort handler waits with interrupts masked, and one of them may be what it waits for: they are let in. A masked
 * interrupt does not end a WFE; one that comes before it does: the return from its handler is an event. A port_wake
 * before enter may have been an event for a WFE of the lock: then there is none for this one. Who only left for a
 * moment would find that others have come, and be told in their place that he is the last.
 */
bool port_wait(unsigned seen)
{
    uintptr_t was = irq_mask();
    unsigned interrupts = core_this()->interrupts;
    enum answer answer = enter(seen);

    cpu_unmask();
    __asm__ volatile("isb" ::: "memory");
    if (answer == WAIT) {
        while (nothing_came(seen, interrupts))
            __asm__ volatile("wfe" ::: "memory");
        leave();
    }
    irq_restore(was);
    return answer != LAST;
}
