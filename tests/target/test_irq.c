/*
 * Interrupts on one core: a device's reaches its handler, and nothing of the interrupted code is disturbed. Runs
 * on any of QEMU's interrupt controllers.
 */
#include <errno.h>
#include <string.h>

#include "iomem/port.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "startup/runtime.h"
#include "tests/target/core_setup.h"
#include "tests/target/interrupted.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

static volatile int count;

static void add_one(void *unused)
{
    (void)unused;
    count++;
}

/* ---- devices ----------------------------------------------------------------------------------------------------- */

static void silence_clock(void *cookie)
{
    machine_silence((uintptr_t)machine_corner());
    *(volatile int *)cookie += 1;
}

static void ring_clock(void)
{
    machine_ring((uintptr_t)machine_corner());
}

static void irq__of_a_device_comes_once_for_each_time_it_rings(void)
{
    struct mmu_range range = {machine_corner(), machine()->alarm_pa, PAGE, MMU_DEVICE_nGnRE | MMU_WRITE};
    static volatile int rings, others;

    CHECK_EQ(mmu_map(mmu_kernel_space(), &range), MMU_OK);
    CHECK_EQ(irq_handle(machine()->alarm_irq, silence_clock, (void *)&rings), 0);
    for (int i = 1; i <= 3; i++) {
        ring_clock();
        CHECK(ticks_wait(&rings, i));
    }
    CHECK_EQ(irq_handle(machine()->alarm_irq, silence_clock, (void *)&others), IRQ_TAKEN);
    CHECK_EQ(irq_handle(machine()->alarm_irq, silence_clock, (void *)&rings), 0); /* the same again changes nothing */
    CHECK_EQ(irq_handle(machine()->alarm_irq, NULL, NULL), 0);
    ring_clock();
    ticks_pause(200000);
    CHECK_EQ(others, 0);
    CHECK_EQ(rings, 3);
    CHECK_EQ(irq_handle(machine()->alarm_irq, silence_clock, (void *)&others), 0); /* still high: it comes at once */
    CHECK(ticks_wait(&others, 1));
    CHECK_EQ(rings, 3);
    CHECK_EQ(irq_handle(machine()->alarm_irq, NULL, NULL), 0);
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), range.va, range.size), MMU_OK);
}

static void irq__refuses_numbers_that_no_device_has(void)
{
    CHECK_EQ(irq_handle(0, add_one, NULL), IRQ_RANGE);
    CHECK_EQ(irq_handle(15, add_one, NULL), IRQ_RANGE);
    CHECK_EQ(irq_handle(1020, add_one, NULL), IRQ_RANGE);
    CHECK_EQ(irq_handle(UINT32_MAX, add_one, NULL), IRQ_RANGE);
}

/* ---- what is interrupted ----------------------------------------------------------------------------------------- */

struct seen {
    uintptr_t sp;
    bool masked;
    int core;
};

static void look(void *arg)
{
    struct seen *seen = arg;

    seen->masked = interrupted_is_masked();
    seen->sp = (uintptr_t)__builtin_frame_address(0);
    seen->core = cpu_self();
    count++;
}

static void handler__runs_masked_on_the_exception_stack(void)
{
    static struct seen seen;
    struct core_setup setup;
    struct mmu_leaf below = {0};
    uint64_t page;

    count = 0;
    core_setup_read(&setup);
    CHECK_EQ(timer_call(0, look, &seen), 0);
    CHECK(ticks_wait(&count, 1));
    CHECK(seen.masked);
    CHECK_EQ(seen.core, 0);
    CHECK(seen.sp < setup.exception_sp && seen.sp > setup.exception_sp - 16384);
    for (page = seen.sp & ~(PAGE - 1); mmu_walk(mmu_kernel_space(), page, &below) == MMU_OK; page -= PAGE)
        ;
    CHECK_EQ(below.tag, MMU_TAG_GUARD);
}

static void scribble(void *unused)
{
    (void)unused;
    interrupted_scribble();
    errno = 77;
    count++;
}

