/*
 * Cores that wait in the runtime's own park, on boards whose firmware has no PSCI: whatever another one's context does
 * there meanwhile, each takes its own.
 *
 * QEMU: -smp 4
 */
#include "mmu/cache.h"
#include "startup/boot.h"
#include "startup/core.h"
#include "startup/psci.h"
#include "startup/runtime.h"
#include "tests/target/tap.h"
#include "tests/target/ticks.h"

enum { NOBODY = 0x7f }; /* an affinity that no core of a board has */

static uintptr_t foreign;
static volatile bool taken, stop;
static volatile unsigned flips;
static volatile int came[CORE_MAX];

static bool has_park(void)
{
    if (!psci_conduit())
        return true;
    tap_skip("firmware has PSCI here, and keeps the cores itself");
    return false;
}

static void take(void)
{
    taken = true;
    for (;;)
        core_relax();
}

static void come(void *unused)
{
    (void)unused;
    came[cpu_self()] = cpu_self();
}

static void call(uintptr_t context)
{
    boot_release = context;
    cache_clean((const void *)(uintptr_t)&boot_release, sizeof boot_release);
    __asm__ volatile("dsb sy\n\tsev" : : : "memory");
}

/* By turns what is there and the foreign one, as if the cores came at any moment. */
static void flip(void *unused)
{
    (void)unused;
    while (!stop) {
        uintptr_t none = foreign, due = __atomic_exchange_n(&boot_release, foreign, __ATOMIC_ACQ_REL);

        cache_clean((const void *)(uintptr_t)&boot_release, sizeof boot_release);
        __atomic_compare_exchange_n(&boot_release, &none, due, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
        cache_clean((const void *)(uintptr_t)&boot_release, sizeof boot_release);
        __asm__ volatile("dsb sy\n\tsev" : : : "memory");
        flips++;
    }
}

static void context_of_nobody__is_taken_by_nobody(void)
{
    if (!has_park())
        return;
    CHECK_EQ(cpu_start(1, come, NULL), 0);
    CHECK(ticks_wait(&came[1], 1));
    foreign = (uintptr_t)core_prepare(&cores[1], NOBODY, take); /* core 1 has read its own */
    call(foreign);
    ticks_pause(10000);
    CHECK(!taken);
}

static void cores__take_their_own_whatever_else_comes_by(void)
{
    if (!has_park())
        return;
    while (cpu_start(1, flip, NULL))
        core_relax();
    for (int core = 2; core < 4; core++) {
        CHECK_EQ(cpu_start(core, come, NULL), 0);
        CHECK(ticks_wait(&came[core], core));
    }
    stop = true;
    tap_note("%u times", flips);
    CHECK(flips > 0);
    CHECK(!taken);
}

int main(void)
{
    TAP_RUN(context_of_nobody__is_taken_by_nobody);
    TAP_RUN(cores__take_their_own_whatever_else_comes_by);
    return tap_done();
}
