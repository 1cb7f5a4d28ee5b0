/*
 * Programs at EL0, by el0_run: entered with nothing of the kernel's, left by calls and faults, gone on with. What
 * interrupts and other cores do to them: test_el0_cores_a64.c.
 */
#include <string.h>

#include "iomem/address_space.h"
#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"
#include "iomem/memory_fault.h"
#include "iomem/port.h"
#include "mmu/lock.h"
#include "mmu/mmu.h"
#include "startup/spaces.h"
#include "tests/target/el0.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static struct el0_task one, two;
static struct el0_exit out;

static void run__enters_with_nothing_of_the_kernels(void)
{
    CHECK_EQ(el0_begin(&one, el0_look, 0x5a, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.number, 1);
    CHECK_EQ(out.args[0], 0x5a);
    CHECK_EQ(out.args[1], EL0_STACK_TOP);
    CHECK_EQ(out.args[2], 0x5a);
    CHECK_EQ(out.args[3], 33);
    CHECK_EQ(out.args[4], 44);
    CHECK_EQ(out.args[5], 55);
    CHECK_EQ(out.fault.va, 0);
    CHECK_EQ(out.fault.syndrome, 0);
}

static void run__goes_on_after_a_call_with_its_result(void)
{
    CHECK_EQ(el0_begin(&one, el0_count, 7, &out), 0);
    for (uint64_t turn = 0; turn < 100; turn++) {
        CHECK_EQ(out.kind, EL0_SYSCALL);
        CHECK_EQ(out.number, 500 + turn);
        CHECK_EQ(out.args[0], 8 + 10 * turn);
        CHECK_EQ(el0_go_on(&one, out.args[0] + 9, &out), 0);
    }
}

static void run__keeps_every_register_of_el0(void)
{
    CHECK_EQ(el0_begin(&one, el0_keep, 0x34567800, &out), 0);
    CHECK_EQ(out.number, 3);
    CHECK_EQ(out.args[0], 0x34567800);
    CHECK_EQ(out.args[5], 0x34567805);
    CHECK_EQ(el0_begin(&two, el0_look, 0, &out), 0); /* another task's come in between */
    CHECK_EQ(out.args[0], 0);
    CHECK_EQ(el0_go_on(&one, 77, &out), 0);
    CHECK_EQ(out.number, 2);
    CHECK_EQ(out.args[0], 0);
    CHECK_EQ(out.args[1], 77);
}

static void run__keeps_the_callers_registers(void)
{
    CHECK(el0_keeps_the_callers(&one));
}

static void tasks__take_turns(void)
{
    struct el0_exit other;

    CHECK_EQ(el0_begin(&one, el0_count, 1000, &out), 0);
    CHECK_EQ(el0_begin(&two, el0_count, 2000, &other), 0);
    for (uint64_t turn = 1; turn < 20; turn++) {
        CHECK_EQ(el0_go_on(&one, out.args[0], &out), 0);
        CHECK_EQ(el0_go_on(&two, other.args[0], &other), 0);
        CHECK_EQ(out.args[0], 1001 + turn);
        CHECK_EQ(other.args[0], 2001 + turn);
    }
}

static void run__leaves_the_active_space_as_it_was(void)
{
    IOAddressSpaceActivate(two.task);
    *el0_data(&two) = 0x42;
    *el0_data(&one) = 0x41;
    CHECK_EQ(el0_begin(&one, el0_load, EL0_DATA, &out), 0);
    CHECK_EQ(out.args[0], 0x41);
    CHECK_EQ(touch_read_el0(EL0_DATA).value, 0x42);
    IOAddressSpaceActivate(NULL);
    CHECK_EQ(el0_begin(&two, el0_load, EL0_DATA, &out), 0);
    CHECK_EQ(out.args[0], 0x42);
    CHECK_REFUSED(touch_read_el0(EL0_DATA), FAULT_UNMAPPED);
}

static void fault__is_told_and_the_instruction_can_be_tried_again(void)
{
    uint64_t va = EL0_DATA + PAGE;

    CHECK_EQ(el0_begin(&one, el0_load, va, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.va, va);
    CHECK_EQ(out.fault.pc, el0_entry(el0_load));
    CHECK_EQ(out.fault.verdict, FAULT_UNMAPPED);
    CHECK_EQ(touch_class(&out.fault), 0x24);
    CHECK_EQ(el0_go_on(&one, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK(el0_task_map(&one, va, two.data_pa, 0));
    *el0_data(&two) = 0x66;
    CHECK_EQ(el0_go_on(&one, 0, &out), 0);
    CHECK_EQ(out.kind, EL0_SYSCALL);
    CHECK_EQ(out.args[0], 0x66);
    CHECK_EQ(el0_begin(&one, el0_store, va, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
}

static void isolation__el0_reaches_nothing_of_the_kernels(void)
{
    static int data;
    uint64_t kernel[] = {(uintptr_t)el0_run, (uintptr_t)&data, (uintptr_t)el0_code, (uintptr_t)&kernel,
                         (uintptr_t)port_linear(one.data_pa)};

    for (unsigned i = 0; i < sizeof kernel / sizeof kernel[0]; i++) {
        const char *programs[] = {el0_load, el0_store, el0_jump};

        for (unsigned p = 0; p < 3; p++) {
            CHECK_EQ(el0_begin(&one, programs[p], kernel[i], &out), 0);
            CHECK_EQ(out.kind, EL0_FAULT);
            CHECK_EQ(out.fault.va, kernel[i]);
            CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
        }
    }
    CHECK_EQ(el0_begin(&one, el0_jump, EL0_DATA, &out), 0);
    CHECK_EQ(out.kind, EL0_FAULT);
    CHECK_EQ(out.fault.verdict, FAULT_PERMISSION);
}

static void errors__run_nothing(void)
{
    struct el0_task fresh;
    struct lock lock = LOCK_INIT;

    out.kind = 99;
    CHECK_EQ(el0_run(NULL, EL0_CODE, 0, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(kernel_task, EL0_CODE, 0, 0, &out), EL0_BAD);
    CHECK_EQ(el0_run(one.task, EL0_CODE, 0, 0, NULL), EL0_BAD);
    lock_acquire(&lock);
    CHECK_EQ(el0_begin(&one, el0_look, 0, &out), EL0_CONTEXT);
    lock_release(&lock);
    CHECK(el0_task_make(&fresh));
    CHECK_EQ(el0_go_on(&fresh, 0, &out), EL0_NOTHING);
    CHECK_EQ(out.kind, 99);
    el0_task_drop(&fresh);
}

static void copy__refuses_what_el0_may_not_touch(void)
{
    char bytes[24] = "a string of some length";
    uint64_t kernel = (uintptr_t)bytes;

    CHECK_EQ(el0_copy_out(one.task, EL0_DATA + 5, bytes, sizeof bytes), 0);
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(el0_copy_in(one.task, bytes, EL0_DATA + 5, sizeof bytes), 0);
    CHECK(strcmp(bytes, "a string of some length") == 0);
    CHECK_EQ(el0_copy_out(one.task, EL0_CODE, bytes, 1), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, EL0_CODE - 8, 16), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, kernel, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_out(one.task, kernel, bytes, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_in(one.task, bytes, UINT64_MAX - 3, 8), EL0_POINTER);
    CHECK_EQ(el0_copy_in(kernel_task, bytes, EL0_DATA, 8), EL0_BAD);
}

/* ---- panics and faults in serving EL0, caught outside of el0_run ------------------------------------------------- */

#define NOWHERE (EL0_DATA + 0x3000000)

static struct el0_task lost;
static bool faulty;

static bool fail_to_serve(const struct port_abort *abort)
{
    if (abort->va != NOWHERE)
        return false;
    if (!faulty)
        panic("cannot serve it");
    return *(volatile int *)8 != 0;
}

static void load_from_nowhere(void *unused)
{
    (void)unused;
    el0_begin(&lost, el0_load, NOWHERE, &out);
}

/* It has a fault_try of its own. */
static void copy_from_nowhere(void *unused)
{
    char byte;

    (void)unused;
    CHECK_EQ(el0_copy_in(lost.task, &byte, NOWHERE, 1), EL0_BAD);
}

/* Nothing is left of it: the space that was active is again, and EL0 may run. */
static void lose(void (*run)(void *))
{
    struct fault fault;
    const char *message = "";

    if (faulty)
        CHECK(!fault_try(run, NULL, &fault) && fault.va == 8);
    else
        CHECK(!panic_try(run, NULL, &message) && strcmp(message, "cannot serve it") == 0);
    CHECK(spaces_active() == address_space_tables(one.task));
    CHECK_EQ(el0_begin(&two, el0_count, 5, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 6);
}

static struct machine_use lose_all(void)
{
    CHECK(el0_task_make(&lost));
    port_set_abort_handler(fail_to_serve);
    IOAddressSpaceActivate(one.task);
    lose(load_from_nowhere);
    CHECK_EQ(el0_go_on(&lost, 0, &out), EL0_NOTHING);
    CHECK_EQ(el0_begin(&lost, el0_count, 7, &out), 0);
    if (faulty)
        copy_from_nowhere(NULL);
    else
        lose(copy_from_nowhere);
    CHECK_EQ(el0_go_on(&lost, 9, &out), 0);
    CHECK(out.kind == EL0_SYSCALL && out.args[0] == 10);
    IOAddressSpaceActivate(NULL);
    el0_task_drop(&lost);
    memory_fault_open();
    return machine_use();
}

static void panic__outside_of_el0_run_leaves_nothing_of_it(void)
{
    struct machine_use before, after;
    int asids = spaces_asid_count();

    for (int i = 0; i < 2; i++) {
        faulty = i;
        before = lose_all(); /* the heap has grown */
        after = lose_all();
        CHECK_EQ(after.free, before.free);
        CHECK_EQ(after.tables, before.tables);
        CHECK_EQ(spaces_asid_count(), asids);
    }
}

int main(void)
{
    if (!el0_task_make(&one) || !el0_task_make(&two))
        return 1;
    TAP_RUN(run__enters_with_nothing_of_the_kernels);
    TAP_RUN(run__goes_on_after_a_call_with_its_result);
    TAP_RUN(run__keeps_every_register_of_el0);
    TAP_RUN(run__keeps_the_callers_registers);
    TAP_RUN(tasks__take_turns);
    TAP_RUN(run__leaves_the_active_space_as_it_was);
    TAP_RUN(fault__is_told_and_the_instruction_can_be_tried_again);
    TAP_RUN(copy__refuses_what_el0_may_not_touch);
    TAP_RUN(isolation__el0_reaches_nothing_of_the_kernels);
    TAP_RUN(errors__run_nothing);
    TAP_RUN(panic__outside_of_el0_run_leaves_nothing_of_it);
    return tap_done();
}
