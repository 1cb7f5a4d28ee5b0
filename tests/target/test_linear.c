/* The linear map: large leaves where no part of them may be away, single pages where the runtime needs them always. */
#include <string.h>

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"

#define BLOCK      (2 * MIB)
#define CONTIGUOUS ((uint64_t)1 << 52)

/* Of a leaf that is cut nobody knows a part that stays: a group is one too. */
static bool is_single_page(uint64_t va)
{
    struct live_leaf leaf;

    return live_find(va, &leaf) && leaf.size == PAGE && !(leaf.descriptor & CONTIGUOUS);
}

static bool check_table(void *context, const struct live_leaf *leaf)
{
    uint64_t *last = context, table = (uintptr_t)leaf->slot & ~(PAGE - 1);

    if (table != *last && !CHECK(is_single_page(table)))
        tap_note("the table of 0x%llx is at 0x%llx", (unsigned long long)leaf->va, (unsigned long long)table);
    *last = table;
    return true;
}

static void check_tables(void)
{
    uint64_t last = 0;

    CHECK(live_visit(check_table, &last) > 0);
}

static bool find_table(void *context, const struct live_leaf *leaf)
{
    *(uint64_t *)context = (uintptr_t)leaf->slot & ~(PAGE - 1);
    return false;
}

static void tables_and_records__lie_in_single_pages(void)
{
    check_tables();
    CHECK(is_single_page((uintptr_t)port_frame(RAM_PA + BLOCK)));
}

static void new_tables__lie_in_single_pages_too(void)
{
    static struct mmu_range ranges[32];
    uint64_t frame = port_frame_alloc(PAGE, PAGE, UINT64_MAX);

    if (!CHECK(frame != PORT_NO_FRAME))
        return;
    for (unsigned i = 0; i < 32; i++) {
        ranges[i] = (struct mmu_range){machine_corner() + i * BLOCK, frame, PAGE, MMU_WRITEBACK};
        CHECK_EQ(mmu_map(mmu_kernel_space(), &ranges[i]), MMU_OK);
    }
    check_tables();
    for (unsigned i = 0; i < 32; i++)
        CHECK_EQ(mmu_unmap(mmu_kernel_space(), ranges[i].va, PAGE), MMU_OK);
    port_frame_free(frame, PAGE);
}

/* One page of a block changes its type and back: a table for it, the rest as it was, the data in its place. */
static void block__is_cut_for_a_part(void)
{
    uint64_t pa = port_frame_alloc(BLOCK, BLOCK, UINT64_MAX), page;
    struct live_leaf leaf;
    uint8_t *block;

    if (!CHECK(pa != PORT_NO_FRAME))
        return;
    block = port_linear(pa);
    page = (uintptr_t)block + 5 * PAGE;
    if (CHECK(live_find(page, &leaf)))
        CHECK(leaf.size >= MIB);
    memset(block, 0x5a, BLOCK);
    CHECK_EQ(mmu_protect(mmu_kernel_space(), page, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_OK);
    CHECK(live_find(page, &leaf) && leaf.size == PAGE && leaf.mair == 0x44);
    CHECK(live_find(page + PAGE, &leaf) && leaf.mair == 0xff);
    check_tables();
    block[5 * PAGE] = 0xa5;
    CHECK_EQ(mmu_protect(mmu_kernel_space(), page, PAGE, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    CHECK_EQ(block[5 * PAGE], 0xa5);
    block[5 * PAGE] = 0x5a;
    for (uint64_t i = 0; i < BLOCK; i += 64)
        if (!CHECK_EQ(block[i], 0x5a))
            break;
    CHECK(mmu_fold(mmu_kernel_space(), (uintptr_t)block, BLOCK) > 0);
    CHECK(live_find(page, &leaf) && leaf.size >= MIB);
    CHECK_EQ(block[5 * PAGE], 0x5a);
    port_frame_free(pa, BLOCK);
}

/* Memory that programs get comes from elsewhere as long as there is any. */
static void table_memory__is_the_last_to_go(void)
{
    static uint64_t blocks[64];
    unsigned got = 0, paged = 0;

    while (got < 64 && (blocks[got] = port_frame_alloc(BLOCK, BLOCK, UINT64_MAX)) != PORT_NO_FRAME)
        paged += is_single_page((uintptr_t)port_linear(blocks[got++]));
    CHECK(got > 8);
    CHECK(paged == 0 || got < 64); /* else there were others */
    tap_note("%u blocks of 2 MiB, %u of them by pages", got, paged);
    while (got-- > 0)
        port_frame_free(blocks[got], BLOCK);
}

/* What is not there for a moment while leaves become larger must not be what the core stands on. */
static void runtime__is_not_folded(void)
{
    static char page[4096] __attribute__((aligned(4096)));
    struct mmu_space *space = mmu_kernel_space();
    uint64_t here = (uintptr_t)__builtin_frame_address(0) & ~(PAGE - 1), code = (uintptr_t)runtime__is_not_folded;
    uint64_t table = 0;

    CHECK(live_visit(find_table, &table) > 0);
    CHECK_EQ(mmu_fold(space, table & ~(BLOCK - 1), BLOCK), MMU_BUSY);
    CHECK_EQ(mmu_fold(space, (uintptr_t)port_frame(RAM_PA + BLOCK) & ~(BLOCK - 1), BLOCK), MMU_BUSY);
    CHECK_EQ(mmu_fold(space, code & ~(BLOCK - 1), BLOCK), MMU_BUSY);
    CHECK_EQ(mmu_protect(space, (uintptr_t)page, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_OK);
    CHECK_EQ(mmu_protect(space, (uintptr_t)page, PAGE, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    CHECK_EQ(mmu_fold(space, here, PAGE), MMU_BUSY);
    CHECK_EQ(mmu_protect(space, here, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_BUSY);
    check_tables();
}

/* Halves of what is left until there is nothing: the last ones are by pages, which change their type as others do. */
static void last_memory__takes_a_type(void)
{
    static uint64_t pieces[512], sizes[512];
    uint64_t size = GIB, page;
    unsigned got = 0, paged = 0;

    while (got < 512 && size >= PAGE) {
        pieces[got] = port_frame_alloc(size, PAGE, UINT64_MAX);
        if (pieces[got] == PORT_NO_FRAME)
            size /= 2;
        else
            sizes[got++] = size;
    }
    for (unsigned i = 0; i < got; i++) {
        page = (uintptr_t)port_linear(pieces[i] + sizes[i] - PAGE);
        if (paged == 4 || !is_single_page(page))
            continue;
        paged++;
        CHECK_EQ(mmu_protect(mmu_kernel_space(), page, PAGE, MMU_UNCACHED | MMU_WRITE), MMU_OK);
        CHECK_EQ(mmu_protect(mmu_kernel_space(), page, PAGE, MMU_WRITEBACK | MMU_WRITE), MMU_OK);
    }
    CHECK(paged > 0);
    while (got-- > 0)
        port_frame_free(pieces[got], sizes[got]);
}

int main(void)
{
    TAP_RUN(tables_and_records__lie_in_single_pages);
    TAP_RUN(new_tables__lie_in_single_pages_too);
    TAP_RUN(block__is_cut_for_a_part);
    TAP_RUN(table_memory__is_the_last_to_go);
    TAP_RUN(runtime__is_not_folded);
    TAP_RUN(last_memory__takes_a_type);
    return tap_done();
}
