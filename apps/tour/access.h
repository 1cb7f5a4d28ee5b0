/* One load or store that may fault without harm. */
#ifndef APPS_TOUR_ACCESS_H
#define APPS_TOUR_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "startup/runtime.h"

struct access {
    uint64_t va, value; /* value: what to store, or what was loaded */
    unsigned bits;      /* 8, 16, 32 or 64 */
    bool write;
};

/* False: it faulted, and *fault says how; value is unchanged. */
bool access_try(struct access *access, struct fault *fault);

/* What happened, why, and where, in two lines that begin with indent. */
void access_explain(const struct access *access, const struct fault *fault, const char *indent);

#endif
