#include "mmu/tlb.h"

#include "mmu/space.h"

/* Stores to tables complete before what follows; this core also fetches what follows anew (Arm ARM B3.10.1). */
void tlb_publish(const struct mmu_space *space)
{
    (void)space;
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

/* TLBIMVAAIS: for every ASID, kernel addresses are in all of them. TLBIMVAIS: VA[31:12] and the ASID. Walks too. */
static void forget_pages(const struct mmu_space *space, const struct mmu_flush *flush)
{
    uint64_t end = flush->va + flush->size;

    for (uint64_t va = flush->va; va < end; va += flush->stride) {
        uint32_t operand = (uint32_t)va & ~0xfffu;

        if (space->global)
            __asm__ volatile("mcr p15, 0, %0, c8, c3, 3" : : "r"(operand) : "memory");
        else
            __asm__ volatile("mcr p15, 0, %0, c8, c3, 1" : : "r"(operand | space->asid) : "memory");
    }
}

/* BPIALLIS: ARMv7's branch predictors may know virtual addresses only (Arm ARM B2.2.9) */
static void finish(void)
{
    __asm__ volatile("mcr p15, 0, %0, c7, c1, 6\n\tdsb ish\n\tisb" : : "r"(0) : "memory");
}

/* The ASID is read after the DSB, as on AArch64. */
void tlb_invalidate(const struct mmu_space *space, const struct mmu_flush *flush)
{
    __asm__ volatile("dsb ishst" : : : "memory");
    if ((flush->size - 1) / flush->stride < TLB_OPERATIONS_MAX)
        forget_pages(space, flush);
    else if (space->global)
        __asm__ volatile("mcr p15, 0, %0, c8, c3, 0" : : "r"(0) : "memory"); /* TLBIALLIS */
    else
        __asm__ volatile("mcr p15, 0, %0, c8, c3, 2" : : "r"((uint32_t)space->asid) : "memory"); /* TLBIASIDIS */
    finish();
}

void tlb_forget_asid(uint16_t asid)
{
    __asm__ volatile("dsb ishst\n\tmcr p15, 0, %0, c8, c3, 2" : : "r"((uint32_t)asid) : "memory");
    finish();
}

void tlb_forget_all(void)
{
    __asm__ volatile("dsb ishst\n\tmcr p15, 0, %0, c8, c3, 0" : : "r"(0) : "memory");
    finish();
}

unsigned tlb_asid_bits(void)
{
    return 8;
}

/* ARMv7 knows no such cores. */
bool tlb_no_break(void)
{
    return false;
}
