/* The CPU's own answer to "where does this address lead?", asked past the TLB: a judge of the tables. */
#ifndef APPS_TOUR_AT_H
#define APPS_TOUR_AT_H

#include <stdbool.h>
#include <stdint.h>

enum at_access { AT_READ, AT_WRITE, AT_USER_READ };

struct at_answer {
    bool translates;
    bool tells_type;      /* else mair and shareability are 0: QEMU does not tell them of short descriptors */
    uint64_t pa;          /* of the byte asked for */
    uint8_t mair;         /* the memory type, as MAIR spells it */
    uint8_t shareability; /* 0 none, 2 outer, 3 inner */
    uint8_t status;       /* when it does not translate: the fault status code */
};

struct at_answer at_ask(uint64_t va, enum at_access access);

uint8_t at_mair_byte(unsigned attr_index); /* the byte that MAIR (PRRR and NMRR) has for a leaf's attribute index */
uint8_t at_mair_reduced(uint8_t mair);     /* what the CPU has for this one of AArch64's: ARMv7 knows fewer */
unsigned at_pa_bits(void);                 /* width of the physical addresses that the CPU can put out */
uint64_t at_exception_level(void);         /* the exception level the program runs at */

#endif
