/*
 * The CPU's own answer to "what does this address translate to": AT S1E1R and its kin, and
 * PAR_EL1 decoded (Arm ARM D19.2.109 PAR_EL1). AT walks the tables afresh: it judges what the
 * tables say, not what a TLB still holds.
 */
#ifndef TESTS_TARGET_AT_H
#define TESTS_TARGET_AT_H

#include <stdbool.h>
#include <stdint.h>

enum at_access { AT_EL1_READ, AT_EL1_WRITE, AT_EL0_READ, AT_EL0_WRITE };

/* PAR_EL1.FST's classes, and AT_OK for a translation that went through. */
enum at_result { AT_OK, AT_ADDRESS_SIZE, AT_TRANSLATION, AT_ACCESS_FLAG, AT_PERMISSION, AT_OTHER };

struct at {
    enum at_result result;
    uint64_t pa;    /* of the byte asked for; 0 unless result is AT_OK, as the next two */
    uint8_t mair;   /* the memory attribute, as a byte of MAIR */
    uint8_t sh;     /* shareability */
    uint8_t status; /* FST as it stands: its low two bits are the level */
};

struct at at_translate(uint64_t va, enum at_access access);

/* PAR_EL1, or PAR, as it stands; with short descriptors the same in the form that PAR has with long ones. */
uint64_t at_ask(uint64_t va, enum at_access access);

/*
 * Does this answer say memory of this MAIR byte at pa? Shareability counts for cacheable memory only:
 * models report either the descriptor's or "outer" for Device and Normal non-cacheable.
 */
bool at_agrees(struct at at, uint64_t pa, uint8_t mair);

/* The byte that the CPU has for this one of AArch64's: ARMv7 knows one Device type where AArch64 knows three. */
uint8_t at_mair_here(uint8_t mair);

/* The byte for an mmu/ memory type (MMU_DEVICE_nGnRnE ... MMU_WRITEBACK), from the Arm ARM's table. */
uint8_t at_mair_of_type(uint32_t attr);

#endif
