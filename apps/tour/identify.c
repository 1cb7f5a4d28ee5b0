/* Proof that a device's mapping is real: each is read through its map and says who it is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apps/tour/devices.h"
#include "apps/tour/identify.h"
#include "apps/tour/lines.h"

#define VIRTIO_SLOTS_MAX 64

/* PrimeCell devices end in eight registers of one byte each: four say who made what, four are 0xB105F00D. */
static bool identify_primecell(const struct line *line, uint32_t part)
{
    uint32_t peripheral = 0, cell = 0;

    for (unsigned i = 0; i < 4; i++) {
        peripheral |= (identify_read(line, 0xfe0 + 4 * i) & 0xff) << 8 * i;
        cell |= (identify_read(line, 0xff0 + 4 * i) & 0xff) << 8 * i;
    }
    printf("PrimeCell id %08" PRIx32 ", part %03" PRIx32 " revision %" PRIu32, cell, peripheral & 0xfff,
           peripheral >> 20 & 0xf);
    return cell == 0xb105f00d && (peripheral & 0xfff) == part;
}

static bool identify_uart(const struct line *line)
{
    return identify_primecell(line, 0x011);
}

static bool identify_clock(const struct line *line)
{
    time_t now = identify_read(line, 0); /* RTCDR: seconds since 1970 */
    char text[32];

    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&now));
    bool right = identify_primecell(line, 0x031);
    printf(", and it is %s UTC", text);
    return right && now != 0;
}

/* Selector 0 is the signature; the data register then gives its bytes one by one. */
static bool identify_fw_cfg(const struct line *line)
{
    char signature[5] = "";

    *(volatile uint16_t *)identify_at(line, 8) = 0; /* big-endian 0 */
    for (unsigned i = 0; i < 4; i++)
        signature[i] = (char)*(volatile uint8_t *)identify_at(line, 0);
    bool right = memcmp(signature, "QEMU", 4) == 0;
    printf("signature \"%s\"", right ? signature : "????");
    return right;
}

static bool identify_gic(const struct line *line)
{
    return identify_primecell(line, 0x490);
}

static const struct kind kinds[] = {
    {"arm,pl011", "PL011 UART", identify_uart},
    {"arm,pl031", "PL031 RTC", identify_clock},
    {"qemu,fw-cfg-mmio", "fw_cfg", identify_fw_cfg},
    {"arm,gic-400", "GIC-400", identify_gic},
    {"brcm,bcm2836-l1-intc", "ARM local", identify_arm_local},
    {"brcm,bcm2835-mbox", "mailbox", identify_mailbox},
    {"brcm,bcm2835-system-timer", "system timer", identify_system_timer},
    {"brcm,bcm2835-gpio", "GPIO", identify_gpio},
    {"brcm,bcm2711-gpio", "GPIO", identify_gpio},
    {"brcm,bcm2835-aux", "AUX", identify_aux},
};

static struct line *map_device(const char *name, const struct device *device)
{
    IOMemoryDescriptorRef memory =
        IOMemoryDescriptorCreateWithPhysicalAddress(device->pa, device->size, kIODirectionInOut);
    struct line *line = lines_add(name, memory, kIOMapDefaultCache);

    if (line == NULL)
        printf("  %-14s at 0x%08" PRIx64 "  could not be mapped\n", name, device->pa);
    return line;
}

static bool show_device(const struct kind *kind, const struct device *device)
{
    struct line *line = map_device(kind->name, device);

    if (line == NULL)
        return false;
    printf("  %-14s at 0x%08" PRIx64 "  ", kind->name, device->pa);
    bool right = kind->identify(line);
    puts(right ? "" : "  NOT WHAT IT SHOULD BE");
    return right;
}

static const char *virtio_name(uint32_t device_id)
{
    static const char *const names[] = {"none",      "a network card",    "a disk",
                                        "a console", "an entropy source", "a balloon"};

    return device_id < sizeof names / sizeof names[0] ? names[device_id] : "a device";
}

/* True when the slot says "virt". An empty slot does too; its device id is 0. */
static bool show_virtio_slot(unsigned number, const struct device *device, unsigned *occupied)
{
    char name[LINES_NAME_SIZE];

    snprintf(name, sizeof name, "virtio slot %u", number);
    struct line *line = map_device(name, device);
    if (line == NULL || identify_read(line, 0) != 0x74726976) /* "virt", little-endian */
        return false;
    uint32_t device_id = identify_read(line, 8);
    if (device_id == 0)
        return true;
    printf("  %-14s at 0x%08" PRIx64 "  %s (virtio device id %" PRIu32 ")\n", name, device->pa, virtio_name(device_id),
           device_id);
    (*occupied)++;
    return true;
}

static unsigned show_virtio(void)
{
    static struct device slots[VIRTIO_SLOTS_MAX];
    size_t count = devices_find("virtio,mmio", slots, VIRTIO_SLOTS_MAX);
    unsigned silent = 0, occupied = 0;

    if (count > VIRTIO_SLOTS_MAX)
        count = VIRTIO_SLOTS_MAX;
    for (unsigned i = 0; i < count; i++)
        silent += !show_virtio_slot(i, &slots[i], &occupied);
    if (count)
        printf("  %-14s at 0x%08" PRIx64 "  %zu slots, magic \"virt\" read in %zu; %u with a device\n", "virtio-mmio",
               slots[0].pa, count, count - silent, occupied);
    return silent;
}

unsigned devices_show(void)
{
    unsigned silent = 0;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct device found[4];
        size_t count = devices_find(kinds[i].compatible, found, 4);
        for (size_t j = 0; j < count && j < 4; j++)
            silent += !show_device(&kinds[i], &found[j]);
    }
    return silent + show_virtio();
}
