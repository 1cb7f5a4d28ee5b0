/*
 * Random calls against a flat array of pages, with cores touching the range while it changes. The seed
 * of a run is printed; SEED=n and OPS=n in the environment repeat or lengthen it.
 */
#include "tests/host/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPS_A_SHAPE = 8000, EVERYTHING_EACH = 1000 };

struct flat {
    bool mapped;
    uint8_t tag;
    uint32_t attr;
    uint64_t pa; /* or the tag's payload */
};

static struct flat *flat;
static size_t flat_count, flat_room;
static uint64_t window; /* offset of the first page */
static unsigned long op;

/* A call under way: what its pages become, if it succeeds. */
struct call {
    size_t first, count;
    struct flat to; /* of the first page; the next ones follow in pa when it is mapped */
    bool keeps_pa;  /* protect */
};

static const uint32_t attrs[] = {
    MMU_WRITEBACK | MMU_WRITE,     MMU_WRITEBACK | MMU_WRITE,
    MMU_WRITEBACK | MMU_WRITE,     MMU_WRITEBACK,
    MMU_WRITEBACK | MMU_EXEC,      MMU_WRITEBACK | MMU_USER | MMU_EXEC,
    MMU_UNCACHED | MMU_WRITE,      MMU_WRITETHROUGH | MMU_WRITE,
    MMU_DEVICE_nGnRnE | MMU_WRITE, MMU_DEVICE_GRE | MMU_USER,
};

static uint64_t below(uint64_t limit)
{
    return model_random() % limit;
}

static uint64_t va_of(size_t i)
{
    return at(window) + i * page();
}

static struct flat target(const struct call *call, size_t i)
{
    struct flat to = call->to;

    if (call->keeps_pa)
        to.pa = flat[i].pa;
    else if (to.mapped)
        to.pa += (i - call->first) * page();
    return to;
}

/* In the middle of a call a core sees the page as it was, as it will be, or not at all. */
static void sees_old_or_new(void *context, uint64_t va, const struct judge_leaf *seen)
{
    const struct call *call = context;
    size_t i = (size_t)((va - at(window)) / page());
    struct flat to = target(call, i);
    uint64_t pa = seen->pa & ~(page() - 1);

    if (seen->fault == JUDGE_TRANSLATION || (flat[i].mapped && pa == flat[i].pa) || (to.mapped && pa == to.pa))
        return;
    fail_msg("op %lu, va %jx: fault %d, pa %jx in the middle of a call", op, (uintmax_t)va, (int)seen->fault,
             (uintmax_t)seen->pa);
}

static void check_page(size_t i)
{
    if (flat[i].mapped)
        expect_mapped(va_of(i), flat[i].pa, flat[i].attr);
    else
        expect_unmapped(va_of(i), flat[i].tag, flat[i].pa);
}

static void check_everything(void)
{
    for (size_t i = 0; i < flat_count; i++)
        check_page(i);
    expect_sound();
}

static void check_after(const struct call *call)
{
    check_page(call->first);
    check_page(call->first + call->count - 1);
    for (unsigned i = 0; i < 3; i++)
        check_page(call->first + below(call->count));
    if (call->first)
        check_page(call->first - 1);
    if (call->first + call->count < flat_count)
        check_page(call->first + call->count);
    check_page(below(flat_count));
    if (op % EVERYTHING_EACH == 0)
        check_everything();
}

static void watch(struct call *call)
{
    struct model_watch it = {.space = world_space,
                             .va = va_of(call->first),
                             .size = call->count * page(),
                             .rate = call->count > 32 ? 16 : 128,
                             .check = sees_old_or_new,
                             .context = call};

    model_watch(&it);
}

/* The call has returned: its pages are what they were to be, or nothing changed. */
static void finish(struct call *call, int err)
{
    model_watch(NULL);
    model_fail_after(-1);
    if (err == MMU_OK)
        for (size_t i = call->first; i < call->first + call->count; i++)
            flat[i] = target(call, i);
    check_after(call);
}

static size_t length(void)
{
    uint64_t kind = below(20), table = table_span() / page();

    if (kind < 8)
        return 1;
    if (kind < 16)
        return 1 + below(12);
    if (kind < 18)
        return 1 + below(table / 2);
    return kind == 18 ? table : 1 + below(table + table / 2);
}

/* Where: now and then on a block's boundary; most often where the call can succeed. */
static void choose(struct call *call, bool want_mapped)
{
    size_t table = table_span() / page(), first = below(flat_count);

    for (unsigned tries = 0; tries < 8 && flat[first].mapped != want_mapped; tries++)
        first = below(flat_count);
    if (below(4) == 0)
        first -= first % table;
    else if (below(3) == 0) /* from the start of what is alike */
        while (first && flat[first - 1].mapped == flat[first].mapped && !flat[first - 1].tag)
            first--;
    call->first = first;
    call->count = length();
    if (call->count > flat_count - first)
        call->count = flat_count - first;
    if (below(10) < 8)
        for (size_t i = 1; i < call->count; i++)
            if (flat[first + i].mapped != flat[first].mapped || flat[first + i].tag)
                call->count = i;
}

static bool all(const struct call *call, bool mapped)
{
    for (size_t i = call->first; i < call->first + call->count; i++)
        if (flat[i].mapped != mapped || (!mapped && flat[i].tag))
            return false;
    return true;
}

/* Does the range begin or end in the middle of a leaf? */
static bool cuts(const struct call *call)
{
    uint64_t va = va_of(call->first), end = va + call->count * page();
    struct judge_leaf first = judged(va), last = judged(end - 1);

    return (first.fault == JUDGE_NONE && va & (first.size - 1)) || (last.fault == JUDGE_NONE && end & (last.size - 1));
}

