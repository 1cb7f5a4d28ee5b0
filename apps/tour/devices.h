/* Devices as the device tree names them. */
#ifndef APPS_TOUR_DEVICES_H
#define APPS_TOUR_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device {
    uint64_t pa, size; /* its first range of registers */
};

/*
 * Every device on the CPU's own bus that is compatible with this, lowest address first.
 * Returns how many there are; fills in at most max. 0 without a device tree.
 */
size_t devices_find(const char *compatible, struct device *devices, size_t max);

const char *devices_machine(void); /* what the device tree calls the machine */

/* Finds the devices, maps each into a line of the table, and asks it who it is. Returns how many did not answer. */
unsigned devices_show(void);

#endif
