/* The reverse map against a plain list of runs. */
#include <stdlib.h>
#include <string.h>

#include "iomem/rmap.h"
#include "tests/host/port_host.h"

#define COUNT 400

static struct rmap_node nodes[COUNT];
static bool live[COUNT];
static unsigned seen[COUNT];

static unsigned next_random(void)
{
    static unsigned x = 777;

    return x = x * 1103515245u + 12345u, x >> 8;
}

static int note(struct rmap_visit *visit, struct rmap_node *node)
{
    (void)visit;
    seen[node - nodes]++;
    return 0;
}

static void expect_each(uint64_t pa, uint64_t size)
{
    struct rmap_visit visit = {pa, size, note};

    memset(seen, 0, sizeof seen);
    assert_int_equal(rmap_each(&visit), 0);
    for (unsigned i = 0; i < COUNT; i++) {
        bool overlaps = live[i] && nodes[i].pa < pa + size && pa < nodes[i].pa + nodes[i].size;

        assert_int_equal(seen[i], overlaps);
    }
}

static void add(unsigned i, uint64_t pa, uint64_t size)
{
    nodes[i] = (struct rmap_node){.pa = pa, .size = size, .ram = port_is_ram(pa, size)};
    rmap_add(&nodes[i]);
    live[i] = true;
}

static void drop(unsigned i)
{
    rmap_remove(&nodes[i]);
    live[i] = false;
}

static void drop_all(void)
{
    for (unsigned i = 0; i < COUNT; i++)
        if (live[i])
            drop(i);
}

/* base: where pages are; span: how many */
static void compare_at_random(uint64_t base, unsigned span, unsigned longest)
{
    for (unsigned step = 0; step < 6000; step++) {
        unsigned i = next_random() % COUNT;
        unsigned first = next_random() % span, count = 1 + next_random() % longest;

        if (count > span - first)
            count = span - first;
        if (live[i])
            drop(i);
        else
            add(i, base + first * HOST_PAGE, count * HOST_PAGE);
        if (step % 8 == 0)
            expect_each(base + next_random() % span * HOST_PAGE, (1 + next_random() % longest) * HOST_PAGE);
    }
    drop_all();
    expect_each(base, span * HOST_PAGE);
}

static void ram__each_run_is_told_once(void **state)
{
    (void)state;
    compare_at_random(HOST_RAM, 512, 70);
    compare_at_random(HOST_RAM2, 300, 3);
}

static void devices__each_run_is_told_once(void **state)
{
    (void)state;
    compare_at_random(HOST_DEVICE, 512, 70);
    compare_at_random(UINT64_C(0xfffff00000), 200, 200);
}

/* A block of the run's power begins below the bank, where there is no record to file it in. */
static void ram__runs_in_blocks_that_begin_in_a_hole(void **state)
{
    (void)state;
    add(0, HOST_RAM2, HOST_RAM2_SIZE);
    add(1, HOST_RAM2 + 3 * HOST_PAGE, HOST_RAM2_SIZE - 3 * HOST_PAGE);
    add(2, HOST_RAM + HOST_PAGE, HOST_RAM_SIZE - HOST_PAGE);
    expect_each(HOST_RAM2 + 5 * HOST_PAGE, HOST_PAGE);
    expect_each(HOST_RAM2, HOST_PAGE);
    expect_each(HOST_RAM + HOST_RAM_SIZE - HOST_PAGE, HOST_PAGE);
    drop_all();
}

/* A range of more blocks than the hash has lists takes the other way through it. */
static void devices__a_range_of_gigabytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++)
        add(i, UINT64_C(0x100000000) + i * UINT64_C(0x3001000), HOST_PAGE << i % 15);
    expect_each(UINT64_C(0x100000000), UINT64_C(0x100000000));
    expect_each(UINT64_C(0x108000000), UINT64_C(0x20000000));
    drop_all();
}

static int stop(struct rmap_visit *visit, struct rmap_node *node)
{
    (void)visit;
    (void)node;
    return 7;
}

static void each__stops_when_told(void **state)
{
    struct rmap_visit visit = {HOST_RAM, HOST_PAGE, stop};

    (void)state;
    add(0, HOST_RAM, HOST_PAGE);
    add(1, HOST_RAM, 2 * HOST_PAGE);
    assert_int_equal(rmap_each(&visit), 7);
    drop_all();
    assert_int_equal(rmap_each(&visit), 0);
}

static void special__is_looked_for_where_one_was(void **state)
{
    const uint64_t pa = UINT64_C(0x100000000);

    (void)state;
    add(0, pa, HOST_PAGE);
    assert_false(rmap_has_special(0, UINT64_MAX));
    rmap_mark_special(&nodes[0]);
    assert_true(rmap_has_special(pa - HOST_PAGE, HOST_PAGE + 1));
    assert_true(rmap_has_special(pa + HOST_PAGE - 1, 1));
    assert_false(rmap_has_special(pa - HOST_PAGE, HOST_PAGE));
    assert_false(rmap_has_special(pa + HOST_PAGE, HOST_PAGE));
    add(1, pa + 9 * HOST_PAGE, HOST_PAGE);
    rmap_mark_special(&nodes[1]);
    rmap_mark_special(&nodes[1]); /* once */
    assert_true(rmap_has_special(pa + 9 * HOST_PAGE, HOST_PAGE));
    drop(1);
    assert_true(rmap_has_special(pa, HOST_PAGE));
    drop(0);
    assert_false(rmap_has_special(0, UINT64_MAX));
    add(0, pa + 20 * HOST_PAGE, HOST_PAGE);
    rmap_mark_special(&nodes[0]);
    assert_false(rmap_has_special(pa, HOST_PAGE)); /* where the first ones were */
    drop_all();
}

static void remove__of_a_node_never_added_does_nothing(void **state)
{
    struct rmap_node none = {0};

    (void)state;
    rmap_remove(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ram__each_run_is_told_once, host_open, host_close),
        cmocka_unit_test_setup_teardown(devices__each_run_is_told_once, host_open, host_close),
        cmocka_unit_test_setup_teardown(ram__runs_in_blocks_that_begin_in_a_hole, host_open, host_close),
        cmocka_unit_test_setup_teardown(devices__a_range_of_gigabytes, host_open, host_close),
        cmocka_unit_test_setup_teardown(each__stops_when_told, host_open, host_close),
        cmocka_unit_test_setup_teardown(special__is_looked_for_where_one_was, host_open, host_close),
        cmocka_unit_test_setup_teardown(remove__of_a_node_never_added_does_nothing, host_open, host_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
