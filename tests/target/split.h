/*
 * Large leaves that one core cuts, changes in part and folds back, in a loop, while the others load, store and fetch
 * through them: nobody sees a fault, and no store is lost. What test_split_a64.c and test_split_max_a64.c have in
 * common.
 */
#ifndef TESTS_TARGET_SPLIT_H
#define TESTS_TARGET_SPLIT_H

#include <stdbool.h>

/* Does the CPU change a leaf's size without a break? Then what does not change is never away. */
int split_main(bool no_break);

#endif
