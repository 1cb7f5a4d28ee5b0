/*
 * Operations from bytes: any string of bytes is a sequence of calls of mmu/, each made on a space over
 * the model and on a flat map, which must agree after each of them. A random test, a fuzzer and
 * a long run share this driver.
 */
#ifndef TESTS_HOST_OPS_H
#define TESTS_HOST_OPS_H

#include "tests/host/shape.h"

enum { OP_BYTES = 8 };

struct ops {
    const struct shape *shape;
    const uint8_t *bytes;
    size_t count;  /* operations, of OP_BYTES bytes each */
    bool thorough; /* look at every table after every operation */
    bool print;    /* say each operation in words */
};

/* Runs a sequence in a fresh space. NULL, or what went wrong first: valid until the next call. */
const char *ops_run(const struct ops *ops);

/*
 * The sequence has failed: cut out of it what is not needed to make it fail, and print what is left, in words
 * and as a REPLAY for test_mmu_random.
 */
void ops_explain(const struct ops *ops);

#endif
