/* Devices as the device tree names them or, where there is none, the board. */
#ifndef APPS_TOUR_DEVICES_H
#define APPS_TOUR_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device {
    uint64_t pa, size; /* its first range of registers */
};

/*
 * Every device that the CPU reaches and that is compatible with this, lowest address first.
 * Returns how many there are; fills in at most max.
 */
size_t devices_find(const char *compatible, struct device *devices, size_t max);

const char *devices_machine(void); /* what the device tree calls the machine, or the board's name */
const char *devices_source(void);  /* how devices are found here, in words */

/* Finds the devices, maps each into a line of the table, and asks it who it is. Returns how many did not answer. */
unsigned devices_show(void);

#endif
