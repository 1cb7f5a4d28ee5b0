/* Registers of coprocessors, 32 bits each, by the words of MRC: "p14, 0, %0, c0, c2, 2" is DBGDSCRext. */
#ifndef TESTS_TARGET_REGISTERS_V7_H
#define TESTS_TARGET_REGISTERS_V7_H

#include <stdint.h>

#define READ_COPROCESSOR(where)                                                                                        \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("mrc " where : "=r"(value_));                                                                 \
        value_;                                                                                                        \
    })

/* CP15's whose first number is 0: "c1, c0, 0" is SCTLR. */
#define READ_CP15(where) READ_COPROCESSOR("p15, 0, %0, " where)

#endif
