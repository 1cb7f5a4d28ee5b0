/* A block in tables that somebody else has made, by hand here, adopted while all cores have them in TTBR0. */
#include <string.h>

#include "iomem/port.h"
#include "mmu/space.h"
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

static void adopted_block__changes_under_loads_and_stores(void)
{
    static struct mmu_space space;
    uint64_t pa = port_frame_alloc(2 * MIB, 2 * MIB, UINT64_MAX);
    struct low low = {make_tables(pa), 12, 39};
    struct mmu_tree tree = {low.root, low.va_bits};

    if (pa == PORT_NO_FRAME || !CHECK_EQ(mmu_space_adopt(&space, &mmu_vmsa64_4k, &tree, &mmu_cpu_backend, 0), MMU_OK))
        return;
    CHECK(split_run(&(struct split_field){.space = &space,
                                          .va = 2 * MIB,
                                          .pa = pa,
                                          .size = 2 * MIB,
                                          .own = 2 * MIB,
                                          .aliases = 1,
                                          .attr = MMU_WRITEBACK | MMU_WRITE,
                                          .there = true,
                                          .low = &low}) > 0);
    CHECK_EQ(space.tables, 2);
    mmu_space_release(&space);
    port_frame_free(pa, 2 * MIB);
}

void split_run_adopted(void)
{
    TAP_RUN(adopted_block__changes_under_loads_and_stores);
}
