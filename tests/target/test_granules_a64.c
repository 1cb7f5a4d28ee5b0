/*
 * Every granule that the core has, in TTBR0, against AT and by loads, stores and calls: pages, blocks, contiguous
 * groups, each memory type and permission, from the smallest space to the largest.
 */
#include "iomem/port.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "tests/target/at.h"
#include "tests/target/boot_state.h"
#include "tests/target/low_a64.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

#define CONTIGUOUS ((uint64_t)1 << 52)

/* A granule's leaves, as the Arm ARM's tables have them (D8.3, D8.6.1): groups[0] is of pages, groups[1] of blocks. */
static const struct granule {
    const char *name;
    const struct mmu_format *format;
    unsigned bits, groups[2];
} granule_4k = {"4K", &mmu_vmsa64_4k, 12, {16, 16}}, granule_16k = {"16K", &mmu_vmsa64_16k, 14, {128, 32}},
  granule_64k = {"64K", &mmu_vmsa64_64k, 16, {32, 32}};

static const unsigned va_bits[] = {36, 39, 42, 47, 48};
static const uint32_t rights[] = {0, MMU_WRITE, MMU_EXEC, MMU_USER, MMU_USER | MMU_WRITE, MMU_USER | MMU_EXEC};

/* ---- the space under test ---- */

static const struct granule *granule;
static struct mmu_space *space;
static struct low low;
static uint64_t page;

static bool enter(const struct granule *of, unsigned bits)
{
    granule = of;
    page = (uint64_t)1 << of->bits;
    space = mmu_space_create(of->format, bits, &mmu_cpu_backend);
    if (!CHECK(space != NULL))
        return false;
    low = (struct low){mmu_space_root(space), of->bits, bits};
    low_enter(&low);
    return true;
}

static void leave(void)
{
    low_leave();
    mmu_space_destroy(space);
}

static uint64_t block(unsigned level)
{
    return page << (3 - level) * (granule->bits - 3);
}

/* ---- against AT ---- */

static enum at_result granted(bool allowed)
{
    return allowed ? AT_OK : AT_PERMISSION;
}

static void check_byte(const struct mmu_range *range, uint64_t offset, uint64_t leaf_size)
{
    uint64_t va = range->va + offset, pa = range->pa + offset;
    bool user = range->attr & MMU_USER, write = range->attr & MMU_WRITE;
    struct low_entry entry = low_find(&low, va);
    struct mmu_leaf leaf = {0};

    CHECK(at_agrees(at_translate(va, AT_EL1_READ), pa, at_mair_of_type(range->attr)));
    CHECK_EQ(at_translate(va, AT_EL1_WRITE).result, granted(write));
    CHECK_EQ(at_translate(va, AT_EL0_READ).result, granted(user));
    CHECK_EQ(at_translate(va, AT_EL0_WRITE).result, granted(user && write));
    CHECK_EQ(entry.size, leaf_size);
    CHECK_EQ(entry.descriptor & CONTIGUOUS, range->size > leaf_size ? CONTIGUOUS : 0);
    CHECK_EQ(mmu_walk(space, va, &leaf), MMU_OK);
    CHECK(leaf.pa == pa && leaf.size == leaf_size && leaf.attr == range->attr && (unsigned)leaf.level == entry.level);
}

