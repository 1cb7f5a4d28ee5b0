/* What the walk's steps on devices' addresses share. */
#ifndef TESTS_HOST_WALK_BUS_H
#define TESTS_HOST_WALK_BUS_H

#include "tests/host/walk_inner.h"

extern bool walk_bus_refused; /* in this step a mapper has refused something, as it may */
extern bool walk_bus_by_hand; /* what is mapped now is so for a driver */
extern bool walk_bus_works;   /* the hardware of the next to start */

/* One that has started, or NULL. */
IOMapperRef walk_bus_mapper(uint8_t byte);
bool walk_bus_only_adds(IOMapperRef mapper); /* and has no say in what devices see, but where */

/* walk_dma.c: what was had of the system mapper by its pages goes back; and all, at the end */
void walk_dma_leave(void);
void walk_dma_end(void);

#endif