static void interrupted_code__keeps_its_registers_and_errno(void)
{
    for (int i = 0; i < 100; i++) {
        count = 0;
        errno = 5;
        CHECK_EQ(timer_call(100, scribble, NULL), 0);
        CHECK_EQ(interrupted_registers(&count), 0);
        CHECK_EQ(errno, 5);
    }
}

static void read_zero_in_handler(void *verdict)
{
    struct touch touched = touch_read(8);

    *(volatile int *)verdict = touched.done ? -1 : touched.fault.verdict;
    count++;
}

static void wait_for_count(void *unused)
{
    (void)unused;
    ticks_wait(&count, 1);
}

static void panic_in_handler(void *unused)
{
    (void)unused;
    panic("in a handler");
}

static void try_panic(void *message)
{
    panic_try(panic_in_handler, NULL, message);
    count++;
}

static void handler__catches_its_own_faults_and_panics(void)
{
    static volatile int verdict;
    static const char *message;
    struct fault fault;

    for (int i = 0; i < 50; i++) {
        verdict = -2;
        count = 0;
        CHECK_EQ(timer_call(10, read_zero_in_handler, (void *)&verdict), 0);
        CHECK(fault_try(wait_for_count, NULL, &fault)); /* the handler's fault is not this one's */
        CHECK_EQ(count, 1);
        CHECK_EQ(verdict, FAULT_UNMAPPED);
    }
    count = 0;
    CHECK_EQ(timer_call(10, try_panic, &message), 0);
    CHECK(ticks_wait(&count, 1));
    CHECK(message && strcmp(message, "in a handler") == 0);
}

static struct lock lock = LOCK_INIT;

static void use_lock(void *unused)
{
    (void)unused;
    lock_acquire(&lock);
    count++;
    lock_release(&lock);
}

static void lock__keeps_handlers_out_while_it_is_held(void)
{
    count = 0;
    lock_acquire(&lock);
    CHECK_EQ(timer_call(100, use_lock, NULL), 0);
    ticks_pause(20000);
    CHECK_EQ(count, 0);
    lock_release(&lock);
    CHECK(ticks_wait(&count, 1));
}

/* ---- a wait in the abort handler that an interrupt ends ---------------------------------------------------------- */

static uint64_t awaited_va;
static volatile int aborts;

static bool wait_until_mapped(const struct port_abort *abort)
{
    uint64_t pa;

    aborts++;
    if (abort->va != awaited_va || !abort->can_wait)
        return false;
    while (mmu_translate(mmu_kernel_space(), awaited_va, &pa) != MMU_OK)
        port_wait(port_wakes());
    return true;
}

/* Not before the access, however busy the host is. */
static void map_awaited(void *pa)
{
    struct mmu_range range = {awaited_va, *(uint64_t *)pa, PAGE, MMU_WRITEBACK | MMU_WRITE};

    if (!aborts) {
        timer_call(1000, map_awaited, pa);
        return;
    }
    mmu_map(mmu_kernel_space(), &range);
    port_wake();
}

static void abort_handler__may_wait_for_an_interrupt(void)
{
    uint64_t pa = port_frame_alloc(PAGE, PAGE, UINT64_MAX);

    awaited_va = machine_corner();
    *(volatile uint64_t *)port_linear(pa) = 0x1234;
    port_set_abort_handler(wait_until_mapped);
    CHECK_EQ(timer_call(1000, map_awaited, &pa), 0);
    CHECK_EQ(*(volatile uint64_t *)(uintptr_t)awaited_va, 0x1234);
    CHECK_EQ(aborts, 1);
    port_set_abort_handler(NULL);
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), awaited_va, PAGE), MMU_OK);
    port_frame_free(pa, PAGE);
}

int main(void)
{
    TAP_RUN(irq__refuses_numbers_that_no_device_has);
    TAP_RUN(irq__of_a_device_comes_once_for_each_time_it_rings);
    TAP_RUN(handler__runs_masked_on_the_exception_stack);
    TAP_RUN(interrupted_code__keeps_its_registers_and_errno);
    TAP_RUN(handler__catches_its_own_faults_and_panics);
    TAP_RUN(lock__keeps_handlers_out_while_it_is_held);
    TAP_RUN(abort_handler__may_wait_for_an_interrupt);
    return tap_done();
}
