/*
 * Address spaces over the model: what cores see through their TLBs while spaces are activated, changed, recycled and
 * destroyed, with few ASIDs and with many; and every allocation failing in turn.
 */
#include "iomem/address_space.h"
#include "iomem/memory_fault.h"
#include "tests/host/classes.h"
#include "tests/host/model.h"

#define LOW   UINT64_C(0x10000000)
#define HIGH  UINT64_C(0x20000000)
#define CORES 2
#define READ  1u
#define WRITE 2u
#define EXEC  4u

static task_t new_task(void)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);

    assert_non_null(task);
    return task;
}

static void activate(int core, task_t task)
{
    host_core = core;
    IOAddressSpaceActivate(task);
    host_core = 0;
}

/* What a core gets at va by its TLB, in the space that it has active. */
static struct judge_leaf seen(int core, uint64_t va)
{
    struct mmu_space *space;
    struct judge_leaf leaf = {.fault = JUDGE_TRANSLATION};

    host_core = core;
    space = port_space_active();
    if (space)
        leaf = model_touch((unsigned)core, space, va);
    host_core = 0;
    return leaf;
}

static IOMemoryMapRef map_into(task_t task, IOMemoryDescriptorRef md, uint64_t va, IOOptionBits options)
{
    return IOMemoryDescriptorCreateMappingInTask(md, task, va, options, 0, 0);
}

static void bounds__are_whole_pages_below_the_end(void **state)
{
    static const struct {
        uint64_t min, max;
    } bad[] = {{LOW + 1, HIGH},
               {LOW, HIGH + 8},
               {LOW, LOW},
               {HIGH, LOW},
               {0, PAGE},
               {LOW, (UINT64_C(1) << 39) + PAGE},
               {UINT64_MAX & ~(PAGE - 1), 0}};
    uint64_t min, max;
    task_t task = new_task();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_null(IOAddressSpaceCreate(bad[i].min, bad[i].max));
    IOAddressSpaceGetBounds(task, &min, &max);
    assert_true(min == LOW && max == HIGH);
    IOAddressSpaceDestroy(task);
    task = IOAddressSpaceCreate(0, UINT64_C(1) << 39);
    IOAddressSpaceGetBounds(task, &min, &max);
    assert_true(min == PAGE && max == UINT64_C(1) << 39);
    IOAddressSpaceDestroy(task);
    IOAddressSpaceDestroy(NULL);
    IOAddressSpaceDestroy(kernel_task);
}

static void map__is_el0s_own_and_not_global(void **state)
{
    IOMemoryDescriptorRef md = device(2 * PAGE);
    task_t task = new_task();
    IOMemoryMapRef map = map_into(task, md, 0, kIOMapAnywhere), kernels = map_anywhere(md, 0, 0, 0);
    struct judge_leaf leaf;

    (void)state;
    activate(0, task);
    leaf = seen(0, address(map) + PAGE);
    assert_int_equal(leaf.fault, JUDGE_NONE);
    assert_true(leaf.ng && leaf.pa == HOST_DEVICE + PAGE);
    assert_true(host_attr(address(kernels)) == MMU_DEVICE_nGnRnE + MMU_WRITE);
    drop(map);
    assert_int_equal(seen(0, LOW + PAGE).fault, JUDGE_TRANSLATION);
    drop(kernels);
    drop(md);
    IOAddressSpaceDestroy(task);
}

/* Both cores have the page in their TLBs when it goes. */
static void stale__nothing_is_left_on_any_core(void **state)
{
    IOMemoryDescriptorRef md = device(4 * PAGE);
    task_t task = new_task();
    uint64_t own = LOW + 64 * PAGE;

    (void)state;
    activate(0, task);
    activate(1, task);
    for (int turn = 0; turn < 50; turn++) {
        IOMemoryMapRef map = map_into(task, md, 0, kIOMapAnywhere);
        uint64_t va = address(map);

        for (int core = 0; core < CORES; core++)
            assert_int_equal(seen(core, va + 3 * PAGE).fault, JUDGE_NONE);
        if (turn % 2)
            IOMemoryMapUnmap(map);
        drop(map);
        for (int core = 0; core < CORES; core++)
            assert_int_equal(seen(core, va + 3 * PAGE).fault, JUDGE_TRANSLATION);
        assert_int_equal(IOAddressSpaceAllocate(task, &own, 2 * PAGE, 0, READ | WRITE), 0);
        host_abort_handler(&(struct port_abort){
            .va = own, .space = port_space_active(), .write = true, .user = true, .translation = true});
        for (int core = 0; core < CORES; core++)
            assert_int_equal(seen(core, own).el0, JUDGE_R | JUDGE_W);
        assert_int_equal(IOAddressSpaceProtect(task, own, PAGE, READ | EXEC), 0);
        for (int core = 0; core < CORES; core++)
            assert_int_equal(seen(core, own).el0, JUDGE_R | JUDGE_X);
        assert_int_equal(IOAddressSpaceDeallocate(task, own, 2 * PAGE), 0);
        for (int core = 0; core < CORES; core++)
            assert_int_equal(seen(core, own).fault, JUDGE_TRANSLATION);
    }
    activate(1, NULL);
    IOAddressSpaceDestroy(task);
    drop(md);
}

