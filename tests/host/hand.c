#include "tests/host/hand.h"

#include <string.h>

struct mmu_space fake_space, other_fake;

uint64_t *root, *middle, *last;

uint64_t pa_of(const uint64_t *table)
{
    return (uint64_t)((uintptr_t)table - model_backend.table_offset);
}

uint64_t *fresh(void)
{
    uint64_t *table = model_backend.table_alloc(4096);

    for (unsigned i = 0; i < 512; i++)
        model_entry_write(&table[i], 0);
    return table;
}

void flush(uint64_t va, uint64_t size, bool with_tables)
{
    struct mmu_flush flush = {.va = va, .size = size, .stride = 4096, .tables = with_tables};

    model_backend.invalidate(SPACE, &flush);
}

void assert_breach(const char *words)
{
    assert_non_null(model_breach());
    if (!strstr(model_breach(), words))
        fail_msg("breach \"%s\" where one of \"%s\" was due", model_breach(), words);
    model_clear_breaches();
}

/* root[1] -> middle[1] -> last[1] = a page at 0x80000000. */
int start(bool no_break)
{
    struct model_config config = {.cores = 2, .seed = 42, .no_break = no_break};
    struct model_space space = {.space = SPACE, .granule_bits = 12, .va_bits = 39};

    model_start(&config);
    root = fresh();
    model_backend.publish(SPACE);
    space.root = pa_of(root);
    model_adopt(&space);
    middle = fresh();
    last = fresh();
    model_entry_write(&last[1], UINT64_C(0x80000000) | WB_NG);
    model_entry_link(&middle[1], pa_of(last) | 3);
    model_entry_link(&root[1], pa_of(middle) | 3);
    model_backend.publish(SPACE);
    model_settle();
    return model_breach() != NULL;
}

int one_page(void **state)
{
    (void)state;
    return start(false);
}

int stop(void **state)
{
    (void)state;
    model_stop();
    return 0;
}
