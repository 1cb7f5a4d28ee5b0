/*
 * 52-bit addresses: FEAT_LPA2 with 4K and 16K granules (TCR_EL1.DS 1), FEAT_LPA and FEAT_LVA with 64K. Pages, blocks
 * and groups of the engine's against AT, with physical addresses that RAM never has, and loads where there is RAM.
 *
 * QEMU: -cpu max
 */
#include "iomem/port.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "tests/target/at.h"
#include "tests/target/low_a64.h"
#include "tests/target/machine.h"
#include "tests/target/registers_a64.h"
#include "tests/target/tap.h"
#include "tests/target/wide_a64.h"

#define TCR_EPD1   ((uint64_t)1 << 23)
#define TCR_DS     ((uint64_t)1 << 59)
#define TCR_IPS    ((uint64_t)7 << 32)
#define TCR_IPS_52 ((uint64_t)6 << 32)
#define QUARTER    ((uint64_t)1 << 50)
#define FAR        ((uint64_t)0xd << 48) /* bits 51, 50 and 48 */
#define RANGES     16

static const struct granule {
    const struct mmu_format *format, *narrow;
    unsigned bits, group;
    bool ds;
} granule_4k = {&mmu_vmsa64_4k_52, &mmu_vmsa64_4k, 12, 16, true},
  granule_16k = {&mmu_vmsa64_16k_52, &mmu_vmsa64_16k, 14, 128, true},
  granule_64k = {&mmu_vmsa64_64k_52, &mmu_vmsa64_64k, 16, 32, false};

static const struct granule *granule;
static struct mmu_space *wide;
static uint64_t page, stub, frame; /* physical: the page of wide_ask, and one for the probes */
static unsigned va_bits;
static struct mmu_range ranges[RANGES];
static unsigned range_count, probe_count;

static bool has_52_bits(void)
{
    uint64_t mmfr0 = READ_REGISTER("id_aa64mmfr0_el1"), mmfr2 = READ_REGISTER("s3_0_c0_c7_2");

    if ((mmfr0 & 0xf) < 6)
        return false;
    switch (granule->bits) {
    case 12:
        return (mmfr0 >> 28 & 0xf) == 1;
    case 14:
        return (mmfr0 >> 20 & 0xf) == 2;
    default:
        return (mmfr0 >> 24 & 0xf) == 0 && (mmfr2 >> 16 & 0xf) == 1;
    }
}

/* ---- what is asked, and what the answer should be ---- */

static struct wide_probe *probes(void)
{
    return port_linear(frame);
}

static void probe(uint64_t va, bool load)
{
    probes()[probe_count++] = (struct wide_probe){.va = va, .load = load};
}

static void ask(void)
{
    uint64_t tcr = READ_REGISTER("tcr_el1") & ~(UINT64_C(0x3f) | UINT64_C(3) << 14 | TCR_IPS);
    struct wide wanted = {.ttbr0 = mmu_space_root(wide), .probes = frame, .count = probe_count};
    struct mmu_space *narrow = mmu_space_create(granule->narrow, 48, &mmu_cpu_backend);
    struct low low = {narrow ? mmu_space_root(narrow) : 0, granule->bits, 48};
    void (*run)(const struct wide *) = (void (*)(const struct wide *))(uintptr_t)(stub + (uintptr_t)wide_ask % page);

    wanted.tcr = tcr | (64 - va_bits) |
                 (granule->bits == 12   ? 0
                  : granule->bits == 14 ? 2u
                                        : 1u)
                     << 14 |
                 TCR_EPD1 | TCR_IPS_52 | (granule->ds ? TCR_DS : 0);
    if (!CHECK(narrow && mmu_map(narrow, &(struct mmu_range){stub, stub, page, MMU_WRITEBACK | MMU_EXEC}) == MMU_OK))
        return;
    low_enter(&low);
    uintptr_t was = port_interrupts_mask();
    run(&wanted);
    port_interrupts_restore(was);
    low_leave();
    mmu_space_destroy(narrow);
}

static void check_answer(const struct wide_probe *asked, const struct mmu_range *range)
{
    uint64_t pa = range->pa + (asked->va - range->va), par = asked->read_par;
    uint8_t mair = at_mair_of_type(range->attr);

    if (!(CHECK_EQ(par & 1, 0) & CHECK_EQ(par & (((uint64_t)1 << 52) - 4096), pa & -UINT64_C(4096)) &
          CHECK_EQ(par >> 56, mair)))
        tap_note("  %u bits, va 0x%llx", va_bits, (unsigned long long)asked->va);
    if (mair == 0xff)
        CHECK_EQ(par >> 7 & 3, 3); /* TCR's word, or the leaf's */
    CHECK_EQ(asked->write_par & 1, !(range->attr & MMU_WRITE));
    if (asked->load)
        CHECK_EQ(asked->value, 0xa5);
}

/* ---- the ranges ---- */

static void map(uint64_t va, uint64_t pa, uint64_t size, uint32_t attr)
{
    struct mmu_range range = {va, pa, size, attr};

    if (!CHECK_EQ(mmu_map(wide, &range), MMU_OK))
        return;
    ranges[range_count++] = range;
}

