/* What the tests take for granted of QEMU's virt, and of the address space they run in. */
#ifndef TESTS_TARGET_MACHINE_H
#define TESTS_TARGET_MACHINE_H

#include <stdint.h>

#define PAGE      ((uint64_t)4096)
#define MIB       ((uint64_t)1 << 20)
#define GIB       ((uint64_t)1 << 30)
#define RAM_PA    ((uint64_t)0x40000000)
#define UART_PA   ((uint64_t)0x09000000)
#define RTC_PA    ((uint64_t)0x09010000)
#define FW_CFG_PA ((uint64_t)0x09020000)
#define NOBODY_PA ((uint64_t)0x0f000000) /* the bus refuses it */

/*
 * 8 GiB at the end of the IOKit window, aligned to 1 GiB, which maps placed anywhere do not reach. In an address
 * space of 32 bits: 256 MiB.
 */
uint64_t machine_corner(void);
uint64_t machine_room(void); /* bytes from the corner to the end of the window */

/* Frames and tables as they stand, to see later that nothing was lost. */
struct machine_use {
    uint64_t free, largest_run; /* RAM */
    uint64_t tables;            /* of the kernel space */
};
struct machine_use machine_use(void);

#endif
