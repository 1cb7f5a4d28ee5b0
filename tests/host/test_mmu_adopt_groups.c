/* mmu_space_adopt of contiguous groups that somebody has spoilt: refused, with every entry as it was. */
#include "mmu/space.h"
#include "tests/host/world.h"

#define RW  (MMU_WRITEBACK | MMU_WRITE)
#define NT  16 /* FEAT_BBM's bit of a block */
#define ONE UINT64_C(1)

static int level; /* the group's, at at(0): beside it a single leaf, then nothing */
static unsigned members;
static uint64_t group_span;

static bool slots_of_32_bits(void)
{
    return world_shape.rules && world_shape.rules->slot_bytes == 4;
}

/* ---- one entry, as it stands in the tables ---- */

static void *slot(uint64_t off)
{
    struct judge_regime regime = model_regime(world_space);
    uint64_t table = regime.ttbr, found;

    for (int at_level = judge_start_level(&regime);; at_level++) {
        found = judge_slot(&regime, table, at_level, at(off));
        if (at_level == level)
            return (void *)(uintptr_t)(found + model_backend.table_offset);
        table = judge_decode(&regime, at_level, regime.read(regime.context, found)).pa;
    }
}

static uint64_t raw(unsigned member)
{
    void *found = slot(member * block_span(level));

    return slots_of_32_bits() ? *(uint32_t *)found : *(uint64_t *)found;
}

/* Past the model, which is not to know: the walkers never see it. */
static void set_raw(unsigned member, uint64_t value)
{
    void *found = slot(member * block_span(level));

    if (slots_of_32_bits())
        *(uint32_t *)found = (uint32_t)value;
    else
        *(uint64_t *)found = value;
}

/* AP[2]; of stage 2 S2AP[1] */
static uint64_t read_only_bit(void)
{
    if (slots_of_32_bits())
        return level == 3 ? ONE << 9 : ONE << 15;
    return ONE << 7;
}

/* ---- adopting ---- */

static int adopt(void)
{
    struct mmu_tree tree = {mmu_space_root(world_space), world_shape.va_bits};
    struct mmu_space adopted;

    return mmu_space_adopt(&adopted, world_shape.format, &tree, &model_backend,
                           (world_shape.high ? MMU_SPACE_HIGH : 0) | MMU_SPACE_TAGS);
}

static void expect_refused(void)
{
    struct model_counts before = model_counts();

    assert_int_equal(adopt(), MMU_ATTR);
    assert_int_equal(model_counts().stores, before.stores);
    assert_int_equal(model_counts().links, before.links);
}

static void expect_refused_with(unsigned member, uint64_t value)
{
    uint64_t was = raw(member);

    set_raw(member, value);
    expect_refused();
    set_raw(member, was);
}

static void spoil(unsigned member)
{
    expect_refused_with(member, 0);
    expect_refused_with(member, raw(members)); /* a single leaf */
    expect_refused_with(member, raw(member) ^ read_only_bit());
    if (slots_of_32_bits())
        return; /* all have one address, and that is aligned */
    expect_refused_with(member, raw(member ^ 1));
    expect_refused_with(member, raw(member) & ~(ONE << 52));
}

/* All members agree, on memory that no group can have. */
static void move_all(void)
{
    for (unsigned i = 0; i < members; i++)
        set_raw(i, raw(i) + block_span(level));
    expect_refused();
    for (unsigned i = 0; i < members; i++)
        set_raw(i, raw(i) - block_span(level));
}

static void check_level(int at_level, unsigned group)
{
    level = at_level;
    members = group;
    group_span = group * block_span(level);
    assert_int_equal(do_map(at(0), far_pa(), group_span + block_span(level), RW), MMU_OK);
    assert_int_equal(adopt(), MMU_OK);
    spoil(0);
    spoil(members / 2 + 1);
    spoil(members - 1);
    expect_refused_with(2 * members, raw(0));
    expect_refused_with(2 * members - 1, raw(members - 1));
    if (!slots_of_32_bits())
        move_all();
    if (level < 3 && !slots_of_32_bits())
        expect_refused_with(members, raw(members) | ONE << NT);
    assert_int_equal(adopt(), MMU_OK);
    assert_int_equal(do_unmap(at(0), group_span + block_span(level)), MMU_OK);
}

/* Granules of 16K and 64K have bits below a table's address that say nothing. */
static void check_table(void)
{
    if (world_shape.granule_bits == 12 || world_shape.rules)
        return;
    level = 2;
    assert_int_equal(do_map(at(0), far_pa(), page(), RW), MMU_OK);
    expect_refused_with(0, raw(0) | ONE << 12);
    assert_int_equal(adopt(), MMU_OK);
    assert_int_equal(do_unmap(at(0), page()), MMU_OK);
}

static void groups__that_are_not_whole_are_refused(void **state)
{
    struct judge_regime regime = model_regime(world_space);

    (void)state;
    for (int i = 1; i <= 3; i++) {
        unsigned group = judge_group(&regime, i);

        if ((i == 3 || has_block(i)) && group > 1 && 2 * group * block_span(i) < space_size())
            check_level(i, group);
    }
    check_table();
}

/* Where the group would reach beyond the root's last entry, what is behind goes on in its way; or it has no meaning. */
static void groups__that_the_format_or_the_space_has_no_room_for_are_refused(void **state)
{
    struct judge_regime regime = model_regime(world_space);
    unsigned blocks, group;
    uint64_t *root;

    (void)state;
    level = judge_start_level(&regime);
    group = judge_group(&regime, level);
    if (slots_of_32_bits() || !has_block(level) || block_span(level) * 512 < space_size())
        return;
    blocks = (unsigned)(space_size() / block_span(level));
    if (group > 1 && group <= blocks)
        return;
    assert_int_equal(do_map(at(0), 0, space_size(), RW), MMU_OK);
    assert_int_equal(adopt(), MMU_OK);
    root = slot(0);
    for (unsigned i = 0; i < blocks || i < group; i++)
        root[i] = (root[0] | ONE << 52) + i * block_span(level);
    expect_refused();
    for (unsigned i = 0; i < blocks || i < group; i++)
        root[i] = i < blocks ? root[i] & ~(ONE << 52) : 0;
    assert_int_equal(do_unmap(at(0), space_size()), MMU_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
    const struct CMUnitTest tests[] = {
        CASE(groups__that_are_not_whole_are_refused),
        CASE(groups__that_the_format_or_the_space_has_no_room_for_are_refused),
    };

    return world_run(tests, sizeof tests / sizeof tests[0]);
}
