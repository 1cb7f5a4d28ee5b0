/* Remaps, unmaps and new rights, seen by real accesses: what a forgotten TLB entry would spoil. */
#include <string.h>

#include "iomem/port.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "tests/target/at.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define MIB2   (2 * MIB)
#define RAM    (MMU_WRITEBACK | MMU_WRITE)
#define FRAMES 16u

static uint64_t frames; /* FRAMES pages; page i starts with the byte 0x10 + i */

static uint64_t frame(unsigned i)
{
    return frames + i * PAGE;
}

static void fill_frames(void)
{
    for (unsigned i = 0; i < FRAMES; i++)
        memset(port_linear(frame(i)), (int)(0x10 + i), PAGE);
}

static bool map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    struct mmu_range range = {va, pa, size, attr};

    return CHECK_EQ(mmu_map(mmu_kernel_space(), &range), MMU_OK);
}

static void unmap(uint64_t va, uint64_t size)
{
    CHECK_EQ(mmu_unmap(mmu_kernel_space(), va, size), MMU_OK);
}

static void remap__is_seen_by_the_next_load(void)
{
    uint64_t va = machine_corner();

    for (unsigned i = 0; i < 200; i++) {
        unsigned which = i % FRAMES;

        if (!map(va, frame(which), PAGE, RAM))
            return;
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)va, 0x10 + which);
        CHECK_EQ(*(volatile uint8_t *)(uintptr_t)(va + PAGE - 1), 0x10 + which);
        unmap(va, PAGE);
        CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    }
}

static void remap__is_seen_by_the_next_store(void)
{
    uint64_t va = machine_corner();
    volatile uint8_t *first = port_linear(frame(0)), *second = port_linear(frame(1));

    map(va, frame(0), PAGE, RAM);
    *(volatile uint8_t *)(uintptr_t)va = 0xa0;
    unmap(va, PAGE);
    map(va, frame(1), PAGE, RAM);
    *(volatile uint8_t *)(uintptr_t)va = 0xa1;
    unmap(va, PAGE);
    CHECK_EQ(*first, 0xa0);
    CHECK_EQ(*second, 0xa1);
    CHECK_REFUSED(touch_write(va, 0xee), FAULT_UNMAPPED);
    CHECK_EQ(*second, 0xa1);
    fill_frames();
}

static void protect__is_seen_by_the_next_access(void)
{
    uint64_t va = machine_corner();

    map(va, frame(0), PAGE, RAM);
    for (unsigned i = 0; i < 50; i++) {
        CHECK(touch_write(va, (uint8_t)i).done);
        CHECK_EQ(mmu_protect(mmu_kernel_space(), va, PAGE, MMU_WRITEBACK), MMU_OK);
        CHECK_REFUSED(touch_write(va, 0xee), FAULT_PERMISSION);
        CHECK_EQ(touch_read(va).value, i);
        CHECK_EQ(mmu_protect(mmu_kernel_space(), va, PAGE, RAM | MMU_USER), MMU_OK);
        CHECK_EQ(touch_read_el0(va).value, i);
        CHECK_EQ(mmu_protect(mmu_kernel_space(), va, PAGE, RAM), MMU_OK);
        CHECK_REFUSED(touch_read_el0(va), FAULT_PERMISSION);
    }
    unmap(va, PAGE);
    fill_frames();
}

static void protect__to_another_type_keeps_the_data(void)
{
    static const uint32_t types[] = {MMU_UNCACHED, MMU_WRITEBACK, MMU_DEVICE_GRE, MMU_WRITETHROUGH, MMU_WRITEBACK};
    uint64_t va = machine_corner();

    map(va, frame(0), 2 * PAGE, RAM);
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        volatile uint64_t *word = (volatile uint64_t *)(uintptr_t)(va + PAGE);

        *word = 0x0123456789abcdef + i;
        CHECK_EQ(mmu_protect(mmu_kernel_space(), va, 2 * PAGE, types[i] | MMU_WRITE), MMU_OK);
        CHECK_EQ(*word, 0x0123456789abcdef + i);
        CHECK(at_agrees(at_translate(va + PAGE, AT_EL1_WRITE), frame(1), at_mair_of_type(types[i])));
    }
    unmap(va, 2 * PAGE);
    fill_frames();
}

/* Write a function that returns `value` and map it executable. */
static void map_code(uint64_t va, unsigned which, uint32_t value)
{
    uint32_t *code = port_linear(frame(which));

    touch_write_function(code, value);
    cache_sync_instructions(code, 8);
    map(va, frame(which), PAGE, MMU_WRITEBACK | MMU_EXEC);
}

