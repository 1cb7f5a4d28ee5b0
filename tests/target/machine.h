/* What the tests take for granted of the machine, and of the address space they run in. */
#ifndef TESTS_TARGET_MACHINE_H
#define TESTS_TARGET_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "boards/board.h"

#define PAGE ((uint64_t)4096)
#define MIB  ((uint64_t)1 << 20)
#define GIB  ((uint64_t)1 << 30)

#define MACHINE_BANKS 4

/* What rings for a test of interrupts. QEMU's raspi4b wires the system timer to no controller that it has. */
enum machine_alarm { ALARM_PL031, ALARM_SYSTEM_TIMER, ALARM_PL011 };

/* The board's: physical addresses. */
struct machine {
    uint64_t ram;    /* where it begins */
    uint64_t uart;   /* a PL011 */
    uint64_t clock;  /* a page of registers that nobody minds if they are read: a PL031, or a Pi's timer */
    uint64_t fw_cfg; /* QEMU's; 0: none */
    uint64_t nobody; /* the bus refuses it */
    enum machine_alarm alarm;
    uint64_t alarm_pa;
    unsigned alarm_irq;
    struct board_range banks[MACHINE_BANKS]; /* RAM where no device tree tells; size 0: no more */
};
const struct machine *machine(void);

#define RAM_PA    (machine()->ram)
#define UART_PA   (machine()->uart)
#define CLOCK_PA  (machine()->clock)
#define FW_CFG_PA (machine()->fw_cfg)
#define NOBODY_PA (machine()->nobody)

/* The alarm, by its registers mapped: very soon, and no more. */
void machine_ring(uintptr_t registers);
void machine_silence(uintptr_t registers);

uint64_t machine_ram(void); /* bytes that the runtime has found */

/* RAM from here on is none of the runtime's: 32-bit Arm uses the first GiB, AArch64 what lies below 256 GiB. */
uint64_t machine_ram_limit(void);

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
