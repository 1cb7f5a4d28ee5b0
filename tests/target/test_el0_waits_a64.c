/*
 * An EL0 task that touches what is not there yet: pages that come, are copied, are blocked for now. It goes on with the
 * right values. A wait that nobody could end is refused with the reason, at EL0 and at EL1; so is a page for which no
 * memory is left.
 *
 * QEMU: -smp 4
 */
#include <string.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "tests/target/el0.h"
#include "tests/target/four_pages.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/ticks.h"
#include "tests/target/touch.h"

#define OWN        (EL0_DATA + 0x1000000)
#define EIGHT      (8 * PAGE)
#define SUM_1_TO_8 36

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

enum { TURNS = 2000 };

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

static void demand__pages_come_as_el0_goes_on(void)
{
    uint64_t va = OWN, free = machine_use().free;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    for (unsigned turn = 0; turn < 2; turn++) {
        CHECK_EQ(el0_begin(&task, el0_pages, va, &out), 0);
        CHECK(out.kind == EL0_SYSCALL && out.number == 7);
        CHECK_EQ(out.args[0], turn ? SUM_1_TO_8 : 0);
        CHECK_EQ(out.args[1], SUM_1_TO_8);
    }
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
    CHECK(free - machine_use().free <= PAGE); /* one for the table */
}

/* EL0 writes while a copy-on-write map shows its memory: each page is copied for it, the map keeps what was there. */
static void copy_on_write__serves_el0_and_keeps_the_maps(void)
{
    uint64_t va = OWN;
    IOMemoryDescriptorRef md;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(el0_copy_out(task.task, va + i * PAGE, "\1", 1), 0);
    md = IOMemoryDescriptorCreateWithAddressRange(va, EIGHT, kIODirectionOut | kIOMemoryMapCopyOnWrite, task.task);
    map = IOMemoryDescriptorMap(md, kIOMapReadOnly);
    CHECK_EQ(el0_begin(&task, el0_pages, va, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 8 && out.args[1] == SUM_1_TO_8);
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(address(map) + i * PAGE), 1);
    release(map);
    release(md);
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
}

/* All free frames, a list through them. */
static uint64_t taken = PORT_NO_FRAME;

static void take_all_memory(void)
{
    uint64_t pa;

    for (uint64_t size = UINT64_C(1) << 26; size >= PAGE; size /= 2)
        while ((pa = port_frame_alloc(size, PAGE, UINT64_MAX)) != PORT_NO_FRAME) {
            uint64_t *frame = port_linear(pa);

            frame[0] = taken;
            frame[1] = size;
            taken = pa;
        }
}

static void give_memory_back(void)
{
    while (taken != PORT_NO_FRAME) {
        const uint64_t *frame = port_linear(taken);
        uint64_t next = frame[0];

        port_frame_free(taken, frame[1]);
        taken = next;
    }
}

static void no_memory__is_the_verdict_at_el0_and_in_the_kernel(void)
{
    IOBufferMemoryDescriptorRef buffer =
        IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut | kIOMemoryPageable, 2 * PAGE, 1);
    uint64_t va = OWN, kernel = (uintptr_t)IOBufferMemoryDescriptorGetBytesNoCopy(buffer);
    struct el0_exit at_el0;
    struct touch at_el1;
    int copied;

    CHECK_EQ(IOAddressSpaceAllocate(task.task, &va, EIGHT, 0, 3), kIOReturnSuccess);
    CHECK_EQ(el0_copy_out(task.task, va, "", 1), 0); /* all but frames is there */
    CHECK_EQ(*(volatile uint8_t *)(uintptr_t)kernel, 0);
    take_all_memory();
    el0_begin(&task, el0_pages, va, &at_el0);
    at_el1 = touch_read(kernel + PAGE);
    copied = el0_copy_out(task.task, va + PAGE, "", 1);
    give_memory_back();
    CHECK(at_el0.kind == EL0_FAULT && at_el0.fault.verdict == FAULT_NO_MEMORY && at_el0.fault.va == va + PAGE);
    CHECK_REFUSED(at_el1, FAULT_NO_MEMORY);
    CHECK_EQ(copied, EL0_POINTER);
    CHECK_EQ(el0_go_on(&task, 0, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[1] == SUM_1_TO_8);
    CHECK_EQ(touch_read(kernel + PAGE).value, 0);
    CHECK_EQ(IOAddressSpaceDeallocate(task.task, va, EIGHT), kIOReturnSuccess);
    release(buffer);
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
    TAP_RUN(demand__pages_come_as_el0_goes_on);
    TAP_RUN(copy_on_write__serves_el0_and_keeps_the_maps);
    TAP_RUN(no_memory__is_the_verdict_at_el0_and_in_the_kernel);
    return tap_done();
}
