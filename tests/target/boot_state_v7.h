/* What boot_state_v7.c leaves to the format of the descriptors: boot_state_lpae.c, boot_state_short.c. */
#ifndef TESTS_TARGET_BOOT_STATE_V7_H
#define TESTS_TARGET_BOOT_STATE_V7_H

#include "tests/target/boot_state.h"

#define READ_CP15(where)                                                                                               \
    ({                                                                                                                 \
        uint32_t value_;                                                                                               \
        __asm__ volatile("mrc p15, 0, %0, " where : "=r"(value_));                                                     \
        value_;                                                                                                        \
    })

void boot_state_run_format(void); /* the tests of the registers that say how tables are read */

#endif
