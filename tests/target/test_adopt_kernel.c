/*
 * The tables that the startup code has built and that this core runs on, adopted by the registers alone: counted,
 * walked and compared with AT, then changed while the runtime runs on them, which from then on goes through the new
 * space too.
 *
 * QEMU: -smp 4
 */
#include <stdlib.h>
#include <string.h>

#include "iomem/port.h"
#include "tests/target/adopted.h"
#include "tests/target/at.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/team.h"
#include "tests/target/touch.h"

#define BLOCK (2 * MIB)
#define RW    (MMU_WRITEBACK | MMU_WRITE)

enum { QUESTIONS = 20000 };

static struct mmu_space space;

static uint64_t next_random(void)
{
    static uint64_t state = 1;

    state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return state >> 20;
}

static void check_count(void)
{
    CHECK_EQ(space.tables, live_tables());
}

/* ---- as they stand ---- */

static bool agrees(void *context, const struct live_leaf *leaf)
{
    uint64_t offset = next_random() % leaf->size, va = leaf->va + offset;
    bool write = leaf->el1 & LIVE_W;
    struct mmu_leaf found;

    (void)context;
    return CHECK_EQ(mmu_walk(&space, va, &found), MMU_OK) && CHECK_EQ(found.pa, leaf->pa + offset) &&
           CHECK_EQ(found.size, leaf->size) && CHECK_EQ(!!(found.attr & MMU_WRITE), write) &&
           CHECK_EQ(at_mair_here(at_mair_of_type(found.attr)), leaf->mair) &&
           CHECK_EQ(at_translate(va, AT_EL1_READ).pa, found.pa) &&
           CHECK_EQ(at_translate(va, AT_EL1_WRITE).result, write ? AT_OK : AT_PERMISSION);
}

static void tables__are_counted_as_they_are_reached(void)
{
    struct mmu_stats before;

    mmu_get_stats(mmu_kernel_space(), &before);
    CHECK_EQ(adopted_open(&space), MMU_OK);
    CHECK_EQ(space.tables, before.tables);
    CHECK_EQ(space.root, mmu_kernel_space()->root); /* with the count of its entries */
    CHECK_EQ(mmu_space_root(&space), mmu_space_root(mmu_kernel_space()));
    check_count();
}

static void every_leaf__is_what_the_cpu_has(void)
{
    CHECK(live_visit(agrees, NULL) > 100);
}

/* Half of them where something is mapped, mostly */
static void any_address__is_what_the_cpu_has(void)
{
    unsigned mapped = 0;

    for (unsigned i = 0; i < QUESTIONS; i++) {
        uint64_t off = next_random() % space.span, pa = 0;
        uint64_t va = i & 1 ? space.base + off : (uintptr_t)port_linear(RAM_PA) + off % (64 * MIB);
        int result = mmu_translate(&space, va, &pa);
        struct at at = at_translate(va, AT_EL1_READ);

        if (!CHECK_EQ(result, at.result == AT_OK ? MMU_OK : MMU_NOT_MAPPED) || !CHECK_EQ(pa, at.pa))
            return;
        mapped += result == MMU_OK;
    }
    CHECK(mapped > 0 && mapped < QUESTIONS);
}

/* ---- changed ---- */

static void runtime__goes_on_with_them(void)
{
    char *memory;

    CHECK(adopted_take_over(&space));
    CHECK(mmu_kernel_space() == &space);
    check_count();
    memory = malloc(4 * MIB);
    if (CHECK(memory != NULL))
        memset(memory, 1, 4 * MIB);
    check_count();
    free(memory);
}

static void page__comes_changes_and_goes(void)
{
    uint64_t frame = port_frame_alloc(PAGE, PAGE, UINT64_MAX), va = machine_corner() + 5 * PAGE;
    size_t tables = space.tables;

    if (!CHECK(frame != PORT_NO_FRAME))
        return;
    CHECK_EQ(mmu_map(&space, &(struct mmu_range){va, frame, PAGE, RW}), MMU_OK);
    check_count();
    CHECK(touch_write(va + 7, 0x17).done);
    CHECK_EQ(*((volatile uint8_t *)port_linear(frame) + 7), 0x17);
    CHECK_EQ(mmu_protect(&space, va, PAGE, MMU_WRITEBACK), MMU_OK);
    CHECK_REFUSED(touch_write(va, 1), FAULT_PERMISSION);
    CHECK_EQ(touch_read(va + 7).value, 0x17);
    CHECK_EQ(mmu_unmap(&space, va, PAGE), MMU_OK);
    CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    CHECK_EQ(space.tables, tables);
    check_count();
    port_frame_free(frame, PAGE);
}

/* RAM in one leaf or group that is larger than a page, and it may be broken */
static uint64_t block_frames(void)
{
    uint64_t pa = port_frame_alloc(BLOCK, BLOCK, UINT64_MAX);
    struct live_leaf leaf;

    if (CHECK(pa != PORT_NO_FRAME) && CHECK(live_find((uintptr_t)port_linear(pa), &leaf)) && CHECK(leaf.size > PAGE))
        return pa;
    return PORT_NO_FRAME;
}

static void check_words(const volatile uint64_t *words, unsigned hole)
{
    for (unsigned i = 0; i < BLOCK / PAGE; i++)
        if (i != hole && !CHECK_EQ(words[i * PAGE / 8], i))
            return;
}

