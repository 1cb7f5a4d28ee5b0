/* Mappings to be seen in the picture: one of each kind that a program makes. */
#ifndef APPS_PICTURE_EXHIBITS_H
#define APPS_PICTURE_EXHIBITS_H

#include <stdbool.h>

#include "mmu/mmu.h"

/* False, after saying which, when one of them could not be made. */
bool exhibits_open(void);
void exhibits_close(void);

/* A space of the low half, as a program at EL0 would have. */
struct mmu_space *exhibits_space(void);

#endif
