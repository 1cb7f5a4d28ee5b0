/*
 * Tables changed by all cores at once while others read and write through them: every change stands, and
 * from the moment a call has returned no core sees what was there before.
 *
 * QEMU: -smp 4
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

#define SECONDS(n) ((clock_t)((n)*CLOCKS_PER_SEC))

enum { FRAMES = 4, PAGES = 32 };

static uint64_t frames[TEAM_MAX][FRAMES]; /* each filled with a byte of its own: mark() */
static int wrong[TEAM_MAX];               /* what a core saw that it must not */
static unsigned rounds[TEAM_MAX];
static clock_t end, last;

static uint8_t mark(int core, unsigned frame)
{
    return (uint8_t)(0x10 + core * FRAMES + (int)frame);
}

static void make_frames(void)
{
    for (int core = 0; core < cpu_count(); core++)
        for (unsigned i = 0; i < FRAMES; i++) {
            frames[core][i] = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
            memset(port_linear(frames[core][i]), mark(core, i), PAGE);
        }
}

static void free_frames(void)
{
    for (int core = 0; core < cpu_count(); core++)
        for (unsigned i = 0; i < FRAMES; i++)
            port_frame_free(frames[core][i], PAGE);
}

static int map_frame(uint64_t va, int core, unsigned frame, uint32_t attr)
{
    struct mmu_range range = {va, frames[core][frame], PAGE, MMU_WRITEBACK | attr};

    return mmu_map(mmu_kernel_space(), &range);
}

static void expect(bool good)
{
    wrong[cpu_self()] += !good;
}

/* The time is over; or goes on, but not for ever, for a core that the host has given none yet. */
static bool time_is_over(void)
{
    bool all = true;

    for (int core = 0; core < cpu_count(); core++)
        all &= __atomic_load_n(&rounds[core], __ATOMIC_RELAXED) > 0;
    return clock() >= (all ? end : last);
}

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245 + 12345;
    return *state >> 16;
}

/* Every core did something, and none saw anything wrong. */
static void check_all(void (*run)(void *), int seconds)
{
    struct machine_use before;

    make_frames();
    memset(wrong, 0, sizeof wrong);
    memset(rounds, 0, sizeof rounds);
    before = machine_use();
    end = clock() + SECONDS(seconds);
    last = end + SECONDS(30);
    CHECK(team_run(run, NULL));
    for (int core = 0; core < cpu_count(); core++) {
        CHECK(rounds[core] > 0);
        CHECK_EQ(wrong[core], 0);
    }
    CHECK_EQ(machine_use().tables, before.tables);
    free_frames();
}

/* ---- each core in pages of its own, in the same tables ----------------------------------------------------------- */

struct page {
    bool mapped, writable;
    unsigned frame;
};

/* The cores' pages alternate, so that all of them change every table. */
static uint64_t private_va(int core, unsigned page)
{
    return machine_corner() + (page * TEAM_MAX + (unsigned)core) * PAGE + (page & 1) * 4 * MIB;
}

static void look_at(uint64_t va, const struct page *page)
{
    int core = cpu_self();
    struct touch load = touch_read(va), store = touch_write(va + 1, mark(core, page->frame));

    expect(load.done == page->mapped && store.done == (page->mapped && page->writable));
    expect(!load.done || load.value == mark(core, page->frame));
    expect(load.done || load.fault.verdict == FAULT_UNMAPPED);
}

static void change(uint64_t va, struct page *page, unsigned random)
{
    int core = cpu_self(), error = MMU_OK;

    if (!page->mapped) {
        *page = (struct page){true, random & 4, random & 3};
        error = map_frame(va, core, page->frame, page->writable ? MMU_WRITE : 0);
    } else if (random & 8) {
        page->writable = !page->writable;
        error = mmu_protect(mmu_kernel_space(), va, PAGE, MMU_WRITEBACK | (page->writable ? MMU_WRITE : 0));
    } else {
        page->mapped = false;
        error = mmu_unmap(mmu_kernel_space(), va, PAGE);
    }
    expect(error == MMU_OK);
}

static void change_own_pages(void *unused)
{
    struct page pages[PAGES] = {{0}};
    int core = cpu_self();
    unsigned random = (unsigned)core + 1;

    (void)unused;
    while (!time_is_over()) {
        unsigned at = next_random(&random) % PAGES;

        change(private_va(core, at), &pages[at], next_random(&random));
        look_at(private_va(core, at), &pages[at]);
        at = next_random(&random) % PAGES;
        look_at(private_va(core, at), &pages[at]);
        rounds[core]++;
    }
    for (unsigned at = 0; at < PAGES; at++)
        if (pages[at].mapped)
            expect(mmu_unmap(mmu_kernel_space(), private_va(core, at), PAGE) == MMU_OK);
}

