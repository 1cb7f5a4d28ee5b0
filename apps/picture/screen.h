/* A picture on a screen: two buffers, of which one is shown. */
#ifndef APPS_PICTURE_SCREEN_H
#define APPS_PICTURE_SCREEN_H

#include <stdbool.h>

#include "iomem/IOMemoryDescriptor.h"

struct screen {
    const char *name;
    unsigned width, height;
    IOMemoryDescriptorRef buffers[2]; /* width * height pixels of 32 bits, 0x00RRGGBB; the screen's */
    bool (*show)(const struct screen *screen, unsigned buffer);
};

/* The first screen that this machine has, of 640 by 480 pixels; NULL, after saying why, when it has none. */
const struct screen *screen_open(void);
void screen_close(void);

/* QEMU's ramfb, set up through fw_cfg. False: it is not there. */
bool ramfb_open(struct screen *screen);
void ramfb_close(struct screen *screen);

/* The Raspberry Pi's, by the firmware's mailbox. False: there is none, or the firmware gives another than was asked
 * for. */
bool videocore_open(struct screen *screen);
void videocore_close(struct screen *screen);

#endif