/* A page of the linear map goes, of another one the type changes, and a fold makes the leaves as they were. */
static void block__is_cut_and_folded_back(void)
{
    uint64_t pa = block_frames(), va = (uintptr_t)port_linear(pa);
    struct mmu_range hole = {va + 100 * PAGE, pa + 100 * PAGE, PAGE, RW};
    volatile uint64_t *words = (volatile uint64_t *)(uintptr_t)va;
    struct live_leaf before, after;
    size_t tables = space.tables;

    if (pa == PORT_NO_FRAME || !CHECK(live_find(va, &before)))
        return;
    for (unsigned i = 0; i < BLOCK / PAGE; i++)
        words[i * PAGE / 8] = i;
    CHECK_EQ(mmu_unmap(&space, hole.va, PAGE), MMU_OK);
    CHECK(space.tables > tables);
    check_count();
    CHECK_REFUSED(touch_read(hole.va), FAULT_UNMAPPED);
    check_words(words, 100);
    CHECK_EQ(mmu_protect(&space, va + 200 * PAGE, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_OK);
    CHECK(at_agrees(at_translate(va + 200 * PAGE, AT_EL1_READ), pa + 200 * PAGE, at_mair_of_type(MMU_UNCACHED)));
    CHECK_EQ(mmu_map(&space, &hole), MMU_OK);
    check_words(words, BLOCK / PAGE);
    CHECK_EQ(mmu_protect(&space, va + 200 * PAGE, PAGE, RW), MMU_OK);
    CHECK(mmu_fold(&space, va & ~(before.size - 1), before.size) >= 0);
    check_words(words, BLOCK / PAGE);
    CHECK(live_find(va, &after) && after.descriptor == before.descriptor);
    CHECK_EQ(space.tables, tables);
    check_count();
    port_frame_free(pa, BLOCK);
}

/* ---- what must stay ---- */

static void what_the_runtime_stands_on__is_not_broken(void)
{
    static char data[2 * PAGE];
    uint64_t here = (uintptr_t)&here & ~(PAGE - 1), code = (uintptr_t)adopted_open & ~(PAGE - 1);
    uint64_t mine = ((uintptr_t)data + PAGE - 1) & ~(PAGE - 1);
    struct live_leaf before, after;

    CHECK(live_find(here, &before));
    CHECK_EQ(mmu_protect(&space, here, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_BUSY);
    CHECK_EQ(mmu_fold(&space, here, PAGE), MMU_BUSY);
    CHECK(live_find(here, &after) && after.descriptor == before.descriptor);
    CHECK_EQ(mmu_fold(&space, code, PAGE), MMU_BUSY);
    CHECK(live_find(code, &before));
    CHECK_EQ(mmu_fold(&space, (uintptr_t)before.slot & ~(PAGE - 1), PAGE), MMU_BUSY); /* a table */
    CHECK_EQ(mmu_protect(&space, mine, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_OK);      /* one page of data alone may */
    CHECK_EQ(mmu_protect(&space, mine, PAGE, RW), MMU_OK);
}

/* A leaf of which the owner keeps one page: no call cuts it, unless the core needs no break for that. */
static void block_that_its_owner_keeps__is_not_cut(void)
{
    uint64_t pa = block_frames(), va = (uintptr_t)port_linear(pa);
    int cut = space.no_break ? MMU_OK : MMU_BUSY;
    struct live_leaf before, after;

    if (pa == PORT_NO_FRAME || !CHECK(live_find(va, &before)))
        return;
    CHECK_EQ(mmu_space_keep(&space, va + 7 * PAGE, PAGE), MMU_OK);
    CHECK_EQ(mmu_protect(&space, va + 7 * PAGE, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_BUSY);
    CHECK_EQ(mmu_protect(&space, va, PAGE, MMU_WRITEBACK), cut);
    CHECK_EQ(mmu_unmap(&space, va + PAGE, PAGE), cut);
    CHECK_EQ(mmu_fold(&space, va, BLOCK), MMU_BUSY);
    CHECK(live_find(va + 7 * PAGE, &after) && (space.no_break || after.descriptor == before.descriptor));
    CHECK(touch_write(va + 7 * PAGE, 1).done);
    check_count();
}

/* ---- the rest of the runtime ---- */

static volatile unsigned came;

static void come(void *unused)
{
    char *memory = malloc(300 * PAGE);

    (void)unused;
    if (memory)
        memset(memory, cpu_self(), 300 * PAGE);
    free(memory);
    __atomic_add_fetch(&came, memory != NULL, __ATOMIC_RELAXED);
}

/* Their stacks are mapped through the new space, their TTBR1 is its root. */
static void other_cores__start_on_them(void)
{
    CHECK(team_run(come, NULL));
    CHECK_EQ(came, cpu_count());
    check_count();
}

int main(void)
{
    TAP_RUN(tables__are_counted_as_they_are_reached);
    TAP_RUN(every_leaf__is_what_the_cpu_has);
    TAP_RUN(any_address__is_what_the_cpu_has);
    TAP_RUN(runtime__goes_on_with_them);
    TAP_RUN(page__comes_changes_and_goes);
    TAP_RUN(block__is_cut_and_folded_back);
    TAP_RUN(what_the_runtime_stands_on__is_not_broken);
    TAP_RUN(other_cores__start_on_them);
    TAP_RUN(block_that_its_owner_keeps__is_not_cut);
    return tap_done();
}
