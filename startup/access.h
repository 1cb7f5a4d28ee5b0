/* What the runtime lends to the board's functions. */
#ifndef STARTUP_ACCESS_H
#define STARTUP_ACCESS_H

#include "boards/board.h"

/* Once the MMU is on. One core and one call at a time. */
struct board_access access_lend(void);

#endif
