/* Raspberry Pi 2: BCM2836, four Cortex-A7. */
#include "boards/bcm2836_irq.h"
#include "boards/rpi.h"

#define PERIPHERALS 0x3f000000u
#define ARM_LOCAL   0x40000000u

/* When the mailbox is silent: what every Pi 2 gives the ARM. */
static const struct board_range ram[] = {{0, 0x10000000}, {0, 0}};
static const struct board_range reserved[] = {{0, 0}};
static const struct board_device devices[] = {
    RPI_DEVICES(PERIPHERALS, IRQ_OWN_COUNT),
    {"brcm,bcm2836-l1-intc", {ARM_LOCAL, 0x100}, 0},
    {NULL, {0, 0}, 0},
};
static const struct board_window windows[] = {
    RPI_DMA_WINDOW,
    {NULL, {0, 0}, 0},
};
const struct irq_controller *const board_irq_controllers[] = {&bcm2836_irq_controller, NULL};

/* Firmware's loop for the other cores looks into the mailbox 3 of each. */
static void call_core(const struct board_access *access, int core, uint64_t entry)
{
    bcm2836_call_core(access->registers + RPI_AT_MORE, (unsigned)core, (uint32_t)entry);
}

const struct board board = {
    .name = "rpi2",
    .console = &rpi_console,
    .registers = {RPI_REGISTERS(PERIPHERALS), {ARM_LOCAL, 0x1000}},
    .ram = ram,
    .reserved = reserved,
    .find_ram = rpi_find_ram,
    .core_count = 4,
    .first_core = 0xf00,
    .devices = devices,
    .windows = windows,
    .dma_channels = 0x7f34,
    .irq_registers = {{ARM_LOCAL, 0x1000}, {PERIPHERALS + 0xb200, 0x200}},
    .timer_irq = BCM2836_VIRTUAL_TIMER,
    .call_core = call_core,
    .start = rpi_start,
    .turn_off = rpi_turn_off,
};

void board_early_putc(char c)
{
    rpi_early_putc(PERIPHERALS, c);
}
