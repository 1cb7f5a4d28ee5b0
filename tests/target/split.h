/*
 * Large leaves that one core cuts, changes in part and folds back, in a loop, while the others load, store and fetch
 * through them: nobody sees a fault, and no store is lost. What test_split*.c
 * have in common.
 */
#ifndef TESTS_TARGET_SPLIT_H
#define TESTS_TARGET_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/mmu.h"

/* Does the CPU change a leaf's size without a break? Then what does not change is never away. */
int split_main(bool no_break);

/* ---- inside ---- */

/* A leaf, or a group of leaves, of which the other cores use `own` bytes of RAM that begin `from` bytes into it. */
struct split_field {
    struct mmu_space *space;
    uint64_t va, pa, size, from, own;
    uint64_t aliases; /* how many of them lie side by side, all of the same RAM */
    uint32_t attr;
    bool there;                          /* mapped already, and it stays */
    void (*enter)(void), (*leave)(void); /* each core's way to the space and back; NULL: the port's */
};

unsigned split_run(const struct split_field *wanted); /* the accesses that were tried again */
void split_run_more(void);                            /* the architecture's tests */

#endif
