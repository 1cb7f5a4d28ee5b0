/* Raspberry Pi 4, 400 and Compute Module 4: BCM2711, four Cortex-A72, its low map of peripherals. */
#include "boards/gic.h"
#include "boards/rpi.h"

#define PERIPHERALS 0xfe000000u
#define ARM_LOCAL   0xff800000u
#define GIC         0xff841000u

/* When the mailbox is silent: what every Pi 4 gives the ARM. */
static const struct board_range ram[] = {{0, 0x10000000}, {0, 0}};
static const struct board_range reserved[] = {{0, 0}};
static const struct board_device devices[] = {
    RPI_DEVICES(PERIPHERALS, IRQ_OWN_COUNT + 64),
    {"arm,gic-400", {GIC, 0x1000}, 0},
    {NULL, {0, 0}, 0},
};
static const struct board_window windows[] = {
    RPI_DMA_WINDOW,
    {"brcm,bcm2711-pcie", {0, 0xC0000000}, 0}, /* the first steppings of the chip reach no further */
    {NULL, {0, 0}, 0},
};
const struct irq_controller *const board_irq_controllers[] = {&gicv2_controller, NULL};
const struct board_secure board_secure = {
    .gic_distributor = GIC,
    .gic_interface = GIC + 0x1000,
    .timer_hertz = 54000000,
    .arm_local = ARM_LOCAL,
};

const struct board board = {
    .name = "rpi4",
    .console = &rpi_console,
    .registers = {RPI_REGISTERS(PERIPHERALS)},
    .ram = ram,
    .reserved = reserved,
    .find_ram = rpi4_find_ram,
    .core_count = 4,
    .devices = devices,
    .windows = windows,
    .dma_channels = 0x0734,
    .irq_registers = {{GIC, 0x1000}, {GIC + 0x1000, 0x2000}},
    .timer_irq = 27,
    .spin_table = 0xd8,
    .start = rpi_start,
    .turn_off = rpi_turn_off,
};

void board_early_putc(char c)
{
    rpi_early_putc(PERIPHERALS, c);
}
