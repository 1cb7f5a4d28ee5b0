/* What is mapped, read from the live translation tables, and what each piece of it is to be called. */
#ifndef APPS_PICTURE_ATLAS_H
#define APPS_PICTURE_ATLAS_H

#include <stdbool.h>
#include <stdint.h>

#include "mmu/mmu.h"

/* In the order in which one hides another where both show the same physical memory. */
enum kind {
    KIND_NOTHING,
    KIND_GUARD,
    KIND_FREE, /* RAM that only the linear map shows */
    KIND_DATA,
    KIND_READ_ONLY,
    KIND_USER,
    KIND_CODE,
    KIND_WRITE_THROUGH,
    KIND_WRITE_COMBINED,
    KIND_DEVICE,
    KIND_COUNT
};

struct piece {
    uint64_t va, pa, size; /* bytes; pa means nothing for KIND_GUARD */
    const char *name;
    enum kind kind;
    bool linear;
};

enum { ATLAS_MAX = 200 };

struct atlas {
    struct piece pieces[ATLAS_MAX]; /* by virtual address, the low half first */
    unsigned count;
    unsigned left_out; /* pieces that there was no room for */
};

/* Names a range of addresses that the program mapped. The string is not copied. False: there are too many. */
bool atlas_name(uint64_t va, uint64_t size, const char *name);

/* Reads the kernel's tables, after those of `low` (NULL: none). */
void atlas_read(struct atlas *atlas, struct mmu_space *low);

#endif
