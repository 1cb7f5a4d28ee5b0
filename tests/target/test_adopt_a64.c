/*
 * Tables that somebody else has built, by hand here, and that this core walks: they are adopted as they stand, then
 * changed, and every translation that is not touched stays. Against AT, and by loads and stores.
 */
#include "iomem/port.h"
#include "mmu/backend.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "tests/target/at.h"
#include "tests/target/low_a64.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

/* Descriptors as the Arm ARM has them (D8.3): what the engine would write is not asked. */
#define TABLE        UINT64_C(3)
#define PAGE_LEAF    UINT64_C(3)
#define BLOCK_LEAF   UINT64_C(1)
#define NG           (UINT64_C(1) << 11) /* as all of a task's leaves, which have its ASID */
#define NORMAL       (UINT64_C(3) << 8 | UINT64_C(1) << 10 | UINT64_C(3) << 53 | NG) /* SH 3, AF, PXN, UXN */
#define DEVICE       (UINT64_C(3) << 2 | UINT64_C(1) << 10 | UINT64_C(3) << 53 | NG) /* AttrIndx 3 */
#define READ_ONLY    (UINT64_C(1) << 7)
#define CONTIGUOUS   (UINT64_C(1) << 52)
#define PXN_TABLE    (UINT64_C(1) << 59)
#define SOFTWARE     (UINT64_C(0x5a) << 51 | UINT64_C(0x2a5) << 2) /* of a table descriptor */
#define RUBBISH      UINT64_C(0x5adecafe0badf00e)                  /* an invalid entry of some owner's */
#define GROUP_PA     (32 * GIB)
#define BLOCK_PA     (34 * GIB)
#define READ_ONLY_PA (36 * GIB)
#define GIB_PA       (40 * GIB)
#define LEAVES       5

/* Three levels of each: the spaces are as wide as these have room for. */
static const struct granule {
    const struct mmu_format *format;
    unsigned bits, va_bits, group;
} granule_4k = {&mmu_vmsa64_4k, 12, 39, 16}, granule_16k = {&mmu_vmsa64_16k, 14, 47, 128},
  granule_64k = {&mmu_vmsa64_64k, 16, 48, 32};

static const struct granule *granule;
static uint64_t page, block;       /* bytes */
static uint64_t root, frame;       /* physical */
static volatile uint64_t *members; /* of the group */
static struct low low;
static struct mmu_space space;
static struct mmu_backend backend; /* the CPU's; a change of size breaks the leaf, on cores too that need it not */

/* What there is: every leaf, or group of leaves, with an address of its own. */
static struct mmu_range leaves[LEAVES + 1];
static unsigned leaf_count;

/* ---- the tables of somebody else ---- */

static volatile uint64_t *fresh(uint64_t *pa)
{
    uint64_t *table = mmu_cpu_backend.table_alloc(page);

    for (uint64_t i = 0; i < page / 8; i++)
        table[i] = 0;
    *pa = (uintptr_t)table - mmu_cpu_backend.table_offset;
    return table;
}

static void expect(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    leaves[leaf_count++] = (struct mmu_range){va, pa, size, attr};
}

static void build_pages(volatile uint64_t *last)
{
    unsigned group = granule->group;

    members = last;
    for (unsigned i = 0; i < group; i++)
        last[i] = (GROUP_PA + i * page) | NORMAL | CONTIGUOUS | PAGE_LEAF;
    last[group] = frame | NORMAL | PAGE_LEAF;
    last[group + 1] = (READ_ONLY_PA + page) | DEVICE | READ_ONLY | PAGE_LEAF;
    last[group + 2] = RUBBISH;
    expect(0, GROUP_PA, group * page, MMU_WRITEBACK | MMU_WRITE);
    expect(group * page, frame, page, MMU_WRITEBACK | MMU_WRITE);
    expect((group + 1) * page, READ_ONLY_PA + page, page, MMU_DEVICE_nGnRnE);
}

