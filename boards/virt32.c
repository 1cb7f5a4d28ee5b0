/* QEMU's virt machine (-M virt) with a 32-bit core. */
#include "boards/board.h"
#include "boards/gic.h"
#include "boards/pl011.h"

#define UART 0x09000000u

static const struct board_range ram[] = {{0x40000000, 0x08000000}, {0, 0}}; /* QEMU's default of 128 MiB */
static const struct board_range reserved[] = {{0, 0}};
const struct irq_controller *const board_irq_controllers[] = {&gicv2_controller, NULL};

const struct board board = {
    .name = "virt32",
    .console = &pl011_console,
    .registers = {{UART, 0x1000}},
    .device_tree = 0x40000000,
    .ram = ram,
    .reserved = reserved,
    .core_count = 1,
};

void board_early_putc(char c)
{
    pl011_early_putc(UART, c);
}
