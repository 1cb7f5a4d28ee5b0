/* Walking the live tables without the engine: what is common (view.c), and the formats' parts (view_a64.c and so on).
 */
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
    unsigned granule_bits, va_bits, half;
    unsigned el;                /* the kernel's exception level */
    unsigned level, level_bias; /* the last level is 3; in a report it is called that less the bias */
    bool fetch_needs_read;      /* AArch32: execution at EL0 asks for the right to read as well */
    bool disabled, outside;     /* walks of this half are off; the address belongs to neither half */
};

/* An entry as it stands, and as a long descriptor; slot NULL: the table is not in RAM. */
struct walk_entry {
    const void *slot;
    uint64_t raw, entry;
};

struct walk view_start(uint64_t va);
unsigned view_shift(const struct walk *walk); /* an entry of this level translates 2^shift bytes */
struct walk_entry view_read(const struct walk *walk, uint64_t va);

/* PAR after the translation instruction that does what the access did. */
uint64_t view_translate(uint64_t va, const struct syndrome *s);

/* AArch32: a fault status of the short descriptors' as one of the long ones' (syndrome_v7.c). */
unsigned syndrome_short_status(unsigned fs);

#endif
