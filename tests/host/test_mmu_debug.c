/*
 * Aliases of another memory type: mmu_conflicts_all, and what each map looks for with DEBUG=1. That form of mmu_map and
 * mmu_map_pages is compiled into this test; another test's are the library's.
 */
#include "mmu/map_debug.c"

#include "tests/host/world.h"

#define RW (MMU_WRITEBACK | MMU_WRITE)

static struct mmu_conflict told;
static unsigned tellings;

void mmu_conflict_found(const struct mmu_conflict *conflict)
{
    told = *conflict;
    tellings++;
}

static int begin(void **state)
{
    tellings = 0;
    return world_open(state);
}

static int count(void *context, struct mmu_space *space, const struct mmu_range *found)
{
    (void)found;
    *(unsigned *)context += space == world_space ? 1 : 100;
    return 0;
}

static unsigned conflicts_of(uint64_t pa, uint64_t size, uint32_t attr)
{
    unsigned found = 0;

    assert_int_equal(mmu_conflicts_all(&(struct mmu_range){.pa = pa, .size = size, .attr = attr}, count, &found), 0);
    return found;
}

static struct mmu_space *other_space(void)
{
    struct mmu_space *other = mmu_space_create(world_shape.format, world_shape.va_bits, &model_backend);
    struct model_space known = {.space = other,
                                .rules = world_shape.rules,
                                .granule_bits = world_shape.granule_bits,
                                .va_bits = world_shape.va_bits,
                                .root = mmu_space_root(other)};

    assert_non_null(other);
    model_adopt(&known);
    return other;
}

static void close_other(struct mmu_space *other)
{
    mmu_space_destroy(other);
    model_forget(other);
}

static void conflicts__are_found_in_every_space(void **state)
{
    struct mmu_space *other = other_space();
    uint64_t p = page();

    (void)state;
    assert_int_equal(mmu_map(other, &(struct mmu_range){4 * p, far_pa(), p, MMU_UNCACHED}), MMU_OK);
    assert_int_equal(conflicts_of(far_pa(), p, RW), 100);
    assert_int_equal(conflicts_of(far_pa(), p, MMU_UNCACHED | MMU_WRITE), 0);
    assert_int_equal(conflicts_of(far_pa() + p, p, RW), 0);
    assert_int_equal(mmu_map(world_space, &(struct mmu_range){at(0), far_pa(), 2 * p, MMU_UNCACHED}), MMU_OK);
    assert_int_equal(conflicts_of(far_pa(), 2 * p, RW), 101);
    close_other(other);
    assert_int_equal(conflicts_of(far_pa(), 2 * p, RW), 1);
    assert_int_equal(tellings, 0);
    assert_int_equal(do_unmap(at(0), 2 * p), MMU_OK);
}

/* One page of a larger leaf of another space. */
static void map__tells_of_an_alias_in_another_space(void **state)
{
    struct mmu_space *other = other_space();
    uint64_t p = page(), t = table_span();

    (void)state;
    assert_int_equal(mmu_map(other, &(struct mmu_range){0, far_pa(), 2 * t, RW}), MMU_OK);
    assert_int_equal(do_map(at(t), far_pa() + 3 * p, p, RW), MMU_OK);
    assert_int_equal(tellings, 0);
    assert_int_equal(do_map(at(8 * p), far_pa() + t + 5 * p, 2 * p, MMU_UNCACHED), MMU_OK);
    assert_int_equal(tellings, 1);
    assert_ptr_equal(told.space, world_space);
    assert_ptr_equal(told.other, other);
    assert_int_equal(told.va, at(8 * p));
    assert_int_equal(told.other_va, t + 5 * p);
    assert_int_equal(told.pa, far_pa() + t + 5 * p);
    assert_int_equal(told.attr, MMU_UNCACHED);
    assert_int_equal(told.other_attr, RW);
    assert_int_equal(do_map(at(8 * p), far_pa() + t + 5 * p, p, MMU_WRITETHROUGH), MMU_OVERLAP); /* is not mapped */
    assert_int_equal(tellings, 1);
    assert_int_equal(do_unmap(at(8 * p), 2 * p), MMU_OK);
    assert_int_equal(do_unmap(at(t), p), MMU_OK);
    close_other(other);
}

static void map_pages__tells_which_page_has_an_alias(void **state)
{
    uint64_t p = page(), pages[] = {far_pa() + 100 * p, far_pa() + 7 * p, far_pa() + 50 * p};

    (void)state;
    assert_int_equal(do_map(at(0), far_pa(), 10 * p, RW), MMU_OK);
    assert_int_equal(mmu_map_pages(world_space, at(20 * p), pages, 3, MMU_WRITEBACK), MMU_OK);
    assert_int_equal(tellings, 0);
    assert_int_equal(mmu_map_pages(world_space, at(30 * p), pages, 3, MMU_DEVICE_nGnRE), MMU_OK);
    assert_int_equal(tellings, 1);
    assert_int_equal(told.va, at(31 * p));
    assert_int_equal(told.pa, far_pa() + 7 * p);
    assert_int_equal(told.other_va, at(7 * p));
    assert_int_equal(do_tag(at(0), 64 * p, MMU_TAG_NONE, 0), MMU_OK);
}

/* As a backend may that cleans memory: the space's lock is held. */
static void map__from_within_a_call_does_not_look(void **state)
{
    uint64_t p = page();

    (void)state;
    assert_int_equal(do_map(at(0), far_pa(), p, RW), MMU_OK);
    lock_acquire(&world_space->lock);
    assert_int_equal(do_map(at(2 * p), far_pa(), p, MMU_UNCACHED), MMU_OK);
    lock_release(&world_space->lock);
    assert_int_equal(tellings, 0);
    assert_int_equal(do_map(at(4 * p), far_pa(), p, MMU_UNCACHED), MMU_OK);
    assert_int_equal(tellings, 1);
    assert_int_equal(do_tag(at(0), 8 * p, MMU_TAG_NONE, 0), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, world_close)
    const struct CMUnitTest tests[] = {
        CASE(conflicts__are_found_in_every_space),
        CASE(map__tells_of_an_alias_in_another_space),
        CASE(map_pages__tells_which_page_has_an_alias),
        CASE(map__from_within_a_call_does_not_look),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
