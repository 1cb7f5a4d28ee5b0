/* Do the tables, as the program reads them, and the CPU agree on where a mapping leads? */
#ifndef APPS_TOUR_JUDGE_H
#define APPS_TOUR_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iomem/IOMemoryMap.h"

struct judgement {
    bool agrees;
    uint64_t pages; /* looked at */
    char why[120];  /* the first disagreement, in words */
};

/*
 * Compares every page of the map with AT's answer: physical address, memory type, shareability,
 * readable, and writable or not. Of a map of more than 64 MiB, one page of every leaf. mair: the type that the cache
 * mode asks for; -1 takes the table's.
 */
struct judgement judge_map(IOMemoryMapRef map, int mair);

#endif
