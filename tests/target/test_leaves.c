/* Attributes and addresses as the CPU sees them, for the seven memory types in every leaf of the 4K granule. */
#include "mmu/mmu.h"
#include "tests/target/at.h"
#include "tests/target/boot_state.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

static enum at_result granted(bool allowed)
{
    return allowed ? AT_OK : AT_PERMISSION;
}

/* One byte of a range: the address, the type, each right, and the leaf's size by two walks. */
static void check_byte(const struct mmu_range *range, uint64_t offset, uint64_t leaf_size)
{
    uint64_t va = range->va + offset, pa = range->pa + offset;
    bool user = range->attr & MMU_USER, write = range->attr & MMU_WRITE;
    unsigned execute = range->attr & MMU_EXEC ? LIVE_X : 0;
    struct live_leaf live = {0};
    struct mmu_leaf leaf = {0};

    CHECK(at_agrees(at_translate(va, AT_EL1_READ), pa, at_mair_of_type(range->attr)));
    CHECK_EQ(at_translate(va, AT_EL1_WRITE).result, granted(write));
    CHECK_EQ(at_translate(va, AT_EL0_READ).result, granted(user));
    CHECK_EQ(at_translate(va, AT_EL0_WRITE).result, granted(user && write));
    if (CHECK(live_find(va, &live))) {
        CHECK_EQ(live.size, leaf_size);
        CHECK_EQ(live.el1 & LIVE_X, user && boot_state_keeps_el0_code_from_el1(leaf_size) ? 0 : execute);
        CHECK_EQ(live.el0 & LIVE_X, user ? execute : 0);
        CHECK(live.accessed); /* no access flag faults */
        CHECK_EQ(live.global, !user);
    }
    CHECK_EQ(mmu_walk(mmu_kernel_space(), va, &leaf), MMU_OK);
    CHECK(leaf.pa == pa && leaf.size == leaf_size && leaf.attr == range->attr && leaf.tag == MMU_TAG_NONE);
}

