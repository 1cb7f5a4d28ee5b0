#include "tests/host/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int open_with(const struct shape *shape, unsigned pa_bits)
{
    struct model_config config = {.cores = 3, .seed = 20, .pa_bits = pa_bits};

    return shape_open(shape, &config) ? 0 : -1;
}

int world_open(void **state)
{
    return open_with(*state, 0);
}

int world_open_36(void **state)
{
    return open_with(*state, 36);
}

int world_close(void **state)
{
    (void)state;
    expect_sound();
    shape_close();
    expect_no_breach();
    assert_int_equal(model_tables(), 0);
    model_stop();
    return 0;
}

int world_run(const struct CMUnitTest *tests, size_t count)
{
    struct CMUnitTest *all = calloc(count * shape_count, sizeof *all);
    int failed;

    for (size_t i = 0; all && i < count * shape_count; i++) {
        const struct shape *shape = &shapes[i % shape_count];
        char name[160];

        all[i] = tests[i / shape_count];
        snprintf(name, sizeof name, "%s, %s", all[i].name, shape->name);
        all[i].name = strdup(name);
        all[i].initial_state = (void *)(uintptr_t)shape;
    }
    failed = all ? _cmocka_run_group_tests("mmu", all, count * shape_count, NULL, NULL) : 1;
    for (size_t i = 0; all && i < count * shape_count; i++)
        free((void *)(uintptr_t)all[i].name);
    free(all);
    return failed != 0; /* an exit status holds eight bits: 256 failures would be none */
}

void expect_no_breach(void)
{
    if (model_breach())
        fail_msg("breach: %s (%zu in all)", model_breach(), model_breaches());
}

static int settled(int err)
{
    model_settle();
    expect_no_breach();
    return err;
}

int do_map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    return settled(mmu_map(world_space, &(struct mmu_range){va, pa, size, attr_given(attr)}));
}

int do_unmap(uint64_t va, uint64_t size)
{
    return settled(mmu_unmap(world_space, va, size));
}

int do_protect(uint64_t va, uint64_t size, uint32_t attr)
{
    return settled(mmu_protect(world_space, va, size, attr_given(attr)));
}

int do_tag(uint64_t va, uint64_t size, unsigned tag, uint64_t payload)
{
    return settled(mmu_tag(world_space, va, size, tag, payload));
}

size_t do_tables_needed(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    size_t needed = mmu_tables_needed(world_space, &(struct mmu_range){va, pa, size, attr_given(attr)});

    settled(MMU_OK);
    return needed;
}
