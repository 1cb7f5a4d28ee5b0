/* What boot_state_v7.c leaves to the format of the descriptors: boot_state_lpae.c, boot_state_short.c. */
#ifndef TESTS_TARGET_BOOT_STATE_V7_H
#define TESTS_TARGET_BOOT_STATE_V7_H

#include "tests/target/boot_state.h"
#include "tests/target/registers_v7.h"

void boot_state_run_format(void); /* the tests of the registers that say how tables are read */

#endif
