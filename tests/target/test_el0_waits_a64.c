/*
 * An EL0 task that touches a page that is blocked for now: it goes on with the right values. A wait that nobody could
 * end is refused with the reason, at EL0 and at EL1.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "iomem/iomem.h"
#include "mmu/lock.h"
#include "tests/target/el0.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

static struct el0_task task;
static struct el0_exit out;
static IOBufferMemoryDescriptorRef first, second;
static IOMemoryMapRef map; /* the task's, blocked */

static IOBufferMemoryDescriptorRef filled(uint8_t byte)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, PAGE);

    memset(IOBufferMemoryDescriptorGetBytesNoCopy(buffer), byte, PAGE);
    return buffer;
}

static uint64_t begin_blocked(task_t in)
{
    first = filled(0x11);
    second = filled(0x22);
    map =
        IOMemoryDescriptorCreateMappingInTask((IOMemoryDescriptorRef)first, in, 0, kIOMapAnywhere | kIOMapUnique, 0, 0);
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    return address(map);
}

static void end_blocked(void)
{
    release(map);
    release(first);
    release(second);
}

static void give_second(void *unused)
{
    (void)unused;
    IOMemoryMapRedirect(map, (IOMemoryDescriptorRef)second, 0, 0);
}

static void nothing(void *unused)
{
    (void)unused;
}

static void touch_map(void *unused)
{
    (void)unused;
    (void)*(volatile uint8_t *)(uintptr_t)address(map);
}

/* EL0's fault is its own; it can be given memory and go on. The kernel's is a panic, its pointer is a bad one. */
static void alone(void)
{
    const char *message = "";
    uint64_t va = begin_blocked(task.task);
    uint8_t byte;

    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.verdict, FAULT_BLOCKED);
    CHECK_EQ(out.fault.va, va);
    CHECK_EQ(el0_copy_in(task.task, &byte, va, 1), EL0_POINTER);
    CHECK_EQ(el0_copy_out(task.task, va, &byte, 1), EL0_POINTER);
    give_second(NULL);
    CHECK_EQ(el0_go_on(&task, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 0x22);
    end_blocked();
    begin_blocked(kernel_task);
    CHECK(!panic_try(touch_map, NULL, &message));
    CHECK(strstr(message, "cannot wait") && strstr(message, "no other core runs"));
    give_second(NULL);
    touch_map(NULL);
    end_blocked();
}

/* Nothing has been asked for an interrupt yet. */
static void nobody__could_end_the_wait(void)
{
    alone();
}

static void nobody__any_more(void)
{
    CHECK_EQ(irq_handle(machine()->alarm_irq, nothing, NULL), 0);
    CHECK_EQ(irq_handle(machine()->alarm_irq, nothing, NULL), 0);
    CHECK_EQ(irq_handle(machine()->alarm_irq, NULL, NULL), 0);
    CHECK(team_run(nothing, NULL)); /* they idle now */
    alone();
}

static volatile unsigned came;

static void count_only(void *unused)
{
    (void)unused;
    came++;
}

/* It might have: only then is it known. */
static void nobody__after_the_last_timer_call(void)
{
    uint64_t va = begin_blocked(task.task);

    came = 0;
    CHECK_EQ(timer_call(10000, count_only, NULL), 0);
    CHECK_EQ(timer_call(20000, count_only, NULL), 0);
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK_EQ(came, 2);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_BLOCKED);
    end_blocked();
}

static void pause_and_end(void *unused)
{
    (void)unused;
    ticks_pause(20000);
    came++;
}

static void nobody__when_the_last_other_core_has_come_to_its_end(void)
{
    uint64_t va = begin_blocked(task.task);

    came = 0;
    CHECK(team_start(2, pause_and_end, NULL));
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK_EQ(came, 1);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_BLOCKED);
    end_blocked();
}

static struct el0_exit elsewhere;
static volatile bool begun;

static void load_blocked(void *unused)
{
    (void)unused;
    begun = true;
    el0_begin(&task, el0_load, address(map), &elsewhere);
}

/* Core 1 waits at EL0; this core copies the old memory, changes it, and gives the copy. */
static void blocked__el0_waits_for_another_core(void)
{
    uint8_t byte = 0;

    begin_blocked(task.task);
    elsewhere.kind = -1;
    begun = false;
    CHECK(team_start(1, load_blocked, NULL));
    while (!begun)
        ;
    ticks_pause(20000);
    CHECK_EQ(elsewhere.kind, -1);
    CHECK_EQ(IOMemoryDescriptorReadBytes((IOMemoryDescriptorRef)first, 0, &byte, 1), 1);
    byte++;
    CHECK_EQ(IOMemoryDescriptorWriteBytes((IOMemoryDescriptorRef)second, 0, &byte, 1), 1);
    give_second(NULL);
    CHECK(team_wait_idle(1));
    CHECK_EQ(elsewhere.kind, EL0_SYSCALL);
    CHECK_EQ(elsewhere.args[0], 0x12);
    end_blocked();
}

