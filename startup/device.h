/* Registers of the devices that the runtime itself drives. */
#ifndef STARTUP_DEVICE_H
#define STARTUP_DEVICE_H

#include <stdint.h>

/* Map them for good, as Device-nGnRE. 0: no memory, or no room in the window. */
uintptr_t device_map(uint64_t pa, uint64_t size);

#endif
