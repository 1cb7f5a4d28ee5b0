#include "tests/target/split.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "iomem/port.h"
#include "mmu/cache.h"
#include "mmu/space.h"
#include "mmu/tlb.h"
#include "startup/core.h"
#include "startup/runtime.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

enum { WORDS = 16, LINE = 64, GROUP = 32, ALIASES = 64, SECONDS = 2 };

static bool cpu_has_no_break;
static struct split_field field;
static volatile bool stop;
static unsigned wrong[TEAM_MAX], rounds[TEAM_MAX];
static uint64_t counts[TEAM_MAX][WORDS]; /* what each core has stored last */

static void expect(bool good)
{
    wrong[cpu_self()] += !good;
}

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245 + 12345;
    return *state >> 16;
}

/* Words lie in even pages; odd ones change more. */
static uint64_t word_offset(unsigned word, int core)
{
    return field.from + word * (field.own / WORDS) + (uint64_t)core * LINE;
}

/* ---- who uses it ------------------------------------------------------------------------------------------------ */

static void count_up(unsigned random)
{
    int core = cpu_self();
    unsigned word = random % WORDS;
    uint64_t alias = random / WORDS % field.aliases;
    volatile uint64_t *at = (volatile uint64_t *)(uintptr_t)(field.va + alias * field.size + word_offset(word, core));

    expect(*at == counts[core][word]);
    *at = ++counts[core][word];
}

static void call(unsigned random)
{
    unsigned word = random % WORDS;
    unsigned (*function)(void) = (unsigned (*)(void))(uintptr_t)(field.va + word_offset(word, cpu_self()));

    expect(function() == word);
}

static void use(void)
{
    unsigned random = (unsigned)cpu_self() + 1;

    while (!stop) {
        if (field.attr & MMU_EXEC)
            call(next_random(&random));
        else
            count_up(next_random(&random));
        rounds[cpu_self()]++;
    }
}

/* ---- who changes it --------------------------------------------------------------------------------------------- */

static void protect(uint64_t from, uint64_t size, uint32_t attr)
{
    expect(mmu_protect(field.space, field.va + from, size, attr) == MMU_OK);
}

/* One page that nobody stores to or runs: away and back, or with other permissions and back. */
static void change_page(unsigned random)
{
    uint64_t from = field.from + (random * 2 * PAGE + PAGE) % field.own;
    struct mmu_range page = {field.va + from, field.pa + from, PAGE, field.attr};

    if (random & 64) {
        expect(mmu_unmap(field.space, page.va, PAGE) == MMU_OK);
        expect(mmu_map(field.space, &page) == MMU_OK);
    } else {
        protect(from, PAGE, MMU_WRITEBACK);
        protect(from, PAGE, field.attr);
    }
}

/* Some pages in use, of another memory type for a while */
static void change_type(unsigned random)
{
    uint64_t from = field.from + random * 8 * PAGE % field.own;

    protect(from, 5 * PAGE, (field.attr & ~(uint32_t)MMU_TYPE_MASK) | MMU_UNCACHED);
    protect(from, 5 * PAGE, field.attr);
}

static unsigned retries(void)
{
    unsigned sum = 0;

    for (int core = 0; core < cpu_count(); core++)
        sum += cores[core].retries.broken;
    return sum;
}

/* Until somebody has met a broken leaf, but not for ever. */
static void change(void)
{
    clock_t end = clock() + SECONDS * CLOCKS_PER_SEC, last = end + 5 * SECONDS * CLOCKS_PER_SEC;
    unsigned random = 1, before = retries();

    while (clock() < end || (retries() == before && clock() < last)) {
        struct mmu_leaf leaf;

        change_page(next_random(&random));
        change_type(next_random(&random));
        expect(mmu_fold(field.space, field.va, field.size) > 0);
        expect(mmu_walk(field.space, field.va + field.from, &leaf) == MMU_OK && leaf.size >= field.size / GROUP);
        rounds[0]++;
    }
}

/* Every alias is cut once, and nothing is folded. */
static void cut_all(void)
{
    unsigned random = 1;

    for (uint64_t alias = 0; alias < field.aliases; alias++) {
        uint64_t from = alias * field.size + (next_random(&random) * 2 * PAGE + PAGE) % field.own;

        protect(from, PAGE, MMU_WRITEBACK);
        for (volatile int i = 0; i < 100000; i++)
            ;
        rounds[0]++;
    }
}

static void enter(void)
{
    if (field.enter) {
        field.enter();
    } else if (field.space != mmu_kernel_space()) {
        port_space_activate(field.space);
    }
}

static void leave(void)
{
    if (field.enter) {
        field.leave();
    } else {
        port_space_activate(NULL);
    }
}

static void take_part(void *unused)
{
    (void)unused;
    enter();
    if (cpu_self() != 0) {
        use();
    } else {
        if (field.aliases > 1)
            cut_all();
        else
            change();
        stop = true;
    }
    leave();
}

/* ---- a run ------------------------------------------------------------------------------------------------------ */

/* The words start at 0; where code is wanted each is a function that returns its number. */
static void prepare(void *own)
{
    memset(counts, 0, sizeof counts);
    memset(wrong, 0, sizeof wrong);
    memset(rounds, 0, sizeof rounds);
    memset(own, 0, (size_t)field.own);
    for (unsigned word = 0; word < WORDS && field.attr & MMU_EXEC; word++)
        for (int core = 0; core < cpu_count(); core++)
            touch_write_function((uint32_t *)((char *)own + word_offset(word, core) - field.from), word);
    cache_sync_instructions(own, (size_t)field.own);
    stop = false;
}

