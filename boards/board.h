/* A board: what startup/ cannot find out for itself. One const object a board; the Makefile links one. */
#ifndef BOARDS_BOARD_H
#define BOARDS_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "boards/irq_controller.h"

struct board_range {
    uint64_t pa, size; /* bytes */
};

/* A serial console. base is where its registers are mapped. */
struct console {
    void (*init)(uintptr_t base);
    void (*putc)(uintptr_t base, char c); /* waits for room */
    int (*getc)(uintptr_t base);          /* 0..255, or -1 when nothing has come in */
};

/* A device, for programs that look for one where there is no device tree. */
struct board_device {
    const char *compatible; /* as a device tree calls it */
    struct board_range registers;
    unsigned irq; /* INTID; 0: none that is of use */
};

/* What a bus's devices reach of physical memory, by addresses that are offset more than the CPU's (modulo 2^64). */
struct board_window {
    const char *compatible; /* of a device on the bus */
    struct board_range memory;
    uint64_t offset;
};

/* What the runtime lends to a board's functions, for the time of the call. */
struct board_access {
    uintptr_t registers; /* where the first of board.registers is mapped */
    void *buffer;        /* BOARD_BUFFER_SIZE bytes of write-back RAM that share no cache line with anything else */
    uint64_t buffer_pa;
};

#define BOARD_BUFFER_SIZE 256
#define BOARD_REGISTERS   6
#define BOARD_RAM_MAX     4

struct board {
    const char *name;
    const struct console *console;

    /*
     * Registers that the runtime maps before anything else, whole pages, one range after the other from the same
     * address on. The console's base is that address. An entry of size 0 ends the list.
     */
    struct board_range registers[BOARD_REGISTERS];
    uint64_t device_tree; /* where one may lie when no register says so; 0 = nowhere */

    /* Used when there is no device tree. An entry of size 0 ends a list; find_ram, unless NULL, comes before ram. */
    const struct board_range *ram;
    const struct board_range *reserved;
    size_t (*find_ram)(const struct board_access *access, struct board_range ranges[BOARD_RAM_MAX]); /* 0: not known */
    int core_count;
    uint64_t first_core;                /* core 0's affinity fields in MPIDR; the others' follow */
    const struct board_device *devices; /* ended by compatible NULL; may be NULL */

    /* Where the device tree has no dma-ranges; ended by compatible NULL; may be NULL. */
    const struct board_window *windows;
    uint32_t dma_channels; /* of the BCM2835's DMA engine: a bit for each that firmware leaves to the ARM */

    /* Of the first of board_irq_controllers, and INTID of the virtual timer. Size 0, or 0: the device tree says. */
    struct board_range irq_registers[2];
    unsigned timer_irq;

    /*
     * Where firmware without PSCI keeps the other cores: each polls 8 bytes, physical, one core's after the other's,
     * for an address to go to (AArch64's "spin-table"). 0: nowhere. The device tree may say otherwise.
     */
    uint64_t spin_table;
    /* Where it keeps them otherwise: have one go to that address; an event follows. May be NULL. */
    void (*call_core)(const struct board_access *access, int core, uint64_t entry);

    void (*start)(const struct board_access *access);    /* before the console's init; may be NULL */
    void (*turn_off)(const struct board_access *access); /* where no firmware does; may come back; may be NULL */
};

extern const struct board board;

/* Those that the board may have, ended by NULL: the device tree says which. Linked where interrupts are used. */
extern const struct irq_controller *const board_irq_controllers[];

/*
 * For a board that enters at EL3: what nobody before us has set up there. A number of 0: there is no such thing. The
 * GIC is where its distributor, GICv2's CPU interface and GICv3's redistributors lie, so that EL1 can be given its
 * interrupts.
 */
struct board_secure {
    uint64_t gic_distributor, gic_interface, gic_redistributors;
    uint64_t timer_hertz; /* the generic timer's frequency, for CNTFRQ when it holds 0 */
    uint64_t arm_local;   /* the Raspberry Pi's core-local registers, whose prescaler feeds that timer */
};
extern const struct board_secure board_secure;

_Static_assert(sizeof(struct board_secure) == 40 && offsetof(struct board_secure, timer_hertz) == 24, "boot_el_a64.S");

/* Print before the MMU is on: physical addresses, no SIMD, nothing set up. */
void board_early_putc(char c);

#endif
