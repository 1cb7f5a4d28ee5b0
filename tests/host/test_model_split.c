/* The model, tested: its rules for blocks that become tables and for contiguous groups. */
#include "tests/host/hand.h"

/* A block at middle[4], seen by a core; the table that is to take its place: its pages, all like the block. */
static uint64_t *block_and_table(uint64_t block)
{
    uint64_t *table = fresh();

    model_entry_write(&middle[4], block);
    model_backend.publish(SPACE);
    model_touch(0, SPACE, BLOCK_VA);
    model_settle();
    for (unsigned i = 0; i < 512; i++)
        model_entry_write(&table[i], (block + 4096 * i) | 2);
    return table;
}

static void rule__a_split_breaks_first(void **state)
{
    const uint64_t block = UINT64_C(0x80000000) | (WB_NG & ~UINT64_C(2));
    uint64_t *table = block_and_table(block);

    (void)state;
    model_entry_link(&middle[4], pa_of(table) | 3);
    assert_breach("live entry replaced");
    one_page(state);
    table = block_and_table(block);
    model_entry_write(&middle[4], 0);
    model_entry_link(&middle[4], pa_of(table) | 3);
    assert_breach("made again before");
    one_page(state);
    table = block_and_table(block);
    model_entry_write(&middle[4], 0);
    flush(BLOCK_VA, 0x200000, false);
    model_entry_link(&middle[4], pa_of(table) | 3);
    model_backend.publish(SPACE);
    model_settle();
    assert_null(model_breach());
}

static void rule__a_split_out_of_a_cacheable_type_needs_cleaning(void **state)
{
    const uint64_t block = UINT64_C(0x80000000) | (WB_NG & ~UINT64_C(2));
    uint64_t *table = block_and_table(block);

    (void)state;
    model_entry_write(&table[7], UINT64_C(0x80007000) | DEVICE);
    model_entry_write(&table[8], UINT64_C(0x80008000) | DEVICE);
    model_entry_write(&middle[4], 0);
    flush(BLOCK_VA, 0x200000, false);
    model_backend.cache_clean_invalidate(UINT64_C(0x80007000), 4096);
    model_entry_link(&middle[4], pa_of(table) | 3);
    assert_breach("without cleaning");
    one_page(state);
    table = block_and_table(block);
    model_entry_write(&table[7], UINT64_C(0x80007000) | DEVICE);
    model_entry_write(&table[8], UINT64_C(0x80008000) | DEVICE);
    model_entry_write(&middle[4], 0);
    flush(BLOCK_VA, 0x200000, false);
    model_backend.cache_clean_invalidate(UINT64_C(0x80006000), 0x2000); /* two that meet inside page 7 and 8 */
    model_backend.cache_clean_invalidate(UINT64_C(0x80008000), 0x1000);
    model_entry_link(&middle[4], pa_of(table) | 3);
    model_backend.publish(SPACE);
    model_settle();
    assert_null(model_breach());
}

/* FEAT_BBM level 2: only the size may change. */
static void no_break__lets_leaves_change_their_size_alone(void **state)
{
    const uint64_t block = UINT64_C(0x80000000) | (WB_NG & ~UINT64_C(2));
    uint64_t *table;

    start(true);
    table = block_and_table(block);
    model_entry_link(&middle[4], pa_of(table) | 3);
    model_backend.publish(SPACE);
    model_settle();
    assert_breach("invalidated"); /* the block is still known */
    start(true);
    table = block_and_table(block);
    model_entry_link(&middle[4], pa_of(table) | 3);
    flush(BLOCK_VA, 0x200000, false);
    model_settle();
    model_entry_write(&middle[4], block);
    flush(BLOCK_VA, 0x200000, true);
    model_settle();
    assert_null(model_breach());
    start(true);
    table = block_and_table(block);
    model_entry_write(&table[9], (block + 4096 * 8) | 2);
    model_entry_link(&middle[4], pa_of(table) | 3);
    assert_breach("live entry replaced");
    one_page(state);
}

static void make_group(uint64_t pa, uint64_t attributes)
{
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], (pa + 4096 * (i - 16)) | attributes);
    model_backend.publish(SPACE);
    model_settle();
}

static void rule__walkers_meet_no_group_in_pieces(void **state)
{
    (void)state;
    make_group(UINT64_C(0x90000000), WB_NG | UINT64_C(1) << 52);
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], 0);
    flush(VA + 4096 * 15, 4096 * 8, false); /* half of it */
    model_entry_write(&last[16], UINT64_C(0x90000000) | WB_NG);
    assert_null(model_breach());
    model_entry_write(&last[31], UINT64_C(0x9000f000) | WB_NG);
    assert_breach("made again before");
    one_page(state);
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], (UINT64_C(0x90000000) + 4096 * (i - 16)) | WB_NG | (uint64_t)(i < 24) << 52);
    model_backend.publish(SPACE);
    model_touch(0, SPACE, VA + 4096 * 15);
    assert_breach("live in another way");
}

static void rule__a_group_may_change_its_permissions_as_a_whole(void **state)
{
    (void)state;
    make_group(UINT64_C(0x90000000), WB_NG | UINT64_C(1) << 52);
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], (UINT64_C(0x90000000) + 4096 * (i - 16)) | WB_NG | UINT64_C(1) << 52 | 0x80);
    flush(VA + 4096 * 15, 4096 * 16, false);
    model_settle();
    assert_null(model_breach());
    model_entry_write(&last[20], UINT64_C(0x90004000) | WB_NG | UINT64_C(1) << 52);
    flush(VA + 4096 * 15, 4096 * 16, false);
    model_settle();
    assert_breach("members disagree");
}

static void rule__a_group_does_not_lose_a_member(void **state)
{
    (void)state;
    make_group(UINT64_C(0x90000000), WB_NG | UINT64_C(1) << 52);
    model_entry_write(&last[20], 0);
    flush(VA + 4096 * 19, 4096, false);
    model_settle();
    assert_breach("members disagree");
}

static void rule__contiguous_groups_are_whole(void **state)
{
    const uint64_t group = WB_NG | UINT64_C(1) << 52;

    (void)state;
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], (UINT64_C(0x90000000) + 4096 * (i - 16)) | group);
    model_backend.publish(SPACE);
    model_settle();
    assert_null(model_breach());
    model_entry_write(&last[16], 0);
    flush(VA + 4096 * 15, 4096, false);
    model_entry_write(&last[16], UINT64_C(0x90000000) | WB_NG);
    assert_breach("member by member");
    model_backend.publish(SPACE);
    model_settle();
    assert_breach("members disagree");
}

static void rule__a_contiguous_group_is_aligned(void **state)
{
    (void)state;
    for (unsigned i = 16; i < 32; i++)
        model_entry_write(&last[i], (UINT64_C(0x90001000) + 4096 * (i - 16)) | WB_NG | UINT64_C(1) << 52);
    model_backend.publish(SPACE);
    model_settle();
    assert_breach("not aligned to it");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, one_page, stop)
    const struct CMUnitTest tests[] = {
        CASE(rule__a_contiguous_group_is_aligned),
        CASE(rule__contiguous_groups_are_whole),
        CASE(rule__a_split_breaks_first),
        CASE(rule__a_split_out_of_a_cacheable_type_needs_cleaning),
        CASE(no_break__lets_leaves_change_their_size_alone),
        CASE(rule__walkers_meet_no_group_in_pieces),
        CASE(rule__a_group_may_change_its_permissions_as_a_whole),
        CASE(rule__a_group_does_not_lose_a_member),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
