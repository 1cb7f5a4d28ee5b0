/*
 * A space of 52-bit addresses in TTBR0_EL1. TCR_EL1.DS changes how both halves' tables are read, so the kernel's half
 * is off meanwhile (EPD1), and what asks runs at its physical address.
 */
#ifndef TESTS_TARGET_WIDE_A64_H
#define TESTS_TARGET_WIDE_A64_H

#define WIDE_PROBE_SIZE 40

#ifndef __ASSEMBLER__
#include <stdint.h>

/* In: an address, and whether a byte is to be loaded from it. Out: PAR_EL1 after AT S1E1R and S1E1W, and the byte. */
struct wide_probe {
    uint64_t va, load, read_par, write_par, value;
};

_Static_assert(sizeof(struct wide_probe) == WIDE_PROBE_SIZE, "wide_a64.S");

struct wide {
    uint64_t ttbr0, tcr;
    uint64_t probes, count; /* struct wide_probe's address in that space */
};

/* To be called at its physical address, which both TTBR0's space of now and the wide one map so; interrupts masked. */
extern char wide_ask[];
#endif

#endif
