/*
 * Raspberry Pi 5: BCM2712, four Cortex-A76. Its firmware passes a device tree, which says the rest: RAM, the cores and
 * PSCI to start them, the timer, the interrupt controller. The console is the UART of the three-pin socket.
 */
#include "boards/board.h"
#include "boards/gic.h"
#include "boards/pl011.h"

#define UART  UINT64_C(0x107d001000)
#define TIMER UINT64_C(0x107c003000)
#define GIC   UINT64_C(0x107fff9000)

/* Where there is no tree: RAM that every Pi 5 has, above the firmware that serves PSCI; nobody says how to call that.
 */
static const struct board_range ram[] = {{0x80000, 0x3f780000}, {0, 0}};
static const struct board_range reserved[] = {{0, 0}};
static const struct board_device devices[] = {
    {"arm,pl011", {UART, 0x200}, 32 + 121},
    {"brcm,bcm2835-system-timer", {TIMER, 0x1000}, 32 + 65},
    {"arm,gic-400", {GIC, 0x1000}, 0},
    {NULL, {0, 0}, 0},
};
const struct irq_controller *const board_irq_controllers[] = {&gicv2_controller, NULL};
const struct board_secure board_secure = {
    .gic_distributor = GIC,
    .gic_interface = GIC + 0x1000,
    .timer_hertz = 54000000,
};

const struct board board = {
    .name = "rpi5",
    .console = &pl011_console,
    .registers = {{UART, 0x1000}},
    .ram = ram,
    .reserved = reserved,
    .core_count = 1,
    .devices = devices,
    .irq_registers = {{GIC, 0x1000}, {GIC + 0x1000, 0x2000}},
    .timer_irq = 27,
};

void board_early_putc(char c)
{
    pl011_early_putc(UART, c);
}
