/* Ranges of every awkward kind, for the shape under test. */
#ifndef TESTS_HOST_REQUESTS_H
#define TESTS_HOST_REQUESTS_H

#include "tests/host/world.h"

struct request {
    const char *what;
    uint64_t va, pa, size;
};

#define REQUESTS_MAX 24

/* Fills list and returns how many requests this shape knows. */
size_t requests(struct request list[REQUESTS_MAX]);

/* The leaf that holds va after the range was mapped into nothing: the largest that va, pa and size allow. */
uint64_t leaf_due(const struct request *request, uint64_t va);

#endif