static void check_range(const struct mmu_range *range, uint64_t leaf_size)
{
    struct mmu_space *space = mmu_kernel_space();

    if (!CHECK_EQ(mmu_map(space, range), MMU_OK)) {
        tap_note("  attr 0x%x size 0x%llx", range->attr, (unsigned long long)range->size);
        return;
    }
    check_byte(range, 0, leaf_size);
    check_byte(range, range->size / 2 + 0x123, leaf_size);
    check_byte(range, range->size - 1, leaf_size);
    CHECK_EQ(at_translate(range->va - 1, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(at_translate(range->va + range->size, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(mmu_unmap(space, range->va, range->size), MMU_OK);
    CHECK_EQ(at_translate(range->va, AT_EL1_READ).result, AT_TRANSLATION);
}

static const uint32_t rights[] = {0, MMU_WRITE, MMU_EXEC, MMU_USER, MMU_USER | MMU_WRITE, MMU_USER | MMU_EXEC};

static void check_all_attributes(uint64_t pa, uint64_t size, uint64_t leaf_size)
{
    for (uint32_t type = MMU_DEVICE_nGnRnE; type <= MMU_WRITEBACK; type++) {
        for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
            struct mmu_range range = {machine_corner(), pa, size, type | rights[i]};

            if (type > MMU_DEVICE_GRE || !(rights[i] & MMU_EXEC))
                check_range(&range, leaf_size);
        }
    }
}

static void pages__have_every_type_and_right(void)
{
    check_all_attributes(CLOCK_PA, PAGE, PAGE);
    check_all_attributes(RAM_PA + 3 * PAGE, 3 * PAGE, PAGE);
}

static void blocks__have_every_type_and_right(void)
{
    check_all_attributes(RAM_PA + 2 * MIB, boot_state_block(), boot_state_block());
    check_all_attributes(0x08000000, 6 * MIB, boot_state_block()); /* the devices of virt */
}

/* 16 blocks: with short descriptors a supersection, with long ones a contiguous group. Each one is told as a block. */
static void groups_of_blocks__have_every_type_and_right(void)
{
    check_all_attributes(RAM_PA, 16 * boot_state_block(), boot_state_block());
    check_all_attributes(RAM_PA, 16 * PAGE, PAGE);
}

static void blocks_of_1g__have_every_type_and_right(void)
{
    if (!boot_state_has_gib_blocks() || machine_room() < 3 * GIB) {
        tap_skip("no such blocks, or no room for them in the IOKit window");
        return;
    }
    check_all_attributes(RAM_PA, GIB, GIB);
    check_all_attributes(0, 2 * GIB, GIB); /* physical address 0 is an address */
}

static void leaves__are_the_largest_that_fit(void)
{
    struct mmu_space *space = mmu_kernel_space();
    uint64_t block = boot_state_block(), va = machine_corner() + block - PAGE;
    struct mmu_range range = {va, RAM_PA + block - PAGE, block + 2 * PAGE, MMU_WRITEBACK};

    CHECK_EQ(mmu_map(space, &range), MMU_OK);
    check_byte(&range, 0, PAGE);
    check_byte(&range, PAGE, block);
    check_byte(&range, PAGE + block - 1, block);
    check_byte(&range, PAGE + block, PAGE);
    CHECK_EQ(mmu_unmap(space, range.va, range.size), MMU_OK);
}

/* A block wants both addresses aligned: pa off by a page or by 64K makes 512 pages. */
static void leaves__are_pages_where_pa_is_off(void)
{
    struct mmu_space *space = mmu_kernel_space();

    for (uint64_t off = PAGE; off <= 16 * PAGE; off *= 16) {
        struct mmu_range range = {machine_corner(), RAM_PA + off, 2 * MIB, MMU_WRITEBACK | MMU_WRITE};

        CHECK_EQ(mmu_map(space, &range), MMU_OK);
        for (uint64_t offset = 0; offset < 2 * MIB; offset += PAGE)
            CHECK(at_agrees(at_translate(range.va + offset, AT_EL1_WRITE), range.pa + offset, 0xff));
        check_byte(&range, MIB, PAGE);
        CHECK_EQ(mmu_unmap(space, range.va, range.size), MMU_OK);
    }
}

static uint64_t pa_limit(void)
{
    return (uint64_t)1 << boot_state_pa_bits();
}

static void highest_physical_pages__are_reached_and_no_more(void)
{
    struct mmu_space *space = mmu_kernel_space();
    struct mmu_range range = {machine_corner(), pa_limit() - PAGE, PAGE, MMU_DEVICE_nGnRnE};

    check_range(&range, PAGE);
    range.pa = pa_limit() - 2 * MIB;
    range.size = 2 * MIB;
    check_range(&range, boot_state_block());
    range.size = 2 * MIB + PAGE;
    CHECK_EQ(mmu_map(space, &range), MMU_RANGE);
    range = (struct mmu_range){machine_corner(), pa_limit(), PAGE, MMU_DEVICE_nGnRnE};
    CHECK_EQ(mmu_map(space, &range), MMU_RANGE);
    range.pa = ~0xfffull;
    CHECK_EQ(mmu_map(space, &range), MMU_RANGE);
    CHECK_EQ(at_translate(machine_corner(), AT_EL1_READ).result, AT_TRANSLATION);
}

static void protect__changes_rights_and_types(void)
{
    struct mmu_space *space = mmu_kernel_space();
    struct mmu_range range = {machine_corner(), RAM_PA + PAGE, 3 * PAGE, MMU_WRITEBACK};

    CHECK_EQ(mmu_map(space, &range), MMU_OK);
    for (uint32_t type = MMU_DEVICE_nGnRnE; type <= MMU_WRITEBACK; type++) {
        for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
            range.attr = type | rights[i];
            if (type <= MMU_DEVICE_GRE && (rights[i] & MMU_EXEC))
                continue;
            CHECK_EQ(mmu_protect(space, range.va, range.size, range.attr), MMU_OK);
            check_byte(&range, PAGE + 0x10, PAGE);
            check_byte(&range, 3 * PAGE - 1, PAGE);
        }
    }
    CHECK_EQ(mmu_unmap(space, range.va, range.size), MMU_OK);
}

static void refusals__change_nothing(void)
{
    struct mmu_space *space = mmu_kernel_space();
    struct mmu_range good = {machine_corner() + 2 * PAGE, RAM_PA + 2 * PAGE, PAGE, MMU_WRITEBACK}, bad = good;
    struct mmu_stats before, after;

    CHECK_EQ(mmu_map(space, &good), MMU_OK);
    mmu_get_stats(space, &before);
    bad.va -= 2 * PAGE;
    bad.size = 4 * PAGE;
    CHECK_EQ(mmu_map(space, &bad), MMU_OVERLAP);
    CHECK_EQ(mmu_unmap(space, bad.va, bad.size), MMU_NOT_MAPPED);
    CHECK_EQ(mmu_protect(space, bad.va, bad.size, MMU_WRITEBACK | MMU_WRITE), MMU_NOT_MAPPED);
    bad.size = PAGE;
    bad.attr = MMU_WRITEBACK | MMU_WRITE | MMU_EXEC;
    CHECK_EQ(mmu_map(space, &bad), MMU_ATTR);
    CHECK_EQ(mmu_protect(space, good.va, PAGE, bad.attr), MMU_ATTR);
    bad.attr = MMU_DEVICE_GRE | MMU_EXEC;
    CHECK_EQ(mmu_map(space, &bad), MMU_ATTR);
    bad.attr = 7;
    CHECK_EQ(mmu_map(space, &bad), MMU_ATTR);
    bad.attr = MMU_WRITEBACK;
    bad.va = 0x1000;
    CHECK_EQ(mmu_map(space, &bad), MMU_RANGE);
    bad.va = machine_corner() + 1;
    CHECK_EQ(mmu_map(space, &bad), MMU_RANGE);
    bad.va = machine_corner();
    bad.size = 0;
    CHECK_EQ(mmu_map(space, &bad), MMU_RANGE);
    mmu_get_stats(space, &after);
    CHECK_EQ(after.tables, before.tables);
    check_byte(&good, 0, PAGE);
    CHECK_EQ(at_translate(machine_corner(), AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(at_translate(machine_corner() + 3 * PAGE, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(mmu_unmap(space, good.va, good.size), MMU_OK);
}

static void segments__agree_with_the_cpu_page_by_page(void)
{
    struct mmu_space *space = mmu_kernel_space();
    uint64_t va = machine_corner() + 2 * MIB - 4 * PAGE, pa = 0;
    struct mmu_range pages = {va, RAM_PA + 2 * MIB - 4 * PAGE, 2 * MIB + 8 * PAGE, MMU_WRITEBACK};
    struct mmu_range apart = {va + pages.size, RAM_PA, 2 * PAGE, MMU_WRITEBACK};

    CHECK_EQ(mmu_map(space, &pages), MMU_OK);
    CHECK_EQ(mmu_map(space, &apart), MMU_OK);
    for (uint64_t offset = 0; offset < pages.size + apart.size; offset += PAGE) {
        const struct mmu_range *in = offset < pages.size ? &pages : &apart;
        uint64_t left = in->va + in->size - (va + offset);

        CHECK_EQ(mmu_segment(space, va + offset + 5, UINT64_MAX, &pa), left - 5);
        CHECK_EQ(pa, at_translate(va + offset + 5, AT_EL1_READ).pa);
    }
    CHECK_EQ(mmu_segment(space, va, 3 * PAGE, &pa), 3 * PAGE);
    pa = 1;
    CHECK_EQ(mmu_segment(space, va + pages.size + apart.size, PAGE, &pa), 0);
    CHECK_EQ(pa, 1);
    CHECK_EQ(mmu_unmap(space, va, pages.size + apart.size), MMU_OK);
}

static void everything__is_given_back(void)
{
    struct machine_use before, after;

    leaves__are_the_largest_that_fit();
    before = machine_use();
    leaves__are_the_largest_that_fit();
    leaves__are_pages_where_pa_is_off();
    blocks__have_every_type_and_right();
    refusals__change_nothing();
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK_EQ(after.tables, before.tables);
}

int main(void)
{
    TAP_RUN(pages__have_every_type_and_right);
    TAP_RUN(blocks__have_every_type_and_right);
    TAP_RUN(groups_of_blocks__have_every_type_and_right);
    TAP_RUN(blocks_of_1g__have_every_type_and_right);
    TAP_RUN(leaves__are_the_largest_that_fit);
    TAP_RUN(leaves__are_pages_where_pa_is_off);
    TAP_RUN(highest_physical_pages__are_reached_and_no_more);
    TAP_RUN(protect__changes_rights_and_types);
    TAP_RUN(refusals__change_nothing);
    TAP_RUN(segments__agree_with_the_cpu_page_by_page);
    TAP_RUN(everything__is_given_back);
    return tap_done();
}
