/* The mappings on show: the lines of the tour's table. They live until they are removed. */
#ifndef APPS_TOUR_LINES_H
#define APPS_TOUR_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "iomem/IOMemoryMap.h"
#include "iomem/OSObject.h"

#define LINES_NAME_SIZE 16

struct line {
    struct line *next;
    unsigned number; /* from 1, never used twice */
    char name[LINES_NAME_SIZE];
    IOMemoryMapRef map; /* owned */
    int mair;           /* what its cache mode must give; -1: not known any more */
};

/*
 * Maps memory into the kernel's space with these options and puts the map at the end of the table.
 * Takes over the caller's reference to memory, whatever happens; memory may be NULL.
 * NULL: the map was refused.
 */
struct line *lines_add(const char *name, IOMemoryDescriptorRef memory, IOOptionBits options);

struct line *lines_first(void);
struct line *lines_find(unsigned number);
struct line *lines_find_va(uint64_t va); /* the first whose map covers va */
void lines_remove(struct line *line);    /* unmaps and frees it */
void lines_remove_all(void);

/* A later mapping may have changed the memory type of pages that older lines show too. */
void lines_forget_mair(void);

#endif