static void cores__change_neighbouring_pages_at_once(void)
{
    check_all(change_own_pages, 3);
}

/* ---- all cores want the same pages ------------------------------------------------------------------------------- */

static int owner[PAGES]; /* core + 1 */

static void contend(void *unused)
{
    int core = cpu_self(), nobody;
    unsigned random = (unsigned)core + 1;

    (void)unused;
    while (!time_is_over()) {
        unsigned at = next_random(&random) % 4, frame = next_random(&random) % FRAMES;
        uint64_t va = machine_corner() + at * PAGE;
        int error = map_frame(va, core, frame, 0);

        rounds[core]++;
        if (error != MMU_OK) {
            expect(error == MMU_OVERLAP);
            continue;
        }
        nobody = 0;
        expect(__atomic_compare_exchange_n(&owner[at], &nobody, core + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
        expect(touch_read(va).value == mark(core, frame));
        __atomic_store_n(&owner[at], 0, __ATOMIC_RELEASE);
        expect(mmu_unmap(mmu_kernel_space(), va, PAGE) == MMU_OK);
    }
}

static void map__lets_one_core_have_a_page(void)
{
    memset(owner, 0, sizeof owner);
    check_all(contend, 2);
}

/* ---- one core changes, the others look --------------------------------------------------------------------------- */

/* What has been so since the writer's call returned: 4 * generation + one of these. */
enum { UNMAPPED, CHANGING, READ_ONLY, WRITABLE };
static uint64_t state;

static void publish(uint64_t generation, unsigned what)
{
    __atomic_store_n(&state, 4 * generation + what, __ATOMIC_RELEASE);
}

static void change_one_page(void)
{
    uint64_t va = machine_corner(), generation = 0;

    for (; !time_is_over(); generation++) {
        publish(generation, CHANGING);
        expect(map_frame(va, 0, generation % FRAMES, MMU_WRITE) == MMU_OK);
        publish(generation, WRITABLE);
        for (volatile int i = 0; i < 200; i++)
            ;
        publish(generation, CHANGING);
        expect(mmu_protect(mmu_kernel_space(), va, PAGE, MMU_WRITEBACK) == MMU_OK);
        publish(generation, READ_ONLY);
        for (volatile int i = 0; i < 200; i++)
            ;
        publish(generation, CHANGING);
        expect(mmu_unmap(mmu_kernel_space(), va, PAGE) == MMU_OK);
        publish(generation, UNMAPPED);
        for (volatile int i = 0; i < 200; i++)
            ;
        rounds[0]++;
    }
    publish(generation, CHANGING);
}

/* An access that began and ended within one state must have gone as that state says. */
static void watch_one_page(void)
{
    uint64_t va = machine_corner(), before, after;
    int core = cpu_self();
    unsigned seen = 0;

    while (!time_is_over()) {
        struct touch touched;
        bool store = seen & 1;

        before = __atomic_load_n(&state, __ATOMIC_ACQUIRE);
        touched = store ? touch_write(va + 64 + (unsigned)core, mark(0, before / 4 % FRAMES)) : touch_read(va);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        after = __atomic_load_n(&state, __ATOMIC_RELAXED);
        if (before != after || before % 4 == CHANGING)
            continue;
        expect(touched.done == (before % 4 == WRITABLE || (before % 4 == READ_ONLY && !store)));
        expect(store || !touched.done || touched.value == mark(0, before / 4 % FRAMES));
        rounds[core] = ++seen;
    }
}

static void change_or_watch(void *unused)
{
    (void)unused;
    if (cpu_self() == 0)
        change_one_page();
    else
        watch_one_page();
}

static void unmap_and_protect__leave_nothing_stale_on_any_core(void)
{
    publish(0, CHANGING);
    check_all(change_or_watch, 4);
}

static void nothing(void *unused)
{
    (void)unused;
}

int main(void)
{
    if (cpu_count() < 2) {
        printf("1..0 # SKIP one core\n");
        return 0;
    }
    team_run(nothing, NULL); /* the cores have their stacks before tables are counted */
    TAP_RUN(cores__change_neighbouring_pages_at_once);
    TAP_RUN(map__lets_one_core_have_a_page);
    TAP_RUN(unmap_and_protect__leave_nothing_stale_on_any_core);
    return tap_done();
}
