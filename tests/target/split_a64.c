/* What only AArch64 has of it. */
#include <string.h>

#include "iomem/port.h"
#include "mmu/space.h"
#include "startup/core.h"
#include "startup/exception.h"
#include "startup/runtime.h"
#include "tests/target/low_a64.h"
#include "tests/target/machine.h"
#include "tests/target/split.h"
#include "tests/target/tap.h"

/* Arm ARM D8.3: a block that EL1 may read and write, write-back, inner shareable, AF, PXN, UXN; a table */
#define LEAF_BLOCK UINT64_C(0x60000000000701)
#define LEAF_TABLE UINT64_C(3)

/* root -> middle -> a block: tables by hand, as firmware has them, of global leaves. No words of the engine's. */
static uint64_t make_tables(uint64_t block_pa)
{
    uint64_t *top = mmu_cpu_backend.table_alloc(PAGE), *middle = mmu_cpu_backend.table_alloc(PAGE);

    memset(top, 0, PAGE);
    memset(middle, 0, PAGE);
    middle[1] = block_pa | LEAF_BLOCK;
    top[0] = ((uintptr_t)middle - mmu_cpu_backend.table_offset) | LEAF_TABLE;
    __asm__ volatile("dsb ishst" : : : "memory");
    return (uintptr_t)top - mmu_cpu_backend.table_offset;
}

static struct mmu_space space;
static struct low low;

static void enter(void)
{
    cpu_low_space(&space);
    low_enter(&low);
}

static void leave(void)
{
    low_leave();
    cpu_low_space(NULL);
}

static void adopted_block__changes_under_loads_and_stores(void)
{
    uint64_t pa = port_frame_alloc(2 * MIB, 2 * MIB, UINT64_MAX);
    struct mmu_tree tree = {make_tables(pa), 39};

    if (pa == PORT_NO_FRAME || !CHECK_EQ(mmu_space_adopt(&space, &mmu_vmsa64_4k, &tree, &mmu_cpu_backend, 0), MMU_OK))
        return;
    low = (struct low){tree.root, 12, 39};
    CHECK(split_run(&(struct split_field){.space = &space,
                                          .va = 2 * MIB,
                                          .pa = pa,
                                          .size = 2 * MIB,
                                          .own = 2 * MIB,
                                          .aliases = 1,
                                          .attr = MMU_WRITEBACK | MMU_WRITE,
                                          .there = true,
                                          .enter = enter,
                                          .leave = leave}) > 0);
    CHECK_EQ(space.tables, 2);
    mmu_space_release(&space);
    port_frame_free(pa, 2 * MIB);
}

/* One leaf shows all of the first GiB of RAM; its user has 2 MiB of them. */
static void block_of_1_gib__changes_under_loads_and_stores(void)
{
    uint64_t pa = port_frame_alloc(2 * MIB, 2 * MIB, UINT64_MAX);
    unsigned met;

    met = split_run(&(struct split_field){.space = mmu_kernel_space(),
                                          .va = machine_corner(),
                                          .pa = RAM_PA,
                                          .size = GIB,
                                          .from = pa - RAM_PA,
                                          .own = 2 * MIB,
                                          .aliases = 1,
                                          .attr = MMU_WRITEBACK | MMU_WRITE});
    port_frame_free(pa, 2 * MIB);
    CHECK(met > 0);
}

/* ---- a TLB conflict abort, which QEMU has none of: the handler is called with one -----------------------------------
 */

static void report_conflict(void *exception)
{
    exception_handle(exception, 4); /* synchronous, on the exception stack */
}

static void tlb_conflict__is_answered_and_not_for_ever(void)
{
    struct exception e = {.syndrome = (uint64_t)EC_DATA << 26 | 0x30, .pc = 0x1000, .va = 0x2000};
    unsigned before = core_this()->retries.conflicts, done = 0;
    struct fault fault = {.verdict = -1};

    while (done < 1000 && fault_try(report_conflict, &e, NULL))
        done++;
    CHECK(done > 0);
    CHECK(done < 1000);
    CHECK_EQ(core_this()->retries.conflicts - before, done);
    CHECK(!fault_try(report_conflict, &e, &fault));
    CHECK_EQ(fault.verdict, FAULT_STALE_TLB);
    e.pc = 0x1004;
    CHECK(fault_try(report_conflict, &e, NULL));
}

void split_run_more(void)
{
    TAP_RUN(block_of_1_gib__changes_under_loads_and_stores);
    TAP_RUN(adopted_block__changes_under_loads_and_stores);
    TAP_RUN(tlb_conflict__is_answered_and_not_for_ever);
}
