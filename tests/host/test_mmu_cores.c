/* A call that waits for the space's lock finds what its holder has left, for every format, size and half. */
#include <pthread.h>
#include <time.h>

#include "mmu/space.h"
#include "tests/host/world.h"

enum { PAGES = 3 };

#define RW (MMU_WRITEBACK | MMU_WRITE)

/* What another core calls, for pages in the table that the space's last call was about */
struct call {
    int (*make)(uint64_t va);
    int result;
    bool begun;
};

static uint64_t pa_of(unsigned page_number)
{
    return far_pa() + 2 * page_number * page();
}

static int call_map(uint64_t va)
{
    return mmu_map(world_space, &(struct mmu_range){va, pa_of(0), page(), RW});
}

static int call_map_pages(uint64_t va)
{
    return mmu_map_pages(world_space, va, (const uint64_t[PAGES]){pa_of(0), pa_of(1), pa_of(2)}, PAGES, RW);
}

static int call_tag(uint64_t va)
{
    return mmu_tag(world_space, va, PAGES * page(), MMU_TAG_GUARD, 0);
}

static void *other_core(void *argument)
{
    struct call *call = argument;

    __atomic_store_n(&call->begun, true, __ATOMIC_RELEASE);
    call->result = call->make(at(table_span() + page()));
    return NULL;
}

/* The other core has long come to the lock when the table goes. (If it has not, the test passes for nothing.) */
static void make_call_while_table_goes(int (*make)(uint64_t va))
{
    const struct timespec long_enough = {.tv_nsec = 3000000};
    struct call call = {.make = make};
    pthread_t thread;

    assert_int_equal(do_map(at(table_span()), far_pa(), page(), RW), MMU_OK);
    expect_mapped(at(table_span()), far_pa(), RW);
    lock_acquire(&world_space->lock);
    assert_int_equal(pthread_create(&thread, NULL, other_core, &call), 0);
    while (!__atomic_load_n(&call.begun, __ATOMIC_ACQUIRE))
        ;
    nanosleep(&long_enough, NULL);
    assert_int_equal(do_unmap(at(table_span()), page()), MMU_OK);
    lock_release(&world_space->lock);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(call.result, MMU_OK);
    model_settle();
    expect_sound();
}

static void map__waits_for_a_table_that_goes(void **state)
{
    (void)state;
    make_call_while_table_goes(call_map);
    expect_mapped(at(table_span() + page()), pa_of(0), RW);
}

static void map_pages__waits_for_a_table_that_goes(void **state)
{
    (void)state;
    make_call_while_table_goes(call_map_pages);
    for (unsigned i = 0; i < PAGES; i++)
        expect_mapped(at(table_span() + (1 + i) * page()), pa_of(i), RW);
}

static void tag__waits_for_a_table_that_goes(void **state)
{
    (void)state;
    make_call_while_table_goes(call_tag);
    for (unsigned i = 0; i < PAGES; i++)
        expect_unmapped(at(table_span() + (1 + i) * page()), MMU_TAG_GUARD, 0);
    assert_int_equal(do_tag(at(table_span()), table_span(), MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(map__waits_for_a_table_that_goes),
        CASE(map_pages__waits_for_a_table_that_goes),
        CASE(tag__waits_for_a_table_that_goes),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