enum { TASKS = 24 };

/*
 * Each task shows another page of the device at one address. With seven numbers for all of them most activations give
 * a number that some other had.
 */
static void asids__are_recycled_and_nobody_sees_anothers_pages(void **state)
{
    IOMemoryDescriptorRef md = device(TASKS * PAGE);
    task_t tasks[TASKS], now[CORES] = {NULL};
    IOMemoryMapRef maps[TASKS];
    unsigned which[CORES] = {0};

    (void)state;
    host_asids(3);
    for (unsigned i = 0; i < TASKS; i++) {
        tasks[i] = new_task();
        maps[i] = IOMemoryDescriptorCreateMappingInTask(md, tasks[i], LOW, 0, i * PAGE, PAGE);
        assert_non_null(maps[i]);
    }
    for (unsigned turn = 0; turn < 4000; turn++) {
        int core = (int)(model_random() % CORES);
        unsigned i = (unsigned)(model_random() % TASKS);

        if (model_random() % 2) {
            which[core] = i;
            now[core] = tasks[i];
            activate(core, tasks[i]);
        }
        if (now[core])
            assert_int_equal(seen(core, LOW).pa, HOST_DEVICE + which[core] * PAGE);
        if (model_random() % 64 || now[0] == tasks[i] || now[1] == tasks[i])
            continue;
        IOAddressSpaceDestroy(tasks[i]); /* its number goes to the next one */
        drop(maps[i]);
        tasks[i] = new_task();
        maps[i] = IOMemoryDescriptorCreateMappingInTask(md, tasks[i], LOW, 0, i * PAGE, PAGE);
    }
    for (int core = 0; core < CORES; core++)
        activate(core, NULL);
    for (unsigned i = 0; i < TASKS; i++) {
        IOAddressSpaceDestroy(tasks[i]);
        drop(maps[i]);
    }
    drop(md);
    host_asids(16);
}

/* An access of EL0's or of the kernel's on a core whose space has lost its task. */
static bool faults_without_help(int core, uint64_t va)
{
    struct port_abort abort = {.va = va, .can_wait = true};
    bool served = false;

    memory_fault_open();
    host_core = core;
    abort.space = port_space_active();
    for (int i = 0; i < 8; i++) {
        abort.user = i & 1;
        abort.write = i & 2;
        abort.translation = i & 4;
        abort.permission = !abort.translation;
        served |= host_abort_handler(&abort);
    }
    host_core = 0;
    return abort.space && !served;
}

static void destroy__while_another_core_has_it_active(void **state)
{
    IOMemoryDescriptorRef md = device(PAGE);
    task_t task = new_task(), next = new_task();
    IOMemoryMapRef map = map_into(task, md, LOW, 0), other = map_into(next, md, LOW + PAGE, 0);

    (void)state;
    activate(0, task);
    activate(1, task);
    assert_int_equal(seen(1, LOW).fault, JUDGE_NONE);
    IOAddressSpaceDestroy(task);
    assert_null(port_space_active());
    assert_int_equal(seen(1, LOW).fault, JUDGE_TRANSLATION);
    assert_null(IOMemoryMapGetAddressTask(map));
    assert_int_equal(address(map), 0);
    assert_true(faults_without_help(1, LOW));
    activate(1, next);
    assert_int_equal(seen(1, LOW).fault, JUDGE_TRANSLATION);
    assert_int_equal(seen(1, LOW + PAGE).fault, JUDGE_NONE);
    activate(1, NULL);
    IOAddressSpaceDestroy(next);
    drop(map);
    drop(other);
    drop(md);
}

