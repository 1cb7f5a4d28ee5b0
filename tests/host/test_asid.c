/*
 * ASIDs over the model, whose TLBs know a space by nothing else: each space shows another page at one address, and a
 * core that gets another's has met a number that was given away too early.
 */
#include "mmu/asid.h"
#include "mmu/mmu.h"
#include "tests/host/check.h"
#include "tests/host/model.h"

#define VA    UINT64_C(0x10000000)
#define PAGE  UINT64_C(4096)
#define PA(i) (UINT64_C(0x80000000) + PAGE * (i))

enum { SPACES = 20, BITS = 3, NUMBERS = (1 << BITS) - 1 };

static struct asid_pool pool;
static struct mmu_space *spaces[SPACES];
static unsigned forgotten, forgotten_all;

static void forget(uint16_t asid)
{
    forgotten++;
    model_forget_asid(asid);
}

static void forget_all(void)
{
    forgotten_all++;
    model_forget_all();
}

static void make(unsigned i)
{
    struct model_space known = {.granule_bits = 12, .va_bits = 39};
    struct mmu_range range = {VA, PA(i), PAGE, MMU_WRITEBACK | MMU_USER};

    known.space = spaces[i] = mmu_space_create(&mmu_vmsa64_4k, 39, &model_backend);
    assert_non_null(spaces[i]);
    known.root = mmu_space_root(spaces[i]);
    model_adopt(&known);
    assert_int_equal(mmu_map(spaces[i], &range), MMU_OK);
}

static void drop(unsigned i)
{
    asid_release(&pool, spaces[i]);
    assert_int_equal(spaces[i]->asid_generation, 0);
    model_forget(spaces[i]);
    mmu_space_destroy(spaces[i]);
    spaces[i] = NULL;
}

static int open(void **state)
{
    struct model_config config = {.cores = MODEL_CORES_MAX, .seed = 11};

    (void)state;
    model_start(&config);
    asid_start(&pool, BITS, forget, forget_all);
    forgotten = forgotten_all = 0;
    for (unsigned i = 0; i < SPACES; i++)
        make(i);
    return 0;
}

static int close(void **state)
{
    (void)state;
    for (unsigned core = 0; core < MODEL_CORES_MAX; core++)
        asid_enter(&pool, core, NULL);
    for (unsigned i = 0; i < SPACES; i++)
        if (spaces[i])
            drop(i);
    assert_int_equal(model_tables(), 0);
    model_settle();
    if (model_breaches())
        fail_msg("the model saw: %s", model_breach());
    model_stop();
    return 0;
}

/* Its page, and nobody else's; it is in the TLB afterwards. */
static bool enter(unsigned core, unsigned i)
{
    bool fresh = asid_enter(&pool, core, spaces[i]);

    model_enter(core, spaces[i]);
    assert_true(spaces[i]->asid >= 1 && spaces[i]->asid <= NUMBERS);
    assert_int_equal(model_touch(core, spaces[i], VA).pa, PA(i));
    return fresh;
}

static void number__is_kept_until_all_are_taken(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 3; turn++)
        for (unsigned i = 0; i < NUMBERS; i++)
            assert_int_equal(enter(i % 2, i), turn == 0);
    assert_int_equal(forgotten_all, 0);
    assert_true(enter(0, NUMBERS));
    assert_int_equal(forgotten_all, 1);
    assert_false(enter(0, NUMBERS));
}

static void generation__leaves_the_active_their_numbers(void **state)
{
    uint16_t kept[3];

    (void)state;
    for (unsigned core = 1; core < 4; core++) {
        enter(core, core);
        kept[core - 1] = spaces[core]->asid;
    }
    for (unsigned i = 4; i < 400; i++)
        enter(0, 4 + i % (SPACES - 4));
    assert_true(forgotten_all > 50);
    for (unsigned core = 1; core < 4; core++) {
        assert_int_equal(spaces[core]->asid, kept[core - 1]);
        assert_false(enter(core, core));
    }
    asid_enter(&pool, 1, NULL);
    assert_false(asid_is_active(&pool, spaces[1]));
    assert_true(asid_is_active(&pool, spaces[2]));
}

/* A number that goes back is another's at once, and nothing of the first is left. */
static void release__gives_the_number_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NUMBERS; i++)
        enter(0, i);
    for (unsigned turn = 0; turn < 100; turn++) {
        unsigned i = turn % NUMBERS;

        asid_enter(&pool, 0, NULL);
        drop(i);
        make(i);
        assert_true(enter(0, i));
    }
    assert_int_equal(forgotten, 100);
    assert_int_equal(forgotten_all, 0);
    drop(SPACES - 1); /* has never had one */
    assert_int_equal(forgotten, 100);
}

static void random__nobody_sees_anothers_page(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 20000; turn++) {
        unsigned core = (unsigned)(model_random() % MODEL_CORES_MAX), i = (unsigned)(model_random() % SPACES);

        if (model_random() % 8) {
            enter(core, i);
        } else if (!asid_is_active(&pool, spaces[i])) {
            drop(i);
            make(i);
        }
    }
    assert_true(forgotten_all > 100);
}

static void all_sixteen_bits__are_used(void **state)
{
    static struct mmu_space many[70000];

    (void)state;
    asid_start(&pool, ASID_BITS_MAX, forget, forget_all);
    for (unsigned i = 0; i < 65535; i++) {
        assert_true(asid_enter(&pool, 0, &many[i]));
        assert_int_equal(many[i].asid, i + 1);
    }
    assert_int_equal(forgotten_all, 0);
    assert_true(asid_enter(&pool, 0, &many[65535]));
    assert_int_equal(forgotten_all, 1);
    assert_true(asid_enter(&pool, 0, &many[0]));
    asid_start(&pool, BITS, forget, forget_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(number__is_kept_until_all_are_taken, open, close),
        cmocka_unit_test_setup_teardown(generation__leaves_the_active_their_numbers, open, close),
        cmocka_unit_test_setup_teardown(release__gives_the_number_back, open, close),
        cmocka_unit_test_setup_teardown(random__nobody_sees_anothers_page, open, close),
        cmocka_unit_test_setup_teardown(all_sixteen_bits__are_used, open, close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