static void remap__is_seen_by_the_next_fetch(void)
{
    uint64_t va = machine_corner();

    for (unsigned i = 0; i < 20; i++) {
        map_code(va, i % 2, i);
        CHECK_EQ(((uint32_t(*)(void))(uintptr_t)va)(), i);
        unmap(va, PAGE);
        CHECK_REFUSED(touch_execute(va), FAULT_UNMAPPED);
    }
    map_code(va, 0, 99);
    CHECK_EQ(((uint32_t(*)(void))(uintptr_t)va)(), 99);
    CHECK_EQ(mmu_protect(mmu_kernel_space(), va, PAGE, RAM), MMU_OK);
    CHECK_REFUSED(touch_execute(va), FAULT_PERMISSION);
    unmap(va, PAGE);
    fill_frames();
}

static void unmap__in_the_middle_leaves_the_rest(void)
{
    uint64_t va = machine_corner();

    map(va, frames, FRAMES * PAGE, RAM);
    for (unsigned i = 0; i < FRAMES; i++)
        CHECK_EQ(touch_read(va + i * PAGE).value, 0x10 + i);
    unmap(va + 5 * PAGE, 3 * PAGE);
    for (unsigned i = 0; i < FRAMES; i++) {
        if (i >= 5 && i < 8)
            CHECK_REFUSED(touch_read(va + i * PAGE), FAULT_UNMAPPED);
        else
            CHECK_EQ(touch_read(va + i * PAGE).value, 0x10 + i);
    }
    map(va + 5 * PAGE, frame(0), 3 * PAGE, RAM);
    CHECK_EQ(touch_read(va + 5 * PAGE).value, 0x10);
    CHECK_EQ(touch_read(va + 8 * PAGE).value, 0x18);
    unmap(va, FRAMES * PAGE);
}

/* 1200 pages in four tables, each loaded, so that every one is in the TLB when it goes. */
static void many_pages__go_at_once(void)
{
    enum { PAGES = 1200 };
    uint64_t va = machine_corner() + MIB2 - 8 * PAGE;
    unsigned bad = 0;

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < PAGES; i++)
            map(va + i * PAGE, frame((i + round) % FRAMES), PAGE, RAM);
        for (unsigned i = 0; i < PAGES; i++)
            bad += *(volatile uint8_t *)(uintptr_t)(va + i * PAGE) != 0x10 + (i + round) % FRAMES;
        CHECK_EQ(bad, 0);
        unmap(va, PAGES * PAGE);
        for (unsigned i = 0; i < PAGES; i++)
            bad += touch_read(va + i * PAGE).done;
        CHECK_EQ(bad, 0);
    }
}

/* The same address as a block, as pages, and as a block again: tables come and go under it. */
static void blocks_and_pages__take_turns(void)
{
    uint64_t block = port_frame_alloc(MIB2, MIB2, UINT64_MAX), va = machine_corner() + 3 * MIB2;
    volatile uint8_t *first, *last;

    if (!CHECK(block != PORT_NO_FRAME))
        return;
    first = port_linear(block);
    last = first + MIB2 - 1;
    for (unsigned i = 0; i < 10; i++) {
        *first = (uint8_t)(0x80 + i);
        *last = (uint8_t)(0x90 + i);
        map(va, block, MIB2, RAM);
        CHECK_EQ(touch_read(va).value, 0x80 + i);
        CHECK_EQ(touch_read(va + MIB2 - 1).value, 0x90 + i);
        unmap(va, MIB2);
        CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
        map(va, frame(i), PAGE, RAM);
        map(va + MIB2 - PAGE, frame(i + 1), PAGE, RAM);
        CHECK_EQ(touch_read(va).value, 0x10 + i);
        CHECK_EQ(touch_read(va + MIB2 - 1).value, 0x11 + i);
        CHECK_REFUSED(touch_read(va + PAGE), FAULT_UNMAPPED);
        unmap(va, PAGE);
        unmap(va + MIB2 - PAGE, PAGE);
        CHECK_REFUSED(touch_read(va + MIB2 - 1), FAULT_UNMAPPED);
    }
    port_frame_free(block, MIB2);
}

