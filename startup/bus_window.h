/* What the device tree says of devices' own view of memory (Devicetree Specification 0.4, 2.3.9, dma-ranges). */
#ifndef STARTUP_BUS_WINDOW_H
#define STARTUP_BUS_WINDOW_H

#include "startup/runtime.h"

/* runtime_bus_window's, by this tree alone. */
bool bus_window_read(const void *fdt, const char *compatible, unsigned index, struct bus_window *window);

/*
 * window->pa is an address on the bus above; that bus reaches memory by step. Then window->pa is a physical one (or the
 * next bus's), its offset is of both, and its size is cut to the step's end. false: the step does not have its first
 * byte, and nothing has changed.
 */
bool bus_window_rise(struct bus_window *window, const struct bus_window *step);

#endif