/* A leaf or a whole contiguous group of leaves. */
static void check_range(const struct mmu_range *range, uint64_t leaf_size)
{
    if (!CHECK_EQ(mmu_map(space, range), MMU_OK)) {
        tap_note("  %s, %u bits, attr 0x%x, size 0x%llx", granule->name, low.va_bits, range->attr,
                 (unsigned long long)range->size);
        return;
    }
    check_byte(range, 0, leaf_size);
    check_byte(range, range->size / 2 + 0x123, leaf_size);
    check_byte(range, range->size - 1, leaf_size);
    if (range->va)
        CHECK_EQ(at_translate(range->va - 1, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(at_translate(range->va + range->size, AT_EL1_READ).result, AT_TRANSLATION); /* or beyond the half */
    CHECK_EQ(mmu_unmap(space, range->va, range->size), MMU_OK);
    CHECK_EQ(at_translate(range->va, AT_EL1_READ).result, AT_TRANSLATION);
}

static void check_attributes(uint64_t va, uint64_t size, uint64_t leaf_size)
{
    uint64_t pa = (16 * GIB + size - 1) & ~(size - 1);

    for (uint32_t type = MMU_DEVICE_nGnRnE; type <= MMU_WRITEBACK; type++) {
        for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
            struct mmu_range range = {va, pa, size, type | rights[i]};

            if (type > MMU_DEVICE_GRE || !(rights[i] & MMU_EXEC))
                check_range(&range, leaf_size);
        }
    }
}

/* At the lowest and at the highest address that they fit. */
static void check_leaves(uint64_t leaf_size, unsigned count)
{
    uint64_t size = leaf_size * count, space_size = (uint64_t)1 << low.va_bits;

    if (size > space_size / 2)
        return;
    check_attributes(0, size, leaf_size);
    check_attributes(space_size - size, size, leaf_size);
}

static void check_every_leaf(const struct granule *of)
{
    for (size_t i = 0; i < sizeof va_bits / sizeof *va_bits; i++) {
        if (!enter(of, va_bits[i]))
            return;
        check_leaves(page, 1);
        check_leaves(page, of->groups[0]);
        check_leaves(block(2), 1);
        check_leaves(block(2), of->groups[1]);
        if (of->bits == 12) {
            check_leaves(block(1), 1);
            check_leaves(block(1), of->groups[1]);
        }
        leave();
    }
}

/* ---- by access ---- */

static uint64_t frames; /* the physical address of 2 pages of RAM */

static bool take_frames(void)
{
    frames = port_frame_alloc(2 * page, page, UINT64_MAX);
    if (!CHECK(frames != PORT_NO_FRAME))
        return false;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *bytes = port_linear(frames + i * page);

        bytes[0] = bytes[page - 1] = (uint8_t)(0x20 + i);
    }
    return true;
}

static int map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    return mmu_map(space, &(struct mmu_range){va, pa, size, attr});
}