/* Core 1 waits for us: a wait of ours would end neither, and the last one to find that out is told. */
static void nobody__when_two_wait_for_each_other(void)
{
    const char *message = "";
    IOMemoryMapRef other;

    begin_blocked(task.task);
    other = map;
    begun = false;
    CHECK(team_start(1, load_blocked, NULL));
    while (!begun)
        ;
    ticks_pause(20000);
    map = four_pages_map(kIOMapUnique, 0, PAGE);
    CHECK_EQ(IOMemoryMapRedirect(map, NULL, 0, 0), kIOReturnSuccess);
    CHECK(!panic_try(touch_map, NULL, &message));
    CHECK(strstr(message, "cannot wait"));
    release(map);
    map = other;
    give_second(NULL);
    CHECK(team_wait_idle(1));
    CHECK(elsewhere.kind == EL0_SYSCALL || elsewhere.fault.verdict == FAULT_BLOCKED);
    end_blocked();
}

static IOMemoryMapRef balls[2];
static volatile unsigned turns;

enum { TURNS = 100 };

/* Wait for one's own ball, and block it again; give the other one. */
static void play(void *unused)
{
    unsigned self = cpu_self() != 0;

    (void)unused;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        (void)*(volatile uint8_t *)(uintptr_t)address(balls[self]);
        IOMemoryMapRedirect(balls[self], NULL, 0, 0);
        turns++;
        IOMemoryMapRedirect(balls[!self], four_pages, 0, 0);
    }
}

/* One of them has just been woken when the other begins to wait: it is no deadlock. */
static void blocked__two_that_wake_each_other_are_never_refused(void)
{
    for (unsigned i = 0; i < 2; i++)
        balls[i] = four_pages_map(kIOMapUnique, 0, PAGE);
    CHECK_EQ(IOMemoryMapRedirect(balls[1], NULL, 0, 0), kIOReturnSuccess);
    turns = 0;
    CHECK(team_start(1, play, NULL));
    play(NULL);
    CHECK(team_wait_idle(1));
    CHECK_EQ(turns, 2 * TURNS);
    release(balls[0]);
    release(balls[1]);
}

static void blocked__a_timer_ends_el0s_wait_on_one_core(void)
{
    uint64_t va = begin_blocked(task.task);

    CHECK_EQ(timer_call(20000, give_second, NULL), 0);
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 0x22);
    end_blocked();
}

static void stop_el0(void *unused)
{
    (void)unused;
    el0_stop();
}

static void blocked__el0_can_be_stopped_while_it_waits(void)
{
    uint64_t va = begin_blocked(task.task);

    CHECK_EQ(timer_call(10000, stop_el0, NULL), 0);
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK_EQ(out.kind, EL0_INTERRUPTED);
    CHECK_EQ(out.fault.pc, el0_entry(el0_load));
    give_second(NULL);
    CHECK_EQ(el0_go_on(&task, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 0x22);
    end_blocked();
}

static void unmap(void *unused)
{
    (void)unused;
    IOMemoryMapUnmap(map);
}

static void blocked__el0_faults_when_the_map_goes(void)
{
    uint64_t va = begin_blocked(task.task);

    CHECK_EQ(timer_call(10000, unmap, NULL), 0);
    CHECK_EQ(el0_begin(&task, el0_load, va, &out), 0);
    CHECK(out.kind == EL0_FAULT && out.fault.verdict == FAULT_UNMAPPED);
    end_blocked();
}

static void give_back(void *unused)
{
    (void)unused;
    IOMemoryMapRedirect(map, IOMemoryMapGetMemoryDescriptor(map), 0, 0);
}

/* Where interrupts are masked nobody could end the wait: the pointer is bad, the kernel goes on. */
static void copy__waits_where_the_wait_can_end(void)
{
    struct lock lock = LOCK_INIT;
    uint64_t va = begin_blocked(task.task);
    uint8_t bytes[8] = {0};

    lock_acquire(&lock);
    CHECK_EQ(el0_copy_in(task.task, bytes, va, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_out(task.task, va, bytes, 8), EL0_POINTER);
    lock_release(&lock);
    CHECK_EQ(timer_call(20000, give_back, NULL), 0);
    CHECK_EQ(el0_copy_in(task.task, bytes, va + 8, 8), 0);
    CHECK_EQ(bytes[7], 0x11);
    end_blocked();
}

int main(void)
{
    if (!four_pages_create() || !el0_task_make(&task))
        return 1;
    TAP_RUN(nobody__could_end_the_wait);
    TAP_RUN(nobody__any_more);
    TAP_RUN(nobody__after_the_last_timer_call);
    TAP_RUN(nobody__when_the_last_other_core_has_come_to_its_end);
    TAP_RUN(blocked__el0_waits_for_another_core);
    TAP_RUN(nobody__when_two_wait_for_each_other);
    TAP_RUN(blocked__two_that_wake_each_other_are_never_refused);
    TAP_RUN(blocked__a_timer_ends_el0s_wait_on_one_core);
    TAP_RUN(blocked__el0_can_be_stopped_while_it_waits);
    TAP_RUN(blocked__el0_faults_when_the_map_goes);
    TAP_RUN(copy__waits_where_the_wait_can_end);
    return tap_done();
}
