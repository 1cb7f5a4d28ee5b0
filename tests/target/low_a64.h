/*
 * A space of any granule in TTBR0_EL1 for a while, on the calling core, with TCR_EL1 as it needs it. For tests in
 * which no task's space is active.
 */
#ifndef TESTS_TARGET_LOW_A64_H
#define TESTS_TARGET_LOW_A64_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/mmu.h"

/* What the registers say of it; TCR_EL1's fields are for the lower half. */
struct low {
    uint64_t root; /* physical */
    unsigned granule_bits, va_bits;
};

bool low_has_granule(unsigned granule_bits); /* ID_AA64MMFR0_EL1.TGran4, TGran16, TGran64 */
uint64_t low_tcr(const struct low *low);     /* TCR_EL1 with T0SZ and TG0 for it, all else as it is */
void low_enter(const struct low *low);
void low_leave(void); /* TTBR0_EL1 and TCR_EL1 as they were before low_enter, nothing of it in the TLB */

/* The entry that translates va, or that does not, read from the tables by nothing of mmu/. No FEAT_LPA2. */
struct low_entry {
    uint64_t descriptor, size;
    unsigned level;
};
struct low_entry low_find(const struct low *low, uint64_t va);

#endif