static void check_rights_by_access(uint64_t va)
{
    CHECK_EQ(map(va, frames, page, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    CHECK_EQ(touch_read(va + page - 1).value, 0x20);
    CHECK(touch_write(va + 1, 0x77).done);
    CHECK_EQ(((uint8_t *)port_linear(frames))[1], 0x77);
    CHECK_REFUSED(touch_read_el0(va), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute(va), FAULT_PERMISSION);
    CHECK_REFUSED(touch_read(va + page), FAULT_UNMAPPED);
    CHECK_EQ(mmu_protect(space, va, page, MMU_WRITEBACK), MMU_OK);
    CHECK_REFUSED(touch_write(va, 1), FAULT_PERMISSION);
    CHECK_EQ(mmu_protect(space, va, page, MMU_WRITEBACK | MMU_USER | MMU_WRITE), MMU_OK);
    CHECK(touch_write_el0(va + 2, 0x78).done);
    CHECK_EQ(touch_read_el0(va + 2).value, 0x78);
    CHECK_EQ(mmu_unmap(space, va, page), MMU_OK);
    CHECK_REFUSED(touch_read_el0(va), FAULT_UNMAPPED);
}

/* No stale translation stays: a load after a map, an unmap and another map goes where the tables say. */
static void check_remaps_by_loads(uint64_t va)
{
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(map(va, frames + (i & 1) * page, page, MMU_WRITEBACK), MMU_OK);
        CHECK_EQ(touch_read(va).value, 0x20 + (i & 1));
        CHECK_EQ(mmu_unmap(space, va, page), MMU_OK);
        CHECK_REFUSED(touch_read(va), FAULT_UNMAPPED);
    }
}

static void check_execution(uint64_t va)
{
    uint32_t *code = port_linear(frames + page);

    *code = touch_return;
    cache_sync_instructions(code, sizeof *code);
    CHECK_EQ(map(va, frames + page, page, MMU_WRITEBACK | MMU_EXEC), MMU_OK);
    CHECK(touch_execute(va).done);
    CHECK_REFUSED(touch_write(va, 1), FAULT_PERMISSION);
    CHECK_EQ(mmu_protect(space, va, page, MMU_WRITEBACK | MMU_EXEC | MMU_USER), MMU_OK);
    CHECK_REFUSED(touch_execute(va), FAULT_PERMISSION);
    CHECK_EQ(mmu_unmap(space, va, page), MMU_OK);
}

/* A page out of the middle of a group, and of a block: its neighbours stay where they were. */
static void check_cuts(uint64_t leaf_size, unsigned count)
{
    uint64_t size = leaf_size * count, pa = 64 * GIB, va = size;

    CHECK_EQ(map(va, pa, size, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    CHECK_EQ(mmu_unmap(space, va + size / 2, page), MMU_OK);
    CHECK_EQ(at_translate(va + size / 2, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK(at_agrees(at_translate(va + size / 2 - 1, AT_EL1_WRITE), pa + size / 2 - 1, 0xff));
    CHECK(at_agrees(at_translate(va + size / 2 + page, AT_EL1_WRITE), pa + size / 2 + page, 0xff));
    CHECK_EQ(low_find(&low, va + size / 2 + page).size, page);
    CHECK_EQ(map(va + size / 2, pa + size / 2, page, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    CHECK(mmu_fold(space, va, size) >= 0);
    CHECK_EQ(low_find(&low, va + size / 2).size, leaf_size);
    CHECK_EQ(low_find(&low, va + size / 2).descriptor & CONTIGUOUS, count > 1 ? CONTIGUOUS : 0);
    CHECK(at_agrees(at_translate(va + size / 2, AT_EL1_WRITE), pa + size / 2, 0xff));
    CHECK_EQ(mmu_unmap(space, va, size), MMU_OK);
}

static void check_highest_page(void)
{
    uint64_t end = (uint64_t)1 << boot_state_pa_bits();
    struct mmu_range range = {page, end - page, page, MMU_DEVICE_nGnRnE};

    check_range(&range, page);
    CHECK_EQ(map(page, end, page, MMU_DEVICE_nGnRnE), MMU_RANGE);
    CHECK_EQ(map(page, RAM_PA + 1, page, MMU_WRITEBACK), MMU_RANGE);
    CHECK_EQ(map(page, RAM_PA, page / 2, MMU_WRITEBACK), MMU_RANGE);
}

static void check_by_access(const struct granule *of)
{
    for (size_t i = 0; i < sizeof va_bits / sizeof *va_bits; i++) {
        uint64_t last = ((uint64_t)1 << va_bits[i]) - ((uint64_t)2 << of->bits);

        if (!enter(of, va_bits[i]) || !take_frames())
            return;
        check_rights_by_access(last);
        check_remaps_by_loads(last);
        check_remaps_by_loads(page);
        check_execution(5 * page);
        check_cuts(page, of->groups[0]);
        check_cuts(block(2), 1);
        check_cuts(block(2), of->groups[1]);
        check_highest_page();
        leave();
        port_frame_free(frames, 2 * page);
    }
}

/* ---- the tests ---- */

static void run(const struct granule *of, void (*check)(const struct granule *of))
{
    struct machine_use before = machine_use(), after;

    if (!low_has_granule(of->bits)) {
        tap_skip("this core has no such granule");
        return;
    }
    check(of);
    after = machine_use();
    CHECK_EQ(after.free, before.free);
    CHECK(mmu_space_create(of->format, of->format == &mmu_vmsa64_4k ? 35 : 49, &mmu_cpu_backend) == NULL);
}

#define TESTS(size)                                                                                                    \
    static void leaves_of_##size##__have_every_type_and_right(void)                                                    \
    {                                                                                                                  \
        run(&granule_##size, check_every_leaf);                                                                        \
    }                                                                                                                  \
    static void pages_of_##size##__are_reached_and_refused(void)                                                       \
    {                                                                                                                  \
        run(&granule_##size, check_by_access);                                                                         \
    }
TESTS(4k)
TESTS(16k)
TESTS(64k)

int main(void)
{
    TAP_RUN(leaves_of_4k__have_every_type_and_right);
    TAP_RUN(pages_of_4k__are_reached_and_refused);
    TAP_RUN(leaves_of_16k__have_every_type_and_right);
    TAP_RUN(pages_of_16k__are_reached_and_refused);
    TAP_RUN(leaves_of_64k__have_every_type_and_right);
    TAP_RUN(pages_of_64k__are_reached_and_refused);
    return tap_done();
}