/* Maps of every kind, own memory some of which has come, and a buffer of the task's. */
static bool live_a_life(void *buffer)
{
    task_t task = IOAddressSpaceCreate(LOW, HIGH);
    uint64_t own = LOW + 64 * PAGE;
    IOMemoryMapRef map = NULL, window = NULL, redirected = NULL;
    IOBufferMemoryDescriptorRef theirs = NULL;
    bool good;

    if (!task)
        return false;
    map = map_into(task, buffer, 0, kIOMapAnywhere);
    window = IOMemoryDescriptorCreateMappingInTask(buffer, task, 0, kIOMapAnywhere, PAGE, PAGE);
    redirected = map_into(task, buffer, LOW + 32 * PAGE, kIOMapUnique);
    good = map && window && redirected && !IOMemoryMapRedirect(redirected, NULL, 0, 0);
    good = good && !IOAddressSpaceAllocate(task, &own, 8 * PAGE, 0, READ | WRITE);
    IOAddressSpaceActivate(task);
    good = good && host_abort_handler(&(struct port_abort){
                       .va = own + PAGE, .space = port_space_active(), .user = true, .translation = true});
    good = good && !IOAddressSpaceProtect(task, own + PAGE, 2 * PAGE, READ | EXEC);
    good = good && !IOAddressSpaceDeallocate(task, own + 4 * PAGE, PAGE);
    theirs = IOBufferMemoryDescriptorCreateInTaskWithOptions(task, kIODirectionInOut | kIOMemoryPageable, 3 * PAGE, 1);
    good = good && theirs;
    IOAddressSpaceDestroy(task);
    drop(map);
    drop(window);
    drop(redirected);
    drop(theirs);
    return good;
}

static void life__fails_cleanly_at_every_allocation(void **state)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 4 * PAGE, PAGE);

    (void)state;
    host_fail_each(live_a_life, buffer);
    drop(buffer);
}

static void thousand_lives__leave_nothing(void **state)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, 4 * PAGE, PAGE);
    struct host_holdings before;

    (void)state;
    host_asids(3);
    assert_true(live_a_life(buffer));
    before = host_holdings();
    for (unsigned i = 0; i < 1000; i++)
        assert_true(live_a_life(buffer));
    host_expect_same(&before);
    host_expect_sound();
    drop(buffer);
    host_asids(16);
}

static void give(void)
{
}

/* What a program at EL0 touches ends nothing but itself. */
static void abort__of_blocked_pages_waits_only_where_that_can_end(void **state)
{
    IOBufferMemoryDescriptorRef buffer = IOBufferMemoryDescriptorCreateWithOptions(kIODirectionInOut, PAGE, PAGE);
    task_t task = new_task();
    IOMemoryMapRef map = map_into(task, (IOMemoryDescriptorRef)buffer, LOW, kIOMapUnique);
    IOMemoryMapRef kernels = IOMemoryDescriptorMap((IOMemoryDescriptorRef)buffer, kIOMapUnique);
    enum port_refusal why = PORT_REFUSED;
    struct port_abort abort = {.va = LOW, .user = true, .translation = true, .can_wait = true, .refusal = &why};

    (void)state;
    activate(0, task);
    abort.space = port_space_active();
    assert_int_equal(IOMemoryMapRedirect(map, NULL, 0, 0), 0);
    assert_false(host_abort_handler(&abort)); /* host_wait is NULL: nobody could end it */
    assert_int_equal(why, PORT_NO_WAIT);
    host_wait = give;
    assert_true(host_abort_handler(&abort));
    why = PORT_REFUSED;
    abort.can_wait = false;
    assert_false(host_abort_handler(&abort));
    assert_int_equal(why, PORT_NO_WAIT);
    why = PORT_REFUSED;
    abort.va = address(kernels);
    abort.space = mmu_kernel_space();
    abort.can_wait = true;
    assert_int_equal(IOMemoryMapRedirect(kernels, NULL, 0, 0), 0);
    assert_false(host_abort_handler(&abort)); /* it is not EL0's to wait for */
    assert_int_equal(why, PORT_REFUSED);
    host_wait = NULL;
    drop(map);
    drop(kernels);
    IOAddressSpaceDestroy(task);
    drop(buffer);
}

static void abort__tells_that_memory_ran_out(void **state)
{
    task_t task = new_task();
    uint64_t own = HIGH - PAGE;
    enum port_refusal why = PORT_REFUSED;
    struct port_abort abort = {.va = own, .user = true, .translation = true, .can_wait = true, .refusal = &why};

    (void)state;
    activate(0, task);
    abort.space = port_space_active();
    assert_int_equal(IOAddressSpaceAllocate(task, &own, PAGE, 0, READ | WRITE), 0);
    host_take_but(0);
    assert_false(host_abort_handler(&abort));
    assert_int_equal(why, PORT_NO_MEMORY);
    host_defragment();
    assert_true(host_abort_handler(&abort));
    assert_int_equal(seen(0, own).el0, JUDGE_R | JUDGE_W);
    IOAddressSpaceDestroy(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bounds__are_whole_pages_below_the_end),
        TEST(map__is_el0s_own_and_not_global),
        TEST(stale__nothing_is_left_on_any_core),
        TEST(asids__are_recycled_and_nobody_sees_anothers_pages),
        TEST(destroy__while_another_core_has_it_active),
        TEST(life__fails_cleanly_at_every_allocation),
        TEST(thousand_lives__leave_nothing),
        TEST(abort__of_blocked_pages_waits_only_where_that_can_end),
        TEST(abort__tells_that_memory_ran_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