/* Only a granule of 4K has blocks at level 1. */
static void build(uint64_t table_bits)
{
    uint64_t middle_pa, last_pa;
    volatile uint64_t *top = fresh(&root), *middle = fresh(&middle_pa), *last = fresh(&last_pa);

    leaf_count = 0;
    build_pages(last);
    middle[0] = last_pa | SOFTWARE | TABLE;
    middle[1] = BLOCK_PA | NORMAL | BLOCK_LEAF;
    middle[2] = READ_ONLY_PA | NORMAL | READ_ONLY | BLOCK_LEAF;
    middle[3] = RUBBISH;
    top[0] = middle_pa | table_bits | TABLE;
    expect(block, BLOCK_PA, block, MMU_WRITEBACK | MMU_WRITE);
    expect(2 * block, READ_ONLY_PA, block, MMU_WRITEBACK);
    if (granule->bits == 12) {
        top[1] = GIB_PA | NORMAL | BLOCK_LEAF;
        expect(GIB, GIB_PA, GIB, MMU_WRITEBACK | MMU_WRITE);
    }
    __asm__ volatile("dsb ish" : : : "memory");
}

static void demolish_table(uint64_t pa, unsigned level)
{
    uint64_t *table = (uint64_t *)(uintptr_t)(pa + mmu_cpu_backend.table_offset);

    for (uint64_t i = 0; level < 3 && i < page / 8; i++)
        if ((table[i] & 3) == TABLE)
            demolish_table(table[i] & ((UINT64_C(1) << 48) - page), level + 1);
    mmu_cpu_backend.table_free(table, page);
}

/* ---- judged ---- */

static bool is_as_expected(const struct mmu_range *leaf, uint64_t offset)
{
    uint64_t va = leaf->va + offset, pa = leaf->pa + offset;

    return CHECK(at_agrees(at_translate(va, AT_EL1_READ), pa, at_mair_of_type(leaf->attr))) &&
           CHECK_EQ(at_translate(va, AT_EL1_WRITE).result, leaf->attr & MMU_WRITE ? AT_OK : AT_PERMISSION) &&
           CHECK_EQ(at_translate(va, AT_EL0_READ).result, AT_PERMISSION);
}

/* [from, from + size) is left out: what has been changed on purpose. */
static void check_all_but(uint64_t from, uint64_t size)
{
    for (unsigned i = 0; i < leaf_count; i++) {
        const struct mmu_range *leaf = &leaves[i];

        for (uint64_t offset = 0; offset < leaf->size; offset += leaf->size < block ? page : leaf->size / 64)
            if (leaf->va + offset - from >= size && !is_as_expected(leaf, offset))
                return;
        if (leaf->va + leaf->size - 1 - from >= size && !is_as_expected(leaf, leaf->size - 1))
            return;
    }
}

static void check_walks(void)
{
    struct mmu_leaf found;

    for (unsigned i = 0; i < leaf_count; i++) {
        const struct mmu_range *leaf = &leaves[i];
        uint64_t middle = leaf->size / 2 + 8;

        CHECK_EQ(mmu_walk(&space, leaf->va + middle, &found), MMU_OK);
        CHECK(found.pa == leaf->pa + middle && found.attr == leaf->attr);
    }
}

/* ---- changed ---- */