/* A table that was freed may hold anything: no walk may still go through it. */
static void freed_tables__are_walked_no_more(void)
{
    enum { SPARE = 256 };
    static uint64_t spare[SPARE];
    uint64_t va = machine_corner() + machine_room() / 2;
    struct mmu_stats before, during, after;

    mmu_get_stats(mmu_kernel_space(), &before);
    for (unsigned i = 0; i < 32; i++) /* 32 tables of pages, and one above them where no other map needs it already */
        map(va + i * MIB2, frame(i % FRAMES), PAGE, RAM);
    for (unsigned i = 0; i < 32; i++)
        CHECK_EQ(touch_read(va + i * MIB2).value, 0x10 + i % FRAMES);
    mmu_get_stats(mmu_kernel_space(), &during);
    CHECK_EQ(during.tables, before.tables + (sizeof(void *) == 8 ? 33 : 32));
    CHECK(during.tables_peak >= during.tables);
    for (unsigned i = 0; i < 32; i++)
        unmap(va + i * MIB2, PAGE);
    mmu_get_stats(mmu_kernel_space(), &after);
    CHECK_EQ(after.tables, before.tables);
    /* Whoever gets the frames now fills them with what would be valid, writable entries. */
    for (unsigned i = 0; i < SPARE; i++) {
        spare[i] = port_frame_alloc(PAGE, PAGE, UINT64_MAX);
        uint64_t *words = port_linear(spare[i]);
        for (unsigned k = 0; k < PAGE / 8; k++)
            words[k] = frame(0) | 0x60000000000703;
    }
    for (unsigned i = 0; i < 32; i++) {
        CHECK_REFUSED(touch_read(va + i * MIB2), FAULT_UNMAPPED);
        CHECK_REFUSED(touch_read(va + i * MIB2 + PAGE), FAULT_UNMAPPED);
    }
    for (unsigned i = 0; i < SPARE; i++)
        port_frame_free(spare[i], PAGE);
}

static void tag__makes_a_mapped_page_fault(void)
{
    uint64_t va = machine_corner();
    struct mmu_leaf leaf = {0};

    map(va, frames, 3 * PAGE, RAM);
    CHECK_EQ(touch_read(va + PAGE).value, 0x11);
    CHECK_EQ(mmu_tag(mmu_kernel_space(), va + PAGE, PAGE, MMU_TAG_RESERVED, 0x5000), MMU_OK);
    CHECK_REFUSED(touch_read(va + PAGE), FAULT_UNMAPPED);
    CHECK_EQ(mmu_walk(mmu_kernel_space(), va + PAGE, &leaf), MMU_NOT_MAPPED);
    CHECK(leaf.tag == MMU_TAG_RESERVED && leaf.pa == 0x5000);
    CHECK_EQ(touch_read(va).value, 0x10);
    CHECK_EQ(touch_read(va + 2 * PAGE).value, 0x12);
    struct mmu_range again = {va + PAGE, frame(4), PAGE, RAM};
    CHECK_EQ(mmu_map(mmu_kernel_space(), &again), MMU_OVERLAP);
    CHECK_EQ(mmu_tag(mmu_kernel_space(), va + PAGE, PAGE, MMU_TAG_NONE, 0), MMU_OK);
    CHECK_EQ(mmu_map(mmu_kernel_space(), &again), MMU_OK);
    CHECK_EQ(touch_read(va + PAGE).value, 0x14);
    unmap(va, 3 * PAGE);
}

static void nothing__is_lost(void)
{
    struct machine_use before = machine_use(), after;

    for (unsigned i = 0; i < 3; i++) {
        many_pages__go_at_once();
        blocks_and_pages__take_turns();
        freed_tables__are_walked_no_more();
        tag__makes_a_mapped_page_fault();
    }
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.largest_run, before.largest_run);
    CHECK_EQ(after.tables, before.tables);
}

int main(void)
{
    frames = port_frame_alloc(FRAMES * PAGE, PAGE, UINT64_MAX);
    if (frames == PORT_NO_FRAME)
        return 1;
    fill_frames();
    TAP_RUN(remap__is_seen_by_the_next_load);
    TAP_RUN(remap__is_seen_by_the_next_store);
    TAP_RUN(protect__is_seen_by_the_next_access);
    TAP_RUN(protect__to_another_type_keeps_the_data);
    TAP_RUN(remap__is_seen_by_the_next_fetch);
    TAP_RUN(unmap__in_the_middle_leaves_the_rest);
    TAP_RUN(many_pages__go_at_once);
    TAP_RUN(blocks_and_pages__take_turns);
    TAP_RUN(freed_tables__are_walked_no_more);
    TAP_RUN(tag__makes_a_mapped_page_fault);
    TAP_RUN(nothing__is_lost);
    port_frame_free(frames, FRAMES * PAGE);
    return tap_done();
}