static bool map_field(void)
{
    for (uint64_t alias = 0; alias < field.aliases && !field.there; alias++) {
        struct mmu_range range = {field.va + alias * field.size, field.pa, field.size, field.attr};

        if (!CHECK_EQ(mmu_map(field.space, &range), MMU_OK))
            return false;
    }
    return true;
}

/* What the cores stored is what the RAM holds, seen through the linear map. */
static void check_stores(const char *own)
{
    for (int core = 1; core < cpu_count() && !(field.attr & MMU_EXEC); core++)
        for (unsigned word = 0; word < WORDS; word++)
            CHECK_EQ(*(const uint64_t *)(const void *)(own + word_offset(word, core) - field.from), counts[core][word]);
}

unsigned split_run(const struct split_field *wanted)
{
    char *own = port_linear(wanted->pa + wanted->from);
    unsigned before = retries(), met;

    field = *wanted;
    prepare(own);
    if (!map_field())
        return 0;
    CHECK(team_run(take_part, NULL));
    met = retries() - before;
    for (int core = 0; core < cpu_count(); core++) {
        CHECK(rounds[core] > 0);
        CHECK_EQ(wrong[core], 0);
    }
    if (!field.there)
        CHECK_EQ(mmu_unmap(field.space, field.va, field.size * field.aliases), MMU_OK);
    check_stores(own);
    tap_note("%u cuts and folds, %u accesses tried again", rounds[0], met);
    return met;
}

static uint64_t frames(uint64_t size)
{
    uint64_t pa = port_frame_alloc(size, size, UINT64_MAX);

    CHECK(pa != PORT_NO_FRAME);
    return pa;
}

/* 2 MiB of RAM, all of one leaf or group */
static unsigned run_on(struct mmu_space *space, uint64_t va, uint64_t size, uint32_t attr)
{
    uint64_t pa = frames(size);
    unsigned met;

    if (pa == PORT_NO_FRAME)
        return 0;
    met = split_run(&(struct split_field){
        .space = space, .va = va, .pa = pa, .size = size, .own = size, .aliases = 1, .attr = attr});
    port_frame_free(pa, size);
    return met;
}

static void block__changes_under_loads_and_stores(void)
{
    unsigned met = run_on(mmu_kernel_space(), machine_corner(), 2 * MIB, MMU_WRITEBACK | MMU_WRITE);

    CHECK(met > 0); /* a fold breaks everywhere */
}

static void block__changes_under_fetches(void)
{
    CHECK(run_on(mmu_kernel_space(), machine_corner(), 2 * MIB, MMU_WRITEBACK | MMU_EXEC) > 0);
}

static void group_of_blocks__changes_under_loads_and_stores(void)
{
    run_on(mmu_kernel_space(), machine_corner(), 32 * MIB, MMU_WRITEBACK | MMU_WRITE);
}

static void linear_map__changes_under_loads_and_stores(void)
{
    uint64_t pa = frames(2 * MIB);
    unsigned met;

    met = split_run(&(struct split_field){.space = mmu_kernel_space(),
                                          .va = (uintptr_t)port_linear(pa),
                                          .pa = pa,
                                          .size = 2 * MIB,
                                          .own = 2 * MIB,
                                          .aliases = 1,
                                          .attr = MMU_WRITEBACK | MMU_WRITE,
                                          .there = true});
    port_frame_free(pa, 2 * MIB);
    CHECK(met > 0);
}

static void task_space__changes_under_loads_and_stores(void)
{
    struct mmu_space *space = port_space_create();

    if (!CHECK(space != NULL))
        return;
    CHECK(run_on(space, port_space_size() / 2, 2 * MIB, MMU_WRITEBACK | MMU_WRITE) > 0);
    CHECK(run_on(space, port_space_size() / 2, 2 * MIB, MMU_WRITEBACK | MMU_EXEC) > 0);
    port_space_destroy(space);
}

/* On a core that needs no break the rest of a block is never away. */
static void cut_block__leaves_the_rest_in_its_place(void)
{
    unsigned met;

    met = split_run(&(struct split_field){.space = mmu_kernel_space(),
                                          .va = machine_corner(),
                                          .pa = frames(2 * MIB),
                                          .size = 2 * MIB,
                                          .own = 2 * MIB,
                                          .aliases = ALIASES,
                                          .attr = MMU_WRITEBACK | MMU_WRITE});
    port_frame_free(field.pa, field.size);
    CHECK_EQ(tlb_no_break(), cpu_has_no_break);
    CHECK(!cpu_has_no_break || met == 0);
}

static void nothing(void *unused)
{
    (void)unused;
}

int split_main(bool no_break)
{
    if (cpu_count() < 2) {
        printf("1..0 # SKIP one core\n");
        return 0;
    }
    cpu_has_no_break = no_break;
    team_run(nothing, NULL);
    TAP_RUN(cut_block__leaves_the_rest_in_its_place);
    TAP_RUN(block__changes_under_loads_and_stores);
    TAP_RUN(block__changes_under_fetches);
    TAP_RUN(group_of_blocks__changes_under_loads_and_stores);
    TAP_RUN(linear_map__changes_under_loads_and_stores);
    TAP_RUN(task_space__changes_under_loads_and_stores);
    split_run_more();
    return tap_done();
}
