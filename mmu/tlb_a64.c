#include "mmu/tlb.h"

#include "mmu/space.h"

/* Stores to tables complete before what follows; this core also fetches what follows anew (Arm ARM D8.16, B2.3). */
void tlb_publish(const struct mmu_space *space)
{
    (void)space;
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

#define FOR_EACH(operation, operand, step, count)                                                                      \
    do                                                                                                                 \
        __asm__ volatile("tlbi " operation ", %0" : : "r"(operand) : "memory");                                        \
    while (operand += step, --count)

/* The forms without L drop cached walks too. Those with AA are for every ASID: kernel addresses are in all of them. */
static inline void forget(uint64_t operand, uint64_t step, uint64_t count, bool tables)
{
    if (tables)
        FOR_EACH("vae1is", operand, step, count);
    else
        FOR_EACH("vale1is", operand, step, count);
}

static inline void forget_kernel(uint64_t operand, uint64_t step, uint64_t count, bool tables)
{
    if (tables)
        FOR_EACH("vaae1is", operand, step, count);
    else
        FOR_EACH("vaale1is", operand, step, count);
}

void tlb_invalidate(const struct mmu_space *space, const struct mmu_flush *flush)
{
    uint64_t count = (flush->size + flush->stride - 1) / flush->stride;
    bool kernel = space->base != 0;

    __asm__ volatile("dsb ishst" : : : "memory");
    if (count > TLB_OPERATIONS_MAX) {
        if (kernel)
            __asm__ volatile("tlbi vmalle1is" : : : "memory");
        else
            __asm__ volatile("tlbi aside1is, %0" : : "r"(tlb_operand(0, space->asid)) : "memory");
    } else if (kernel) {
        forget_kernel(tlb_operand(flush->va, 0), flush->stride >> 12, count, flush->tables);
    } else {
        forget(tlb_operand(flush->va, space->asid), flush->stride >> 12, count, flush->tables);
    }
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}
