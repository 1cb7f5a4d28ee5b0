#include "tests/target/machine.h"

#include <string.h>

#include "arch/cpu.h"
#include "boards/system_timer.h"

#include "iomem/IOAddressSpace.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"

/* PL031, QEMU's real-time clock on virt (Arm DDI 0224): shared interrupt 2. */
enum { RTC_DR = 0x00, RTC_MR = 0x04, RTC_IMSC = 0x10, RTC_ICR = 0x1c, RTC_IRQ = 32 + 2 };

static const struct machine virt = {
    .ram = 0x40000000,
    .uart = 0x09000000,
    .clock = 0x09010000,
    .fw_cfg = 0x09020000,
    .nobody = 0x0f000000,
    .alarm = ALARM_PL031,
    .alarm_pa = 0x09010000,
    .alarm_irq = RTC_IRQ,
};
static struct machine pi;

static const struct board_device *find(const char *compatible)
{
    const struct board_device *device = board.devices;

    while (device && device->compatible && strcmp(device->compatible, compatible) != 0)
        device++;
    return device;
}

static void describe_pi(void)
{
    const struct board_device *uart = find("arm,pl011"), *timer = find("brcm,bcm2835-system-timer");
    bool has_gic = find("arm,gic-400")->compatible != NULL;
    const struct board_device *alarm = has_gic ? uart : timer;

    pi = (struct machine){
        .uart = uart->registers.pa,
        .clock = timer->registers.pa,
        .nobody = has_gic ? 0xfd400000 : 0x50000000,
        .alarm = has_gic ? ALARM_PL011 : ALARM_SYSTEM_TIMER,
        .alarm_pa = alarm->registers.pa,
        .alarm_irq = alarm->irq,
        .banks = {{0, 0x3c000000}}, /* the rest of the first GiB is the VideoCore's */
    };
    if (has_gic)
        pi.banks[1] = (struct board_range){0x40000000, 0x40000000}; /* raspi4b has 2 GiB, no more and no less */
}

/* A board with a list of devices is a Pi. */
const struct machine *machine(void)
{
    if (!board.devices)
        return &virt;
    if (!pi.uart)
        describe_pi();
    return &pi;
}

static volatile uint32_t *reg(uintptr_t base, unsigned offset)
{
    return (volatile uint32_t *)(base + offset);
}

/* The PL011's transmitter has room: it has asked to be told since the last line was printed. */
enum { UART_IMSC = 0x38, UART_TX = 1 << 5 };

void machine_ring(uintptr_t registers)
{
    uintptr_t was = irq_mask();

    switch (machine()->alarm) {
    case ALARM_PL031:
        *reg(registers, RTC_MR) = *reg(registers, RTC_DR); /* the match is now */
        *reg(registers, RTC_IMSC) = 1;
        break;
    case ALARM_SYSTEM_TIMER:
        system_timer_alarm(registers, 20);
        break;
    case ALARM_PL011:
        *reg(registers, UART_IMSC) = UART_TX;
        break;
    }
    irq_restore(was);
}

void machine_silence(uintptr_t registers)
{
    switch (machine()->alarm) {
    case ALARM_PL031:
        *reg(registers, RTC_IMSC) = 0;
        *reg(registers, RTC_ICR) = 1;
        break;
    case ALARM_SYSTEM_TIMER:
        system_timer_silence(registers);
        break;
    case ALARM_PL011:
        *reg(registers, UART_IMSC) = 0;
        break;
    }
}

uint64_t machine_ram(void)
{
    struct frame_stats frames;

    frame_get_stats(&frames);
    return frames.total;
}

uint64_t machine_ram_limit(void)
{
    return sizeof(void *) == 4 ? RAM_PA + GIB : 256 * GIB;
}

uint64_t machine_corner(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    if (max - min < 16 * GIB)
        return (max - 256 * MIB) & ~(2 * MIB - 1);
    return (max - 8 * GIB) & ~(GIB - 1);
}

uint64_t machine_room(void)
{
    uint64_t min, max;

    IOAddressSpaceGetBounds(kernel_task, &min, &max);
    return max - machine_corner();
}

struct machine_use machine_use(void)
{
    struct frame_stats frames;
    struct mmu_stats tables;

    frame_get_stats(&frames);
    mmu_get_stats(mmu_kernel_space(), &tables);
    return (struct machine_use){frames.free, frames.largest_run, tables.tables};
}
