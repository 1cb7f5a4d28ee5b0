/* The tree of overwriting maps against a look at each of them. */
#include "iomem/overwriters.h"
#include "tests/host/classes.h"

enum { COUNT = 1024, ROUNDS = 20000, SPAN = 4096 };

static struct IOAddressSpace space;
static struct IOMemoryMap maps[COUNT];

static uint32_t chance(uint32_t below)
{
    static uint64_t state = 1;

    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(state >> 33) % below;
}

static bool overlaps(IOMemoryMapRef map, uint64_t va, uint64_t end)
{
    return map->over.task && map->over.va < end && map->over.end > va;
}

static void check_top(uint64_t va)
{
    IOMemoryMapRef top = NULL;

    for (size_t i = 0; i < COUNT; i++)
        if (overlaps(&maps[i], va, va + 1) && (!top || maps[i].over.order > top->over.order))
            top = &maps[i];
    assert_ptr_equal(overwriters_top(&space, va), top);
}

static void check_range(uint64_t va, uint64_t end)
{
    size_t there = 0, found = 0;
    uint64_t last = 0;

    for (size_t i = 0; i < COUNT; i++)
        there += overlaps(&maps[i], va, end);
    for (IOMemoryMapRef map = NULL; (map = overwriters_next(&space, va, end, map ? &map->over : NULL)); found++) {
        assert_true(overlaps(map, va, end) && map->over.va >= last);
        last = map->over.va;
    }
    assert_int_equal(found, there);
}

static unsigned depth(IOMemoryMapRef tree)
{
    unsigned low = tree ? depth(tree->over.low) : 0, high = tree ? depth(tree->over.high) : 0;

    return tree ? 1 + (low > high ? low : high) : 0;
}

static void tree__finds_what_a_look_at_each_finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        maps[i].space = &space;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t va = chance(SPAN) * PAGE, size = (1 + chance(chance(64) ? 8 : SPAN)) * PAGE;

        if (chance(3))
            overwriters_add(&maps[chance(COUNT)], va, size);
        else
            overwriters_remove(&maps[chance(COUNT)]);
        if (round % 16)
            continue;
        check_top(va);
        check_range(va, va + size);
    }
    for (size_t i = 0; i < COUNT; i++)
        overwriters_remove(&maps[i]);
    assert_null(space.overwriters);
}

/* By address one after the other, the worst case of a tree that does not see to it. */
static void tree__stays_flat(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        maps[i].space = &space;
        overwriters_add(&maps[i], i * PAGE, PAGE);
    }
    assert_in_range(depth(space.overwriters), 10, 40);
    for (size_t i = 0; i < COUNT; i++)
        overwriters_remove(&maps[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree__finds_what_a_look_at_each_finds),
        cmocka_unit_test(tree__stays_flat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
