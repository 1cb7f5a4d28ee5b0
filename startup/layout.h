/*
 * The kernel's half of the address space: where its parts lie is the architecture's (arch/layout.h).
 * Assembler and C share this file.
 */
#ifndef STARTUP_LAYOUT_H
#define STARTUP_LAYOUT_H

#include "arch/layout.h"

#define CONSOLE_VA      DEVICES_VA
#define DEVICE_TREE_VA  (DEVICES_VA + 0x200000)
#define DEVICE_TREE_MAX 0x200000                /* the arm64 boot protocol's limit */
#define CLEAN_VA        (DEVICES_VA + 0x600000) /* CLEAN_SIZE a core, see memory.c */
#define CLEAN_SIZE      0x10000
#define DRIVERS_VA      (DEVICES_VA + 0x800000) /* registers of devices that the runtime drives, see device.h */
#define DRIVERS_END     (DEVICES_VA + 0x1000000)

/*
 * A stack is STACK_SIZE bytes below an address that is a multiple of 2 * STACK_SIZE; the half below
 * it is its guard. So one bit of SP says "overflowed" (the vectors test it).
 */
#define EXCEPTION_STACK_SHIFT 14
#define EXCEPTION_STACK_SIZE  (1 << EXCEPTION_STACK_SHIFT)

#define CORE_MAX 8

#endif