/* The first and the last byte of each, and one between; a page that is RAM is read as well. */
static void ask_and_check(void)
{
    unsigned at = 0;

    probe_count = 0;
    for (unsigned i = 0; i < range_count; i++) {
        probe(ranges[i].va, false);
        probe(ranges[i].va + ranges[i].size / 2 + 8, false);
        probe(ranges[i].va + ranges[i].size - 1, ranges[i].pa == frame);
    }
    probe(3 * page, false); /* nothing is mapped there */
    ask();
    for (unsigned i = 0; i < range_count; i++)
        for (unsigned j = 0; j < 3; j++)
            check_answer(&probes()[at++], &ranges[i]);
    CHECK_EQ(probes()[at].read_par & 0x79, 0x09); /* a translation fault */
}

static uint64_t block(int level)
{
    return page << (3 - level) * (int)(granule->bits - 3);
}

static void map_all(void)
{
    uint64_t last = ((uint64_t)1 << va_bits) - page, group = granule->group * page,
             large = block(granule->bits == 12 ? 0 : 1);

    map(stub, stub, page, MMU_WRITEBACK | MMU_EXEC);
    map(frame, frame, page, MMU_WRITEBACK | MMU_WRITE);
    map(last, frame, page, MMU_WRITEBACK);
    map(5 * page, FAR + 7 * page, page, MMU_UNCACHED | MMU_WRITE);
    map(last - 2 * page, ((uint64_t)1 << 52) - page, page, MMU_DEVICE_nGnRE | MMU_WRITE);
    map(64 * block(2) - 2 * page, QUARTER - 2 * page, 4 * page, MMU_WRITEBACK | MMU_WRITE); /* over a carry */
    map(66 * block(2), FAR + 8 * block(2), block(2), MMU_WRITETHROUGH);
    map(67 * block(2) + group, FAR + group, group, MMU_WRITEBACK | MMU_WRITE);
    if (va_bits == 52) {
        map(2 * large, QUARTER + 2 * large, large, MMU_WRITEBACK | MMU_WRITE);
        map(QUARTER, QUARTER * 3, block(granule->bits == 12 ? 1 : 2) * 2, MMU_WRITEBACK);
    }
}

/* A page of a block goes, and comes back; a fold makes the block again. */
static void cut_and_fold(void)
{
    struct mmu_range *cut = NULL, hole;
    struct mmu_leaf leaf;

    for (unsigned i = 0; i < range_count; i++)
        if (ranges[i].va == 66 * block(2))
            cut = &ranges[i];
    if (!CHECK(cut != NULL))
        return;
    hole = (struct mmu_range){cut->va + 3 * page, cut->pa + 3 * page, page, cut->attr};
    CHECK_EQ(mmu_unmap(wide, hole.va, page), MMU_OK);
    ask_and_check();
    CHECK_EQ(mmu_map(wide, &hole), MMU_OK);
    CHECK_EQ(mmu_fold(wide, cut->va, cut->size), 1);
    CHECK_EQ(mmu_walk(wide, hole.va, &leaf), MMU_OK);
    CHECK(leaf.pa == hole.pa && leaf.size == block(2) && leaf.level == 2);
    ask_and_check();
}

static void check_space(unsigned bits)
{
    struct mmu_leaf leaf;

    va_bits = bits;
    range_count = 0;
    wide = mmu_space_create(granule->format, bits, &mmu_cpu_backend);
    if (!CHECK(wide != NULL))
        return;
    map_all();
    ask_and_check();
    cut_and_fold();
    CHECK_EQ(mmu_walk(wide, 3 * block(2), &leaf), MMU_NOT_MAPPED);
    mmu_space_destroy(wide);
}

static void run(const struct granule *of)
{
    struct machine_use before = machine_use();

    granule = of;
    page = (uint64_t)1 << of->bits;
    if (!has_52_bits()) {
        tap_skip("this core has no 52-bit addresses with this granule");
        return;
    }
    stub = at_translate((uintptr_t)wide_ask, AT_EL1_READ).pa & -page;
    frame = port_frame_alloc(page, page, UINT64_MAX);
    if (!CHECK(frame != PORT_NO_FRAME))
        return;
    ((uint8_t *)port_linear(frame))[page - 1] = 0xa5;
    check_space(48);
    check_space(52);
    port_frame_free(frame, page);
    CHECK_EQ(machine_use().free, before.free);
}

static void addresses_of_52_bits__with_4k(void)
{
    run(&granule_4k);
}

static void addresses_of_52_bits__with_16k(void)
{
    run(&granule_16k);
}

static void addresses_of_52_bits__with_64k(void)
{
    run(&granule_64k);
}

int main(void)
{
    TAP_RUN(addresses_of_52_bits__with_4k);
    TAP_RUN(addresses_of_52_bits__with_16k);
    TAP_RUN(addresses_of_52_bits__with_64k);
    return tap_done();
}
