/*
 * What the Raspberry Pi's firmware tells and does, by its mailbox. Each is one call of the mailbox; 0 or false: it
 * gave no answer.
 */
#ifndef BOARDS_FIRMWARE_H
#define BOARDS_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "boards/mailbox.h"

uint32_t firmware_revision(const struct mailbox *mailbox); /* the board's: model, memory, maker, SoC */
uint64_t firmware_serial(const struct mailbox *mailbox);

/* The ARM's and the VideoCore's part of the first GiB of RAM. */
bool firmware_arm_memory(const struct mailbox *mailbox, uint32_t *base, uint32_t *size);
bool firmware_videocore_memory(const struct mailbox *mailbox, uint32_t *base, uint32_t *size);

enum firmware_clock { CLOCK_EMMC = 1, CLOCK_UART, CLOCK_ARM, CLOCK_CORE, CLOCK_V3D, CLOCK_EMMC2 = 12 };
uint32_t firmware_clock_hertz(const struct mailbox *mailbox, enum firmware_clock clock);

uint32_t firmware_temperature(const struct mailbox *mailbox); /* of the SoC, in thousandths of a degree Celsius */

/* Turn a device's power on or off and wait until it is stable. false: refused, or there is no such device. */
enum firmware_device { POWER_SD, POWER_UART0, POWER_UART1, POWER_USB };
bool firmware_set_power(const struct mailbox *mailbox, enum firmware_device device, bool on);

/* Bytes of RAM by a revision code; 0: a code of the old kind, which does not tell. */
uint64_t firmware_revision_memory(uint32_t revision);

struct framebuffer {
    uint32_t width, height;  /* pixels on the screen */
    uint32_t virtual_height; /* lines in memory, from height on */
    uint32_t depth;          /* bits a pixel */
    bool rgb;                /* red in the lowest byte; else blue */
    uint32_t pitch;          /* bytes from a line to the next */
    uint64_t pa, size;       /* as the CPU sees it; bytes */
};

/*
 * Ask for a screen of this width, height, virtual_height, depth and order; the rest is filled in and all of them are
 * what the firmware gives, which may differ. The memory is the VideoCore's: it is nobody's RAM. false: no screen.
 */
bool firmware_framebuffer(const struct mailbox *mailbox, struct framebuffer *framebuffer);

/* The line of memory that is on top of the screen from the next picture on. */
bool firmware_show_line(const struct mailbox *mailbox, uint32_t line);

#endif
