/*
 * What cutting the linear map costs: one table a leaf that is cut for the first time, however often its parts change
 * their cache mode. Folding gives all of it back, and where there is no table left a map is refused and nothing
 * changed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "iomem/iomem.h"
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/classes.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define BLOCK (2 * MIB)

enum { BLOCKS = 40, TURNS = 1000, BUFFERS = 16 };

static uint64_t blocks[BLOCKS];
static unsigned random_state;

static unsigned next_random(void)
{
    random_state = random_state * 1103515245 + 12345;
    return random_state >> 16 & 0x7fff;
}

static uint64_t linear(uint64_t pa)
{
    return (uintptr_t)port_linear(pa);
}

static bool set_mode(IOMemoryDescriptorRef page, IOOptionBits mode)
{
    IOMemoryMapRef map = IOMemoryDescriptorMap(page, mode);

    if (map)
        release(map);
    return map != NULL;
}

/* A page anywhere in the blocks, not cached and cached again. */
static void change_page(void)
{
    uint64_t pa = blocks[next_random() % BLOCKS] + next_random() % (BLOCK / PAGE) * PAGE;
    IOMemoryDescriptorRef page = IOMemoryDescriptorCreateWithPhysicalAddress(pa, PAGE, kIODirectionInOut);

    CHECK(set_mode(page, kIOMapWriteCombineCache));
    CHECK(set_mode(page, kIOMapCopybackCache));
    release(page);
}

/* A buffer that is not cached takes the place of an older one. */
static void change_buffer(void)
{
    static IOMemoryDescriptorRef buffers[BUFFERS];
    unsigned at = next_random() % BUFFERS;

    if (buffers[at])
        release(buffers[at]);
    buffers[at] =
        make_buffer(kernel_task, kIODirectionInOut | kIOMapWriteCombineCache, (1 + next_random() % 40) * PAGE);
    CHECK(buffers[at] != NULL);
}

static void pages_change_at_random(void)
{
    random_state = 1;
    for (unsigned turn = 0; turn < TURNS; turn++)
        change_page();
}

/* To what it can be at most. */
static void fold_all(void)
{
    for (unsigned i = 0; i < BLOCKS; i++)
        CHECK(mmu_fold(mmu_kernel_space(), linear(blocks[i]), BLOCK) >= 0);
}

/* Tables that the space keeps ready are none that are lost. */
static struct machine_use use(void)
{
    struct machine_use now = machine_use();
    struct mmu_stats stats;

    mmu_get_stats(mmu_kernel_space(), &stats);
    now.free += stats.pool_free * PAGE;
    return now;
}

static void cuts__cost_a_table_a_leaf_and_no_more(void)
{
    struct machine_use before = use(), once, twice, after;
    uint64_t leaves = BLOCKS * BLOCK / MIB + BLOCKS; /* of the short descriptors' size; and 1 GiB becomes many */

    pages_change_at_random();
    once = use();
    pages_change_at_random();
    twice = use();
    fold_all();
    after = use();
    tap_note("%d changes: %u tables more, after folding %d", TURNS, (unsigned)(once.tables - before.tables),
             (int)(after.tables - before.tables));
    CHECK(once.tables > before.tables && once.tables - before.tables <= leaves);
    CHECK(before.free - once.free <= (once.tables - before.tables) * PAGE);
    CHECK(twice.tables == once.tables && twice.free == once.free);
    CHECK(after.tables <= before.tables + 1 && after.free + PAGE >= before.free); /* a GiB that was cut stays so */
}

/* The lowest frames come first: after some turns all of the leaves that buffers lie in have been cut. */
static void buffers__cost_no_more_the_longer_they_come_and_go(void)
{
    struct machine_use half;

    random_state = 2;
    for (unsigned turn = 0; turn < TURNS; turn++)
        change_buffer();
    half = machine_use();
    for (unsigned turn = 0; turn < TURNS; turn++)
        change_buffer();
    CHECK(machine_use().tables <= half.tables + 2);
}

/* ---- no table left ----------------------------------------------------------------------------------------------- */

static struct {
    uint64_t pa[1024], size[1024];
    unsigned count;
} hoard;

static void take_all_frames(void)
{
    for (uint64_t size = GIB; size >= PAGE; size /= 2)
        for (uint64_t pa; hoard.count < 1024 && (pa = port_frame_alloc(size, PAGE, UINT64_MAX)) != PORT_NO_FRAME;) {
            hoard.pa[hoard.count] = pa;
            hoard.size[hoard.count++] = size;
        }
}

static void give_frames_back(void)
{
    while (hoard.count-- > 0)
        port_frame_free(hoard.pa[hoard.count], hoard.size[hoard.count]);
    hoard.count = 0;
}

static size_t leaf_size(uint64_t va)
{
    struct live_leaf leaf;

    return live_find(va, &leaf) && leaf.mair == 0xff ? (size_t)leaf.size : 0;
}

/* A page of each block is to be uncached: as many can be as tables are at hand. */
static unsigned cut_each(IOMemoryDescriptorRef *pages)
{
    unsigned done = 0;

    for (unsigned i = 0; i < BLOCKS; i++) {
        uint64_t va = linear(blocks[i] + 5 * PAGE);
        size_t size = leaf_size(va);
        struct machine_use before = machine_use();

        if (set_mode(pages[i], kIOMapWriteCombineCache)) {
            done++;
            continue;
        }
        CHECK_EQ(leaf_size(va), size);
        CHECK_EQ(machine_use().tables, before.tables);
        CHECK_EQ(machine_use().free, before.free);
    }
    return done;
}

static void cut__is_refused_where_there_is_no_table(void)
{
    static IOMemoryDescriptorRef pages[BLOCKS];
    struct mmu_stats stats;
    unsigned done;

    for (unsigned i = 0; i < BLOCKS; i++)
        pages[i] = IOMemoryDescriptorCreateWithPhysicalAddress(blocks[i] + 5 * PAGE, PAGE, kIODirectionInOut);
    free(malloc(64 * 1024)); /* what the classes need is in the heap */
    take_all_frames();
    mmu_get_stats(mmu_kernel_space(), &stats);
    done = cut_each(pages);
    tap_note("%u of %d with %u tables at hand", done, BLOCKS, (unsigned)stats.pool_free);
    CHECK(done <= stats.pool_free && done < BLOCKS);
    give_frames_back();
    CHECK_EQ(cut_each(pages), BLOCKS);
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK(set_mode(pages[i], kIOMapCopybackCache));
        release(pages[i]);
    }
}

int main(void)
{
    warm_up();
    for (unsigned i = 0; i < BLOCKS; i++)
        if ((blocks[i] = port_frame_alloc(BLOCK, BLOCK, UINT64_MAX)) == PORT_NO_FRAME) {
            printf("1..0 # SKIP there is less RAM than %d blocks of 2 MiB\n", BLOCKS);
            return 0;
        }
    TAP_RUN(cuts__cost_a_table_a_leaf_and_no_more);
    TAP_RUN(cut__is_refused_where_there_is_no_table);
    TAP_RUN(buffers__cost_no_more_the_longer_they_come_and_go);
    for (unsigned i = 0; i < BLOCKS; i++)
        port_frame_free(blocks[i], BLOCK);
    return tap_done();
}
