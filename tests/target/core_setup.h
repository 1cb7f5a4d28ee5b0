/* How a core is set up, as its own registers say. */
#ifndef TESTS_TARGET_CORE_SETUP_H
#define TESTS_TARGET_CORE_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#define CORE_SETUP_SAME 9

struct core_setup {
    bool home;                      /* at the level or in the mode of the runtime, on the stack of programs */
    uint64_t same[CORE_SETUP_SAME]; /* what all cores have in common: translation, control, vectors, FP */
    uint64_t affinity;
    uintptr_t sp, exception_sp;
};

void core_setup_read(struct core_setup *setup);

#endif
