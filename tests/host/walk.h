/*
 * A walk over the classes: any string of bytes is a sequence of steps, each a call or a few on whatever exists by
 * then, some with an allocation that fails. The machine beneath is port_host.h's, the engine over the model. After each
 * step the invariants of walk_check.c hold, or the process ends with a word why.
 */
#ifndef TESTS_HOST_WALK_H
#define TESTS_HOST_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STEP_BYTES = 8 };

struct walk {
    const uint8_t *bytes;
    size_t count;  /* steps */
    bool thorough; /* look at every table after every step */
    bool print;    /* say each step in words */
};

/* Returns when all has been well, and everything that it made has gone. Exits, or dies, otherwise. */
void walk_run(const struct walk *walk);

/* In a process for walks: run, and say on stderr what assertion failed. Does not return: exits with 0 or not. */
void walk_process(void (*run)(void **), const void *context) __attribute__((noreturn));

/* The walk has failed: print what of it is enough, in words and as a REPLAY for test_iomem_walk. */
void walk_explain(const struct walk *walk);

#endif