/* A page in the middle of a leaf goes, the rest stays; then it comes back, and a fold makes the leaf again. */
static void check_cut(const struct mmu_range *leaf, size_t tables)
{
    struct mmu_range hole = {leaf->va + leaf->size / 2, leaf->pa + leaf->size / 2, page, leaf->attr};
    struct low_entry before = low_find(&low, leaf->va);
    size_t had = space.tables;

    CHECK_EQ(mmu_unmap(&space, hole.va, page), MMU_OK);
    CHECK_EQ(at_translate(hole.va, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_EQ(space.tables, had + tables);
    check_all_but(hole.va, page);
    CHECK_EQ(mmu_map(&space, &hole), MMU_OK);
    CHECK_EQ(mmu_map(&space, &hole), MMU_OVERLAP);
    CHECK_EQ(mmu_fold(&space, leaf->va, leaf->size), (int)tables);
    CHECK_EQ(space.tables, had);
    CHECK_EQ(low_find(&low, leaf->va).descriptor, before.descriptor);
    check_all_but(0, 0);
}

static void check_protect(const struct mmu_range *leaf)
{
    uint64_t va = leaf->va + leaf->size / 4;

    CHECK_EQ(mmu_protect(&space, va, page, MMU_WRITEBACK), MMU_OK);
    CHECK_EQ(at_translate(va, AT_EL1_WRITE).result, AT_PERMISSION);
    check_all_but(va, page);
    CHECK_EQ(mmu_protect(&space, va, page, leaf->attr), MMU_OK);
    CHECK(mmu_fold(&space, leaf->va, leaf->size) >= 0);
    check_all_but(0, 0);
}

/* The real frame, by loads and stores; the place of an invalid entry that some owner had written to is free. */
static void check_accesses(void)
{
    uint64_t va = granule->group * page, next = va + 2 * page;

    CHECK(touch_write(va + 5, 0x51).done);
    CHECK_EQ(((volatile uint8_t *)port_linear(frame))[5], 0x51);
    CHECK_REFUSED(touch_read(next), FAULT_UNMAPPED);
    CHECK_EQ(mmu_map(&space, &(struct mmu_range){next, frame, page, MMU_WRITEBACK}), MMU_OK);
    CHECK_EQ(touch_read(next + 5).value, 0x51);
    CHECK_REFUSED(touch_write(next, 1), FAULT_PERMISSION);
    CHECK_EQ(mmu_unmap(&space, next, page), MMU_OK);
    CHECK_REFUSED(touch_read(next), FAULT_UNMAPPED);
    CHECK_EQ(mmu_map(&space, &(struct mmu_range){3 * block, frame, page, MMU_WRITEBACK}), MMU_OK);
    CHECK_EQ(touch_read(3 * block + 5).value, 0x51);
    CHECK_EQ(mmu_unmap(&space, 3 * block, page), MMU_OK);
    CHECK_REFUSED(touch_read(3 * block), FAULT_UNMAPPED);
}

/* Leaves that the owner keeps are not broken: nothing of the tables changes. Whole ones may go. */
static void check_kept(const struct mmu_range *leaf)
{
    uint64_t inside = leaf->va + leaf->size / 2;
    struct low_entry before = low_find(&low, inside);
    size_t tables = space.tables;

    CHECK_EQ(mmu_space_keep(&space, inside + page, page), MMU_OK);
    CHECK_EQ(mmu_unmap(&space, inside, page), MMU_BUSY);
    CHECK_EQ(mmu_protect(&space, inside, page, MMU_WRITEBACK), MMU_BUSY);
    CHECK_EQ(mmu_protect(&space, inside, page, MMU_UNCACHED | MMU_WRITE), MMU_BUSY);
    CHECK_EQ(mmu_tag(&space, inside, page, MMU_TAG_GUARD, 0), MMU_BUSY);
    CHECK_EQ(mmu_fold(&space, leaf->va, leaf->size), MMU_BUSY);
    CHECK_EQ(low_find(&low, inside).descriptor, before.descriptor);
    CHECK_EQ(space.tables, tables);
    check_all_but(0, 0);
    CHECK_EQ(mmu_unmap(&space, leaf->va, leaf->size), MMU_OK);
    CHECK_EQ(at_translate(inside, AT_EL1_READ).result, AT_TRANSLATION);
    check_all_but(leaf->va, leaf->size);
}

static const struct mmu_range *leaf_at(uint64_t va)
{
    unsigned i = 0;

    while (leaves[i].va != va)
        i++;
    return &leaves[i];
}

static void check_adopted(void)
{
    CHECK_EQ(space.tables, 3);
    CHECK_EQ(mmu_space_root(&space), root);
    check_all_but(0, 0);
    check_walks();
    check_accesses();
    check_cut(leaf_at(block), 1);
    check_cut(leaf_at(2 * block), 1);
    check_cut(leaf_at(0), 0);
    check_protect(leaf_at(0));
    check_protect(leaf_at(block));
    if (granule->bits == 12) {
        check_cut(leaf_at(GIB), 2);
        check_protect(leaf_at(GIB));
    }
    check_kept(leaf_at(block));
}

/* ---- the tests ---- */

static bool begin(const struct granule *of)
{
    granule = of;
    page = UINT64_C(1) << of->bits;
    block = page << (of->bits - 3);
    if (!low_has_granule(of->bits)) {
        tap_skip("this core has no such granule");
        return false;
    }
    frame = port_frame_alloc(page, page, UINT64_MAX);
    return CHECK(frame != PORT_NO_FRAME);
}

static int adopt(void)
{
    struct mmu_tree tree = {root, granule->va_bits};

    backend = mmu_cpu_backend;
    backend.no_break = NULL;
    return mmu_space_adopt(&space, granule->format, &tree, &backend, 0);
}

static void run(const struct granule *of)
{
    struct machine_use before = machine_use();

    if (!begin(of))
        return;
    build(SOFTWARE);
    low = (struct low){root, of->bits, of->va_bits};
    low_enter(&low);
    check_all_but(0, 0);
    if (CHECK_EQ(adopt(), MMU_OK))
        check_adopted();
    low_leave();
    mmu_space_release(&space);
    port_frame_free(frame, page);
    CHECK_EQ(machine_use().free, before.free);
}

static void tables_of_4k__are_adopted_while_they_are_walked(void)
{
    run(&granule_4k);
}

static void tables_of_16k__are_adopted_while_they_are_walked(void)
{
    run(&granule_16k);
}

static void tables_of_64k__are_adopted_while_they_are_walked(void)
{
    run(&granule_64k);
}

/* Refused, with every entry as it was. */
static void check_refused(void)
{
    CHECK_EQ(adopt(), MMU_ATTR);
    CHECK_EQ(low_find(&low, (granule->group + 2) * page).descriptor, RUBBISH);
    CHECK_EQ(low_find(&low, 3 * block).descriptor, RUBBISH);
}

/* What no table of the engine's has */
static void tables__with_rights_of_their_own_are_refused(void)
{
    struct machine_use before = machine_use();

    if (!begin(&granule_4k))
        return;
    build(PXN_TABLE);
    low = (struct low){root, 12, 39};
    check_refused();
    low_enter(&low);
    check_all_but(0, 0);
    low_leave();
    demolish_table(root, 1);
    port_frame_free(frame, page);
    CHECK_EQ(machine_use().free, before.free);
}

/* One member of the group is none: that is nothing for a core. Once it is one, the tables are taken. */
static void run_spoilt_group(const struct granule *of)
{
    struct machine_use before = machine_use();

    if (!begin(of))
        return;
    build(SOFTWARE);
    low = (struct low){root, of->bits, of->va_bits};
    members[of->group / 2] &= ~CONTIGUOUS;
    check_refused();
    members[of->group / 2] |= CONTIGUOUS;
    low_enter(&low);
    CHECK_EQ(adopt(), MMU_OK);
    check_all_but(0, 0);
    low_leave();
    mmu_space_release(&space);
    port_frame_free(frame, page);
    CHECK_EQ(machine_use().free, before.free);
}

static void groups__that_are_not_whole_are_refused(void)
{
    run_spoilt_group(&granule_4k);
    run_spoilt_group(&granule_64k);
}

int main(void)
{
    TAP_RUN(tables_of_4k__are_adopted_while_they_are_walked);
    TAP_RUN(tables_of_16k__are_adopted_while_they_are_walked);
    TAP_RUN(tables_of_64k__are_adopted_while_they_are_walked);
    TAP_RUN(tables__with_rights_of_their_own_are_refused);
    TAP_RUN(groups__that_are_not_whole_are_refused);
    return tap_done();
}
