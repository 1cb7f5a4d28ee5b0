/*
 * A format's geometry: a row a level, by Arm's level number. It is constant where the engine is
 * compiled, so the compiler folds it away.
 */
#ifndef MMU_LEVEL_H
#define MMU_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

enum { LAST_LEVEL = 3 };

struct level {
    uint8_t shift;      /* an entry translates 2^shift bytes */
    bool leaf;          /* and may be a leaf; true at all levels below the first such one */
    uint8_t group_bits; /* a contiguous group is 2^group_bits leaves */
};

#endif
