#include "mmu/tlb.h"

#include "mmu/format.h"
#include "mmu/small.h"
#include "mmu/space.h"

/* Stores to tables complete before what follows; this core also fetches what follows anew (Arm ARM D8.16, B2.3). */
void tlb_publish(const struct mmu_space *space)
{
    (void)space;
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

enum { ASKED = 1, HAS_RANGE = 2, HAS_TTL = 4 };

/* Asked for once, when more than one TLBI is due, as a hypervisor may trap the registers. */
static uint8_t features;

/* ID_AA64ISAR0_EL1.TLB says 2: FEAT_TLBIRANGE; ID_AA64MMFR2_EL1.TTL says 1: FEAT_TTL (by number for old assemblers) */
static inline void ask_features(void)
{
    uint64_t isar0, mmfr2;

    __asm__("mrs %0, id_aa64isar0_el1" : "=r"(isar0));
    __asm__("mrs %0, s3_0_c0_c7_2" : "=r"(mmfr2));
    features = ASKED | ((isar0 >> 56 & 0xf) >= 2 ? HAS_RANGE : 0) | ((mmfr2 >> 48 & 0xf) >= 1 ? HAS_TTL : 0);
}

/* Nothing where tables went: a hint is about leaves, and cached walks are to go too. */
static uint64_t hint(const struct mmu_space *space, const struct mmu_flush *flush)
{
    if (!flush->level || flush->tables)
        return 0;
    return tlb_ttl(space->format->granule_bits, flush->level);
}

#define TLBI_NEXT(operation) "tlbi " operation ", %0\n\tadd %0, %0, %1\n\t"
#define TLBI_FOUR(operation) TLBI_NEXT(operation) TLBI_NEXT(operation) TLBI_NEXT(operation) TLBI_NEXT(operation)
#define FORGET_EACH(name, operation)                                                                                   \
    static inline void name(uint64_t operand, uint64_t step, uint64_t count)                                           \
    {                                                                                                                  \
        for (uint64_t turns = count / 8; turns; turns--)                                                               \
            __asm__ volatile(TLBI_FOUR(operation) TLBI_FOUR(operation) : "+r"(operand) : "r"(step) : "memory");        \
        for (count %= 8; count; count--, operand += step)                                                              \
            __asm__ volatile("tlbi " operation ", %0" : : "r"(operand) : "memory");                                    \
    }

/* The forms without L drop cached walks too. Those with AA are for every ASID: kernel addresses are in all of them. */
FORGET_EACH(forget_va, "vae1is")
FORGET_EACH(forget_leaf, "vale1is")
FORGET_EACH(forget_kernel_va, "vaae1is")
FORGET_EACH(forget_kernel_leaf, "vaale1is")

static inline void forget(uint64_t operand, uint64_t step, uint64_t count, bool tables)
{
    if (tables)
        forget_va(operand, step, count);
    else
        forget_leaf(operand, step, count);
}

static inline void forget_kernel(uint64_t operand, uint64_t step, uint64_t count, bool tables)
{
    if (tables)
        forget_kernel_va(operand, step, count);
    else
        forget_kernel_leaf(operand, step, count);
}

/* TLBI RVAE1IS, RVALE1IS, and RVAAE1IS, RVAALE1IS for kernel addresses: by number, for assemblers before Armv8.4 */
static void forget_range(uint64_t operand, bool kernel, bool tables)
{
    if (kernel && tables)
        __asm__ volatile("sys #0, c8, c2, #3, %0" : : "r"(operand) : "memory");
    else if (kernel)
        __asm__ volatile("sys #0, c8, c2, #7, %0" : : "r"(operand) : "memory");
    else if (tables)
        __asm__ volatile("sys #0, c8, c2, #1, %0" : : "r"(operand) : "memory");
    else
        __asm__ volatile("sys #0, c8, c2, #5, %0" : : "r"(operand) : "memory");
}

/* With TCR.DS the operand's address is in units of 64K, whatever the granule: a range need not begin at one. */
static bool has_ds(const struct mmu_format *format)
{
    return format->pa_bits_max > 48 && format->granule_bits < 16;
}

static bool forget_by_range(const struct mmu_space *space, const struct mmu_flush *flush)
{
    bool kernel = space->global;
    uint64_t operand;

    if (has_ds(space->format) || !tlb_range_operand(&operand, flush->va, flush->size, space->format->granule_bits))
        return false;
    if (!flush->tables)
        operand |= tlb_range_ttl(flush->level);
    forget_range(kernel ? operand : operand | tlb_operand(0, space->asid), kernel, flush->tables);
    return true;
}

static inline void forget_all(const struct mmu_space *space)
{
    if (space->global)
        __asm__ volatile("tlbi vmalle1is" : : : "memory");
    else
        __asm__ volatile("tlbi aside1is, %0" : : "r"(tlb_operand(0, space->asid)) : "memory");
}

/* `count` leaves from the one of that operand on, which has no ASID yet */
static inline __attribute__((always_inline)) void
forget_each(const struct mmu_space *space, const struct mmu_flush *flush, uint64_t operand, uint64_t count)
{
    uint64_t step = flush->stride >> 12;

    if (count > TLB_OPERATIONS_MAX)
        forget_all(space);
    else if (space->global)
        forget_kernel(operand, step, count, flush->tables);
    else
        forget(operand | tlb_operand(0, space->asid), step, count, flush->tables);
}

static inline void forget_any(const struct mmu_space *space, const struct mmu_flush *flush)
{
    uint64_t count = (flush->size + flush->stride - 1) / flush->stride, operand = tlb_operand(flush->va, 0);

    if (__builtin_expect(features != ASKED, 0)) {
        if (!features)
            ask_features();
        if (features & HAS_RANGE && count > 1 && forget_by_range(space, flush))
            return;
        if (features & HAS_TTL)
            operand |= hint(space, flush);
    }
    forget_each(space, flush, operand, count);
}

/* Small code knows the forms that do everywhere, and that drop cached walks always. */
static inline void forget_plainly(const struct mmu_space *space, const struct mmu_flush *flush)
{
    uint64_t operand = tlb_operand(flush->va, space->asid), end = operand + (flush->size >> 12);

    if (flush->size > flush->stride * TLB_OPERATIONS_MAX)
        forget_all(space);
    else
        for (; operand < end; operand += flush->stride >> 12)
            if (space->global)
                __asm__ volatile("tlbi vaae1is, %0" : : "r"(operand) : "memory");
            else
                __asm__ volatile("tlbi vae1is, %0" : : "r"(operand) : "memory");
}

/*
 * The ASID is read after the DSB: a core that gives the space another number has a DSB between that and TTBR0, so
 * either it walks after our stores, or the number read here is the one that it uses.
 */
void tlb_invalidate(const struct mmu_space *space, const struct mmu_flush *flush)
{
    __asm__ volatile("dsb ishst" : : : "memory");
    if (SMALL)
        forget_plainly(space, flush);
    else if (flush->size <= flush->stride && !(features & HAS_TTL))
        forget_each(space, flush, tlb_operand(flush->va, 0), 1);
    else
        forget_any(space, flush);
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

void tlb_forget_asid(uint16_t asid)
{
    __asm__ volatile("dsb ishst\n\ttlbi aside1is, %0\n\tdsb ish\n\tisb" : : "r"(tlb_operand(0, asid)) : "memory");
}

void tlb_forget_all(void)
{
    __asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" : : : "memory");
}

unsigned tlb_asid_bits(void)
{
    uint64_t tcr;

    __asm__("mrs %0, tcr_el1" : "=r"(tcr));
    return tcr >> 36 & 1 ? 16 : 8;
}
