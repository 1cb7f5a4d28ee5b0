/* Walking the live tables without the engine: what is common (view.c), and the architecture's part (view_a64.c). */
#ifndef STARTUP_VIEW_H
#define STARTUP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "startup/exception.h"

/* Where a walk is, at first what the CPU's registers say. */
struct walk {
    uint64_t table; /* physical */
    uint64_t mair;
    uint64_t execute_never[2]; /* the bits of a leaf that forbid a fetch, to the kernel and to EL0 */
    unsigned granule_bits, va_bits, level, half;
    bool disabled, outside; /* walks of this half are off; the address belongs to neither half */
};

struct walk view_start(uint64_t va);

/* PAR after the translation instruction that does what the access did. */
uint64_t view_translate(uint64_t va, const struct syndrome *s);

#endif
