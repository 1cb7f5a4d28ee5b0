#include "boards/rpi.h"

#include "boards/bcm2711_ram.h"
#include "boards/firmware.h"
#include "boards/mini_uart.h"
#include "boards/pl011.h"
#include "boards/pm.h"

/* GPFSEL1 has three bits a pin from GPIO10 on: GPIO14 is TXD0 as ALT0 and TXD1 as ALT5, GPIO15 is RXD. */
enum { GPFSEL1 = 0x04, PIN_14_SHIFT = 12, PIN_15_SHIFT = 15, PIN_MASK = 7, ALT0 = 4, ALT5 = 2 };

struct uart {
    const struct console *console;
    uintptr_t offset;
};

static const struct uart pl011 = {&pl011_console, RPI_AT_PL011}, mini = {&mini_uart_console, RPI_AT_AUX};
static const struct uart *uart = &pl011;

static volatile uint32_t *pins(uintptr_t gpio)
{
    return (volatile uint32_t *)(gpio + GPFSEL1);
}

static unsigned pin_14(uintptr_t gpio)
{
    return *pins(gpio) >> PIN_14_SHIFT & PIN_MASK;
}

static void give_pins_to_pl011(uintptr_t gpio)
{
    uint32_t others = *pins(gpio) & ~(uint32_t)(PIN_MASK << PIN_14_SHIFT | PIN_MASK << PIN_15_SHIFT);

    *pins(gpio) = others | ALT0 << PIN_14_SHIFT | ALT0 << PIN_15_SHIFT;
}

static struct mailbox mailbox_of(const struct board_access *access)
{
    _Static_assert(BOARD_BUFFER_SIZE >= MAILBOX_BUFFER_SIZE, "the runtime lends enough");
    return (struct mailbox){access->registers + RPI_AT_MAILBOX + 0x880, access->buffer, access->buffer_pa};
}

/* The mini-UART's rate follows the core clock, which the firmware holds still when it gave it the pins: its rate is
 * right. */
static void start_mini(const struct mailbox *mailbox, uintptr_t base)
{
    if (!mini_uart_divisor(base))
        mini_uart_set_rate(base, firmware_clock_hertz(mailbox, CLOCK_CORE), RPI_BAUD);
}

void rpi_start(const struct board_access *access)
{
    struct mailbox mailbox = mailbox_of(access);
    uintptr_t gpio = access->registers + RPI_AT_GPIO;

    if (pin_14(gpio) == ALT5) {
        uart = &mini;
        start_mini(&mailbox, access->registers + RPI_AT_AUX);
        return;
    }
    if (pin_14(gpio) != ALT0)
        give_pins_to_pl011(gpio);
    pl011_set_rate(access->registers + RPI_AT_PL011, firmware_clock_hertz(&mailbox, CLOCK_UART), RPI_BAUD);
}

static void init(uintptr_t base)
{
    uart->console->init(base + uart->offset);
}

static void put(uintptr_t base, char c)
{
    uart->console->putc(base + uart->offset, c);
}

static int get(uintptr_t base)
{
    return uart->console->getc(base + uart->offset);
}

const struct console rpi_console = {init, put, get};

void rpi_turn_off(const struct board_access *access)
{
    pm_turn_off(access->registers + RPI_AT_PM);
}

void rpi_early_putc(uint64_t peripherals, char c)
{
    if (pin_14((uintptr_t)(peripherals + RPI_GPIO)) == ALT5)
        mini_uart_early_putc(peripherals + RPI_AUX, c);
    else
        pl011_early_putc(peripherals + RPI_PL011, c);
}

size_t rpi_find_ram(const struct board_access *access, struct board_range ranges[BOARD_RAM_MAX])
{
    struct mailbox mailbox = mailbox_of(access);
    uint32_t base, size;

    if (!firmware_arm_memory(&mailbox, &base, &size))
        return 0;
    ranges[0] = (struct board_range){base, size};
    return 1;
}

size_t rpi4_find_ram(const struct board_access *access, struct board_range ranges[BOARD_RAM_MAX])
{
    struct mailbox mailbox = mailbox_of(access);
    size_t count = rpi_find_ram(access, ranges);

    if (count)
        count += bcm2711_upper_ram(firmware_revision_memory(firmware_revision(&mailbox)), &ranges[count]);
    return count;
}