static uint64_t choose_pa(const struct call *call)
{
    uint64_t pa = below(UINT64_C(1) << 24) * table_span() + (va_of(call->first) & (table_span() - 1));

    if (call->first && flat[call->first - 1].mapped && below(3) == 0)
        return flat[call->first - 1].pa + page();
    if (below(3) == 0)
        pa += below(64) * page();
    return pa & (2 * far_pa() - 1);
}

static void some_map(void)
{
    struct call call = {.to = {.mapped = true, .attr = attrs[below(sizeof attrs / sizeof attrs[0])]}};
    struct mmu_stats before, after;
    size_t needed;
    bool starved = below(16) == 0;
    int err;

    choose(&call, false);
    call.to.pa = choose_pa(&call);
    needed = do_tables_needed(va_of(call.first), call.to.pa, call.count * page(), call.to.attr);
    mmu_get_stats(world_space, &before);
    if (starved)
        model_fail_after((long)below(3));
    watch(&call);
    err = do_map(va_of(call.first), call.to.pa, call.count * page(), call.to.attr);
    mmu_get_stats(world_space, &after);
    if (!all(&call, false))
        assert_int_equal(err, MMU_OVERLAP);
    else if (err != MMU_OK)
        assert_true(starved && err == MMU_TABLES && needed > before.pool_free);
    assert_int_equal(after.tables - before.tables, err == MMU_OK ? needed : 0);
    if (err == MMU_OVERLAP)
        assert_int_equal(needed, 0);
    finish(&call, err);
}

static void expect_change(const struct call *call, int err, bool cut)
{
    if (!all(call, true))
        assert_true(err == MMU_NOT_MAPPED || (cut && err == MMU_SPLIT));
    else if (err != MMU_OK)
        assert_true(cut && err == MMU_SPLIT);
}

static void some_unmap(void)
{
    struct call call = {.count = 0};
    bool cut;
    int err;

    choose(&call, true);
    cut = cuts(&call);
    watch(&call);
    err = do_unmap(va_of(call.first), call.count * page());
    expect_change(&call, err, cut);
    finish(&call, err);
}

static void some_protect(void)
{
    struct call call = {.to = {.mapped = true, .attr = attrs[below(sizeof attrs / sizeof attrs[0])]}, .keeps_pa = true};
    bool cut;
    int err;

    choose(&call, true);
    cut = cuts(&call);
    watch(&call);
    err = do_protect(va_of(call.first), call.count * page(), call.to.attr);
    expect_change(&call, err, cut);
    finish(&call, err);
}

static void some_tag(void)
{
    struct call call = {.to = {.tag = (uint8_t)below(MMU_TAG_BUSY + 1)}};
    bool starved = below(16) == 0, cut;
    int err;

    if (call.to.tag)
        call.to.pa = below(UINT64_C(1) << 36) << 12;
    choose(&call, below(2));
    cut = cuts(&call);
    if (starved)
        model_fail_after((long)below(2));
    watch(&call);
    err = do_tag(va_of(call.first), call.count * page(), call.to.tag, call.to.pa);
    if (err != MMU_OK)
        assert_true((cut && err == MMU_SPLIT) || (starved && err == MMU_TABLES));
    finish(&call, err);
}

static void some_segment(void)
{
    size_t first = below(flat_count), count = 0;
    uint64_t in_page = below(page()), pa = 3, max = below(3) ? UINT64_MAX : 1 + below(5 * page()), due;

    while (first + count < flat_count && flat[first + count].mapped &&
           flat[first + count].pa == flat[first].pa + count * page())
        count++;
    due = count ? count * page() - in_page : 0;
    due = due < max ? due : max;
    assert_int_equal(mmu_segment(world_space, va_of(first) + in_page, max, &pa), due);
    assert_int_equal(pa, count ? flat[first].pa + in_page : 3);
}

static void one_op(void)
{
    uint64_t kind = below(100);

    if (kind < 38)
        some_map();
    else if (kind < 60)
        some_unmap();
    else if (kind < 78)
        some_protect();
    else if (kind < 90)
        some_tag();
    else
        some_segment();
    if (below(700) == 0) { /* start afresh: everything goes at once */
        struct call call = {.count = flat_count};

        assert_int_equal(do_tag(va_of(0), flat_count * page(), MMU_TAG_NONE, 0), MMU_OK);
        finish(&call, MMU_OK);
        assert_int_equal(tables_linked(), 1);
    }
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *text = getenv(name);

    return text ? strtoul(text, NULL, 0) : otherwise;
}

static void random_calls__agree_with_a_flat_map(void **state)
{
    unsigned long seed = setting("SEED", 20250);

    (void)state;
    model_seed(seed + world_shape.va_bits * 2 + world_shape.granule_bits * 128 + world_shape.high);
    print_message("# %s: SEED=%lu\n", world_shape.name, seed);
    flat_count = (size_t)(3 * table_span() / page());
    if (flat_count > flat_room) {
        free(flat);
        flat = calloc(flat_count, sizeof *flat);
        flat_room = flat_count;
    }
    memset(flat, 0, flat_count * sizeof *flat);
    window = (block_span(1) < space_size() ? block_span(1) : space_size() / 2) - table_span();
    for (op = 1; op <= setting("OPS", OPS_A_SHAPE); op++)
        one_op();
    check_everything();
    assert_int_equal(do_tag(va_of(0), flat_count * page(), MMU_TAG_NONE, 0), MMU_OK);
    assert_int_equal(tables_linked(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_calls__agree_with_a_flat_map, world_open, world_close),
    };
    int failed = world_run(tests, 1);

    free(flat);
    return failed;
}
