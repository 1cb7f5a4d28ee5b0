/* System registers, by name. */
#ifndef TESTS_TARGET_REGISTERS_A64_H
#define TESTS_TARGET_REGISTERS_A64_H

#include <stdint.h>

#define READ_REGISTER(name)                                                                                            \
    ({                                                                                                                 \
        uint64_t value_;                                                                                               \
        __asm__ volatile("mrs %0, " name : "=r"(value_));                                                              \
        value_;                                                                                                        \
    })

#endif
